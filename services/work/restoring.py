"""After a backup was restored (恢复之后): nothing that was ended comes back.

Whatever lets somebody in is ended: sessions, codes, tickets, invitations, live passes. Then the journal's lines beyond
the backup are applied again: erased people, revoked roles, disabled accounts, changed phones; what was taken back:
bindings, second factors, consents, names on boards and rolls, shops on the list of thanks, addresses of webhooks; and
what was decided against shops, offers, heads, agreements, seasons, honours and grants. Each step is a transaction of
its own, and safe to repeat; the database is used by others when all are done.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID, uuid4

from models.enums import InvitationState
from services.accounts import sessions
from services.agreements import actions as agreements
from services.audit import log as audit
from services.consents import consents
from services.db import database, journal
from services.discounts import actions as discounts
from services.entry import second_factor, wechat
from services.grants import ending
from services.honours import leaving, season_actions
from services.kit import clock
from services.kit.errors import Refusal
from services.people import heads
from services.roles import accounts, memberships
from services.roles import heads as head_states
from services.shops import actions as shops
from services.till import passes
from services.webhooks import actions as webhooks
from services.work import privacy
from services.writes.write import write

CODES = ("sign_in_codes", "sign_in_tickets", "one_use_codes")
BATCH = 500
FINISHED = "district.restore"


async def finish() -> dict[str, int]:
    """Finish a restored database; return how much of each kind was ended or applied again, and what was `refused` and
    so is left to people."""
    done = Counter({"sessions": await sessions.end_all()})
    for table in CODES:
        done["codes"] += await _forget(table)
    done["invitations"] = await _withdraw()
    done["passes"] = await _cancel()
    known = await _known()
    for entry in journal.entries(known):
        if entry.kind != journal.BEAT:
            done[entry.kind if await _applied(entry) else "refused"] += 1
    await _end(max(known, journal.last_sequence()), dict(done))
    return dict(done)


async def _known() -> int:
    value = await database.fetch_value("SELECT (value #>> '{}')::bigint FROM markers WHERE key = $1", journal.MARKER)
    return int(value or 0)


async def _forget(table: str) -> int:
    return await database.execute(f"DELETE FROM {table}")


async def _withdraw() -> int:
    total = 0
    while ended := await _withdraw_some():
        total += ended
    return total


@write
async def _withdraw_some() -> int:
    rows = await database.fetch(
        "UPDATE invitations SET state = $1, ended_at = $2, phone_index = NULL, phone_encrypted = NULL"
        " WHERE id = ANY(ARRAY(SELECT id FROM invitations WHERE state = 'OPEN' ORDER BY id LIMIT $3"
        " FOR NO KEY UPDATE)) RETURNING id",
        InvitationState.WITHDRAWN.value,
        clock.now(),
        BATCH,
    )
    audit.record_each(None, "invitation.withdraw", "Invitation", [row["id"] for row in rows])
    return len(rows)


async def _cancel() -> int:
    rows = await database.fetch("SELECT DISTINCT head_id FROM passes WHERE state = 'LIVE'")
    return sum([await _cancel_of(row["head_id"]) for row in rows])


@write
async def _cancel_of(head_id: UUID) -> int:
    await heads.lock(head_id)
    return await passes.cancel_all(head_id, None)


async def _applied(entry: journal.Entry) -> bool:
    """Apply a line again; return whether it is so now. What is not there any more, or yet, is so; a kind that this
    program does not know is not."""
    again = AGAIN.get(entry.kind)
    if again is None:
        return False
    try:
        await again(UUID(entry.subject))
    except Refusal as refusal:
        return refusal.code.value == "NOT_FOUND"
    return True


@write
async def _forget_phone(account_id: UUID) -> None:
    """Take a phone that was changed or given up since: it may be somebody else's by now."""
    rows = await database.fetch(
        "UPDATE accounts SET phone_encrypted = NULL, phone_index = NULL WHERE id = $1 AND phone_index IS NOT NULL"
        " RETURNING id",
        account_id,
    )
    audit.record_each(None, "phone.forget", "Account", [row["id"] for row in rows])


async def _disable(account_id: UUID) -> None:
    await accounts.disable(account_id, force=True)


async def _revoke(membership_id: UUID) -> None:
    await memberships.revoke(membership_id, force=True)


# How a line is applied again, by its kind (migrations/0023_running.py, 0036_taken_back.py, 0039_ended_above.py and
# 0041_off_the_list_of_thanks.py write them). What let something in again has a line too: lines are applied in their
# order.
AGAIN: Mapping[str, Callable[[UUID], Awaitable[object]]] = {
    "account.erase": privacy.erase,
    "account.disable": _disable,
    "account.enable": accounts.enable,
    "account.phone": _forget_phone,
    "membership.revoke": _revoke,
    "identity.end": wechat.end_again,
    "second_factor.end": second_factor.end_again,
    "consent.withdraw": consents.withdraw_again,
    "nomination.withdraw": leaving.withdraw_again,
    "head.leave_board": head_states.leave_board_again,
    "webhook.end": webhooks.end_again,
    "shop.suspend": shops.suspend_again,
    "shop.resume": shops.resume_again,
    "shop.leave": shops.leave_again,
    "shop.leave_thanks": shops.leave_thanks_again,
    "shop.join_thanks": shops.join_thanks_again,
    "discount.end": discounts.end_again,
    "head.suspend": head_states.suspend_again,
    "head.resume": head_states.resume_again,
    "head.leave": head_states.leave_again,
    "agreement.end": agreements.end_again,
    "season.cancel": season_actions.cancel_again,
    "nomination.strike": leaving.strike_again,
    "nomination.revoke": leaving.revoke_again,
    "grant.revoke": ending.revoke_again,
}


@write
async def _end(sequence: int, done: dict[str, int]) -> None:
    await database.execute(
        "INSERT INTO markers (key, value) VALUES ($1, to_jsonb($2::bigint))"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        journal.MARKER,
        sequence,
    )
    audit.record(None, FINISHED, "District", uuid4(), **done)
