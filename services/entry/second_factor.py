"""The second factor (两步验证) of an account: begun, confirmed, shown, replaced, ended, and its recovery codes.

Who works as administrator or auditor has to have one, for everybody else it is an option (services/accounts/acting.py).
A session that a shop's or a desk's code opened changes nothing here.

An account has one second factor. Its secret is replaced, not ended first, so that an account which must have one is at
no time without: `begin` with a code of the present secret keeps the new one behind it, and `confirm` puts it in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import SignInMethod
from services.accounts import acting, sessions
from services.audit import log as audit
from services.db import database
from services.entry import factor_codes, totp
from services.entry.factor_codes import Factor
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.text import mask_name
from services.kit.viewer import Viewer
from services.writes.write import write

NAMELESS = "账号"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factor of an account, as one of its sessions sees it. `required`: by a role. `due`: roles are withheld
    until this session shows it."""

    id: UUID
    required: bool
    confirmed: bool
    due: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A new secret, which is shown this once."""

    uri: str = field(repr=False)
    secret: str = field(repr=False)


_STATE = """
SELECT s.id, s.method, s.second_factor_at IS NOT NULL AS proven, num_nonnulls(s.area_id, s.shop_id) > 0 AS bound,
       f.confirmed_at, ARRAY(
           SELECT role FROM memberships WHERE account_id = s.account_id AND revoked_at IS NULL) AS roles,
       (SELECT count(*) FROM recovery_codes WHERE second_factor_id = f.id AND used_at IS NULL) AS recovery_codes_left
FROM sessions s
LEFT JOIN second_factors f ON f.account_id = s.account_id AND f.ended_at IS NULL AND f.confirmed_at IS NOT NULL
WHERE s.id = ANY($1) AND s.id = $2
"""


async def of_sessions(viewer: Viewer, session_ids: Sequence[UUID]) -> dict[UUID, SecondFactor]:
    """Return the second factor as the viewer's own session sees it, by the session's id. One statement."""
    rows = await database.fetch(_STATE, list(session_ids), viewer.session_id)
    return {row["id"]: _state(row) for row in rows}


def _state(row: dict[str, Any]) -> SecondFactor:
    confirmed = row["confirmed_at"] is not None
    needed = acting.needs_second_factor(row["roles"], enrolled=confirmed)
    shown = row["proven"] or row["method"] == SignInMethod.OPERATOR
    return SecondFactor(
        id=row["id"],
        required=acting.needs_second_factor(row["roles"], enrolled=False),
        confirmed=confirmed,
        due=needed and not shown and not row["bound"],
        confirmed_at=row["confirmed_at"],
        recovery_codes_left=row["recovery_codes_left"],
    )


async def _seen_by(viewer: Viewer) -> SecondFactor:
    assert viewer.session_id is not None, "declared on the mutation"
    return (await of_sessions(viewer, [viewer.session_id]))[viewer.session_id]


@write
async def begin(viewer: Viewer, code: str | None = None) -> Enrolment | Refusal:
    """Make a new secret and return it, this once; it counts for nothing before `confirm`.

    Replaces a secret that was not confirmed. To replace a confirmed one takes a `code` of it, or a recovery code.
    Raises FORBIDDEN for a bound session, INVALID_STATE for a confirmed one without a code, and for the code as `show`.
    Locks the window of misses, then the second factor.
    """
    acting.check_unbound(viewer)
    plain = None if code is None else totp.typed(code)
    misses = None if plain is None else await factor_codes.window(viewer).charge()
    factor = await factor_codes.lock(viewer)
    if factor is not None and factor.confirmed:
        if plain is None or misses is None:
            message = "您已经设置了两步验证；要换新的，请同时填写现在的验证码，或一个恢复码"
            raise Refusal(ErrorCode.INVALID_STATE, message, "code")
        if not await factor_codes.uses(viewer, factor, plain):
            return factor_codes.missed(viewer, factor, misses)
    if misses is not None:
        await factor_codes.window(viewer).refund()
    secret = totp.new_secret()
    kept = await _keep(viewer, factor, secret)
    audit.record(viewer.account_id, "second_factor.begin", "SecondFactor", kept, replaces=_is_confirmed(factor))
    label = mask_name(viewer.display_name) if viewer.display_name else NAMELESS
    return Enrolment(totp.uri(secret, label), totp.in_base32(secret))


@write
async def confirm(viewer: Viewer, code: str) -> list[str] | Refusal:
    """Put the secret that was begun in place, by a code of it; return new recovery codes, which are shown this once.

    The session has then shown the second factor; the account's others show the new one. Raises FORBIDDEN for a bound
    session, INVALID_STATE when none was begun, CODE_INVALID and TOO_MANY_ATTEMPTS as `show`. Locks the window of
    misses, the second factor, its recovery codes, then the account's sessions.
    """
    acting.check_unbound(viewer)
    plain = totp.typed(code)
    misses = await factor_codes.window(viewer).charge()
    factor = await factor_codes.lock(viewer)
    begun = factor and (factor.pending if factor.confirmed else factor.secret)
    if not factor or not begun:
        raise Refusal(ErrorCode.INVALID_STATE, "请先开始设置两步验证，再填写验证器应用显示的验证码", "code")
    now = clock.now()
    step = None if totp.is_recovery(plain) else totp.step_of(begun, plain, now, after=0)
    if step is None:
        return factor_codes.missed(viewer, factor, misses)
    await factor_codes.window(viewer).refund()
    await database.execute(
        "UPDATE second_factors SET secret_encrypted = $2, last_step = $3, confirmed_at = $4 WHERE id = $1",
        factor.id,
        factor_codes.sealed(begun),
        step,
        now,
    )
    codes = await factor_codes.new_recovery_codes(factor.id)
    await _shown(viewer, alone=True)
    audit.record(viewer.account_id, "second_factor.confirm", "SecondFactor", factor.id, replaces=factor.confirmed)
    return codes


@write
async def show(viewer: Viewer, code: str) -> SecondFactor | Refusal:
    """Show the second factor in this session, which then acts with all the account's roles.

    By a code of the app, each once, or by a recovery code, once. Raises FORBIDDEN for a bound session, INVALID_STATE
    without a second factor, CODE_INVALID for a wrong or used code (committed: five within 15 minutes), and from then on
    TOO_MANY_ATTEMPTS until the window ends. Locks the window of misses, the second factor, then the session.
    """
    factor = await factor_codes.checked(viewer, code)
    if isinstance(factor, Refusal):
        return factor
    await _shown(viewer)
    audit.record(viewer.account_id, "second_factor.show", "SecondFactor", factor.id)
    return await _seen_by(viewer)


@write
async def end(viewer: Viewer, code: str) -> SecondFactor | Refusal:
    """End the second factor. Raises INVALID_STATE where a role requires one, which is replaced by `begin`; else raises
    and locks as `show`, and the account's sessions."""
    acting.check_unbound(viewer)
    if (await _seen_by(viewer)).required:
        message = "区管理员和审计员必须使用两步验证，不能停用；要换手机，请用现在的验证码或恢复码重新设置"
        raise Refusal(ErrorCode.INVALID_STATE, message)
    factor = await factor_codes.checked(viewer, code)
    if isinstance(factor, Refusal):
        return factor
    assert viewer.account_id is not None, "its code was right"
    await _end(factor.id, viewer.account_id, viewer.account_id)
    return await _seen_by(viewer)


