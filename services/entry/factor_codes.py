"""How a code of a second factor is checked: the limit of wrong ones, the app's codes, the recovery codes.

Each code is charged to its account before it is looked at, under the window's lock, and refunded in the same
transaction when it was right: so the limit is exact however many try at once, and no answer leaves before its charge is
committed.

The risk that remains. A guess hits one of three steps: 3 in 10^6. A window has five misses and lasts 15 minutes from
the first, so who has taken over a session is right at most 5 x 96 x 3 / 10^6 = 0.0014 times a day, and each miss is
audited. A recovery code has 50 bits.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import MissesBy
from services.accounts.acting import check_unbound
from services.audit import log as audit
from services.db import database
from services.entry import totp
from services.entry.misses import Window
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer

MAX_MISSES = 5
MISSES_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Factor:
    """A locked row. `pending`: the secret that is to replace `secret`, stored behind it."""

    id: UUID
    secret: bytes = field(repr=False)
    pending: bytes = field(repr=False)
    last_step: int
    confirmed: bool


async def checked(viewer: Viewer, code: str) -> Factor | Refusal:
    """Return the viewer's confirmed second factor, locked, once its code is right. Raises and returns as `show`."""
    check_unbound(viewer)
    plain = totp.typed(code)
    misses = await window(viewer).charge()
    factor = await lock(viewer)
    if factor is None or not factor.confirmed:
        raise Refusal(ErrorCode.INVALID_STATE, "您还没有设置两步验证，请先设置", "code")
    if not await uses(viewer, factor, plain):
        return missed(viewer, factor, misses)
    await window(viewer).refund()
    return factor


async def lock(viewer: Viewer) -> Factor | None:
    """Lock the account's second factor; None when there is none."""
    row = await database.fetch_one(
        "SELECT id, secret_encrypted, last_step, confirmed_at FROM second_factors WHERE account_id = $1"
        " AND ended_at IS NULL FOR NO KEY UPDATE",
        viewer.account_id,
    )
    if row is None:
        return None
    both = secrets.decrypt("second-factor", row["secret_encrypted"])
    secret, pending = both[: totp.SECRET_BYTES], both[totp.SECRET_BYTES :]
    return Factor(row["id"], secret, pending, row["last_step"], row["confirmed_at"] is not None)


def sealed(*kept: bytes) -> bytes:
    """Return the secret, and one that is to replace it, encrypted."""
    return secrets.encrypt("second-factor", b"".join(kept))


async def uses(viewer: Viewer, factor: Factor, plain: str) -> bool:
    """Use up a code of a locked second factor; return whether it was right."""
    now = clock.now()
    if totp.is_recovery(plain):
        return await _recovers(viewer, factor, plain, now)
    step = totp.step_of(factor.secret, plain, now, after=factor.last_step)
    if step is not None:
        await database.execute("UPDATE second_factors SET last_step = $2 WHERE id = $1", factor.id, step)
    return step is not None


async def _recovers(viewer: Viewer, factor: Factor, plain: str, now: datetime) -> bool:
    used = await database.execute(
        "UPDATE recovery_codes SET used_at = $3 WHERE second_factor_id = $1 AND code_mac = $2 AND used_at IS NULL",
        factor.id,
        _recovery_mac(factor.id, plain),
        now,
    )
    if not used:
        return False
    left = await database.fetch_value(
        "SELECT count(*) FROM recovery_codes WHERE second_factor_id = $1 AND used_at IS NULL", factor.id
    )
    audit.record(viewer.account_id, "second_factor.recover", "SecondFactor", factor.id, left=left)
    return True


def _recovery_mac(factor_id: UUID, plain: str) -> bytes:
    return secrets.mac("recovery-code", factor_id.bytes + plain.encode())


async def new_recovery_codes(factor_id: UUID) -> list[str]:
    """Replace the recovery codes of a locked second factor."""
    codes = totp.new_recovery_codes()
    await database.execute("DELETE FROM recovery_codes WHERE second_factor_id = $1", factor_id)
    await database.execute(
        "INSERT INTO recovery_codes (id, second_factor_id, code_mac)"
        " SELECT made.id, $1, made.code_mac FROM unnest($2::uuid[], $3::bytea[]) AS made (id, code_mac)",
        factor_id,
        [uuid7() for _ in codes],
        [_recovery_mac(factor_id, code) for code in codes],
    )
    return codes


def window(viewer: Viewer) -> Window:
    """Return the account's window of wrong codes."""
    assert viewer.account_id is not None, "declared on the mutation"
    key = secrets.mac("second-factor-account", viewer.account_id.bytes)
    message = "验证码输错次数过多，请在 {at} 后再试；如果不是您本人在试，请告知区里的系统管理员"
    return Window(MissesBy.ACCOUNT, key, MISSES_WITHIN, MAX_MISSES, message, "code")


def missed(viewer: Viewer, factor: Factor, misses: int) -> Refusal:
    """Record a wrong code; return its refusal, to be returned, so that both it and its charge are committed."""
    audit.record(viewer.account_id, "second_factor.fail", "SecondFactor", factor.id, misses=misses)
    return totp.wrong()
