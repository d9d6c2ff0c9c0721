"""Consents (同意): what a person has consented to, in which version, and when it was withdrawn.

The rows say that personal data was processed lawfully, so none is changed but by its withdrawal, and none deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import ConsentKind
from services.accounts import sessions
from services.audit import log as audit
from services.consents import texts
from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.writes.write import Unchanged, write

_LAST = (
    "SELECT DISTINCT ON (c.account_id, c.kind) c.account_id, c.kind, c.version, c.given_at, c.withdrawn_at"
    " FROM consents c WHERE c.account_id = ANY($1) ORDER BY c.account_id, c.kind, c.id DESC"
)


@dataclass(frozen=True, slots=True)
class Consent:
    """The last consent of an account of one kind. `withdrawn_at` is null while it stands."""

    account_id: UUID
    kind: ConsentKind
    version: int
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def current(self) -> bool:
        """Whether it stands, and is to the text as it is now."""
        return self.withdrawn_at is None and self.version == texts.current()[ConsentKind(self.kind)].version

    @property
    def text(self) -> str | None:
        """The text that was agreed to; None where this release does not have that version."""
        return texts.text_of(ConsentKind(self.kind), self.version)


async def of_accounts(viewer: Viewer, account_ids: Sequence[UUID]) -> dict[UUID, list[Consent]]:
    """Return the last consent of each kind, of those accounts that are the viewer's own. One statement."""
    own = [one for one in account_ids if one == viewer.account_id]
    found: dict[UUID, list[Consent]] = {one: [] for one in own}
    for consent in await database.read(Consent, _LAST, own):
        found[consent.account_id].append(consent)
    return found


@write
async def give(viewer: Viewer, kind: ConsentKind, version: int) -> Consent:
    """Record that the viewer consents to the current text of a kind, whose version the viewer has read.

    Repeating it changes nothing. Raises INVALID_INPUT for another version than the current one.
    """
    now_version = texts.current()[kind].version
    if version != now_version:
        message = f"这份说明现在是第 {now_version} 版，请重新阅读后再同意"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "version")
    assert viewer.account_id is not None, "the schema lets only who is signed in come here"
    made = await database.fetch_value(
        "INSERT INTO consents (id, account_id, kind, version, given_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (account_id, kind, version) WHERE withdrawn_at IS NULL DO NOTHING RETURNING id",
        uuid7(),
        viewer.account_id,
        kind.value,
        version,
        clock.now(),
    )
    if made is None:
        raise Unchanged(await _last(viewer.account_id, kind))
    audit.record(viewer.account_id, "consent.give", "Consent", made, kind=kind.value, version=version)
    return await _last(viewer.account_id, kind)


@write
async def withdraw(viewer: Viewer, kind: ConsentKind) -> Consent:
    """Withdraw the viewer's consents of a kind, in all versions; what was done before stays lawful.

    Without a required one nobody goes on: all the viewer's sessions end with it. Repeating it changes nothing. Raises
    INVALID_STATE where there never was one. Locks the sessions, then the consents.
    """
    assert viewer.account_id is not None, "the schema lets only who is signed in come here"
    if kind in texts.REQUIRED and (await _last(viewer.account_id, kind)).withdrawn_at is None:
        await sessions.end_all_of(viewer.account_id, viewer.account_id)
    ended = await _withdraw("account_id = $1 AND kind = $3", viewer.account_id, viewer.account_id, kind.value)
    last = await _last(viewer.account_id, kind)
    if not ended:
        raise Unchanged(last)
    return last


@write
async def withdraw_again(consent_id: UUID) -> None:
    """Withdraw a consent that was withdrawn after the backup that was restored. Withdrawn already, nothing changes."""
    await _withdraw("id = $1", consent_id, None)


async def _withdraw(which: str, key: UUID, by: UUID | None, *more: str) -> bool:
    """Withdraw what stands of the consents that `which` selects by $1, the key, and `more` from $3 on; return whether
    there was any."""
    rows = await database.fetch(
        f"UPDATE consents SET withdrawn_at = greatest(given_at, $2) WHERE {which} AND withdrawn_at IS NULL"
        " RETURNING id, kind, version",
        key,
        clock.now(),
        *more,
    )
    for row in rows:
        audit.record(by, "consent.withdraw", "Consent", row["id"], kind=row["kind"], version=row["version"])
    return bool(rows)


async def _last(account_id: UUID, kind: ConsentKind) -> Consent:
    for consent in await database.read(Consent, _LAST, [account_id]):
        if consent.kind == kind:
            return consent
    raise Refusal(ErrorCode.INVALID_STATE, "您没有同意过这一项，不用撤回", "kind")