@write
async def renew_recovery_codes(viewer: Viewer, code: str) -> list[str] | Refusal:
    """Return new recovery codes, shown this once; the earlier ones serve no more. Raises as `show`. Locks the window of
    misses, the second factor, then its recovery codes."""
    factor = await factor_codes.checked(viewer, code)
    if isinstance(factor, Refusal):
        return factor
    codes = await factor_codes.new_recovery_codes(factor.id)
    audit.record(viewer.account_id, "second_factor.renew", "SecondFactor", factor.id)
    return codes


@write
async def end_lost(account_id: UUID, by: UUID | None = None) -> bool:
    """End the second factor that somebody has lost, and the sessions that no operator opened; return whether there was
    one. Whoever is at the account's phone next can set up another: the operator makes sure who asks.

    Locks the second factor, its recovery codes, then the account's sessions.
    """
    factor_id = await database.fetch_value(
        "SELECT id FROM second_factors WHERE account_id = $1 AND ended_at IS NULL FOR NO KEY UPDATE", account_id
    )
    if factor_id is None:
        return False
    await _end(factor_id, account_id, by)
    await sessions.end_all_of(account_id, by, but_operators=True)
    return True


@write
async def end_again(factor_id: UUID) -> None:
    """End a second factor that ended after the backup that was restored. Ended already, nothing changes. Locks the
    second factor, its recovery codes, then the account's sessions."""
    account_id = await database.fetch_value(
        "SELECT account_id FROM second_factors WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE", factor_id
    )
    if account_id is not None:
        await _end(factor_id, account_id, None)


def _is_confirmed(factor: Factor | None) -> bool:
    return factor is not None and factor.confirmed


async def _keep(viewer: Viewer, factor: Factor | None, secret: bytes) -> UUID:
    """Keep a new secret: behind a confirmed one, in place of another, or as the first; return its row's id."""
    if factor is not None:
        both = (factor.secret, secret) if factor.confirmed else (secret,)
        await database.execute(
            "UPDATE second_factors SET secret_encrypted = $2 WHERE id = $1", factor.id, factor_codes.sealed(*both)
        )
        return factor.id
    made: UUID | None = await database.fetch_value(
        "INSERT INTO second_factors (id, account_id, secret_encrypted, last_step, created_at)"
        " VALUES ($1, $2, $3, 0, $4)"
        " ON CONFLICT (account_id) WHERE ended_at IS NULL DO NOTHING RETURNING id",
        uuid7(),
        viewer.account_id,
        factor_codes.sealed(secret),
        clock.now(),
    )
    if made is None:  # a concurrent request began one
        raise database.Again
    return made


async def _shown(viewer: Viewer, *, alone: bool = False) -> None:
    """Note that this session has shown the second factor; `alone`: that the account's others have not."""
    await database.execute(
        "UPDATE sessions SET second_factor_at = CASE WHEN id = $1 THEN $3::timestamptz END WHERE id = ANY(ARRAY("
        "SELECT id FROM sessions WHERE account_id = $2 AND (id = $1 OR $4 AND second_factor_at IS NOT NULL)"
        " ORDER BY id FOR NO KEY UPDATE))",
        viewer.session_id,
        viewer.account_id,
        clock.now(),
        alone,
    )


async def _end(factor_id: UUID, account_id: UUID, by: UUID | None) -> None:
    """End a locked second factor; its secret and recovery codes are deleted, and no session has shown it any more."""
    await database.execute(
        "UPDATE second_factors SET ended_at = $2, secret_encrypted = '' WHERE id = $1", factor_id, clock.now()
    )
    await database.execute("DELETE FROM recovery_codes WHERE second_factor_id = $1", factor_id)
    await database.execute(
        "UPDATE sessions SET second_factor_at = NULL WHERE id = ANY(ARRAY(SELECT id FROM sessions"
        " WHERE account_id = $1 AND second_factor_at IS NOT NULL ORDER BY id FOR NO KEY UPDATE))",
        account_id,
    )
    audit.record(by, "second_factor.end", "SecondFactor", factor_id, member_id=str(account_id))
