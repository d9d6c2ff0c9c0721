"""What of a discount's stock is promised to those who hold, or will be given, grants of it: kept in its counter.

Whoever promises holds the shop's turn, shared, and locks the counter; whoever changes or ends what is on offer holds
the turn alone, and so finds a counter to which nothing is added meanwhile.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.db import database
from services.db.records import record
from services.discounts.table import ON_OFFER, still_open
from services.discounts.terms import COLUMNS, Terms, lessened
from services.kit.errors import ErrorCode, Refusal

# What is not used yet; what a till holds is not used before it is confirmed.
_OPEN = "c.granted + c.reserved - c.used"


@dataclass(frozen=True, slots=True)
class Promises:
    """A discount's counter. `granted`: what grants take of the stock, used or not; `reserved`: set aside for more."""

    granted: int
    reserved: int

    @property
    def taken(self) -> int:
        """What of the stock is given or promised."""
        return self.granted + self.reserved


async def lock(origin_id: UUID) -> Promises:
    """Lock a discount's counter, made where there is none, until the transaction ends; return it. One statement."""
    row = await database.fetch_one(
        "INSERT INTO discount_counters AS c (id, discount_id, held, used, granted, reserved)"
        " VALUES ($1, $2, 0, 0, 0, 0) ON CONFLICT (discount_id) DO UPDATE SET held = c.held"
        " RETURNING granted, reserved",
        uuid7(),
        origin_id,
    )
    assert row is not None, "it is there, or is made"
    return record(Promises, row)


async def change(origin_id: UUID, *, granted: int = 0, reserved: int = 0) -> None:
    """Add to what is granted and reserved of a discount, whose counter the caller has locked."""
    await database.execute(
        "UPDATE discount_counters SET granted = granted + $2, reserved = reserved + $3 WHERE discount_id = $1",
        origin_id,
        granted,
        reserved,
    )


async def check_kept(origin_id: UUID, new: Terms, today: date) -> None:
    """Raise INVALID_STATE when a new version would keep less than is promised: a stock that does not cover it, a last
    day before that of a grant with uses left, or, while a season's grants are to come, before the one now; and terms
    that give less than those now, while any use is open. Two statements at most."""
    promised = await database.fetch_one(_PROMISED, origin_id)
    assert promised is not None, "it is asked of no row"
    taken, last = promised["taken"], promised["last"]
    if new.stock_total is not None and new.stock_total < taken:
        message = f"已赠出和预留 {taken} 份，总份数不能少于 {taken}；要减少，请先请区管理员收回一些"
        raise _unkept(message)
    if new.valid_until is not None and last is not None and new.valid_until < last:
        message = f"已赠出的最晚可用到 {last}，结束日期不能早于这一天；要提前，请先请区管理员收回"
        raise _unkept(message)
    now = await database.read(Terms, _ON_OFFER, origin_id, list(ON_OFFER)) if promised["open"] else []
    if not now:
        return
    (offered,) = now
    if promised["reserved"] and (new.valid_until or date.max) < (offered.valid_until or date.max):
        until = f"不能早于现在的 {offered.valid_until}" if offered.valid_until else "请留空，和现在一样"
        message = f"已为评选预留 {promised['reserved']} 份，公布以前结束日期{until}；要提前，请先请区管理员取消那期评选"
        raise _unkept(message)
    if less := lessened(offered, new, today):
        raise _unkept(
            f"还有 {promised['open']} 份专享已许诺给联户长、尚未使用，{'、'.join(less)}不能比现在的差；"
            "请改回，或等它们用完或到期，或请区管理员先收回"
        )


def _unkept(message: str) -> Refusal:
    return Refusal(ErrorCode.INVALID_STATE, message, "discountId")


_PROMISED = f"""
SELECT coalesce(c.granted + c.reserved, 0) AS taken, coalesce(c.reserved, 0) AS reserved,
    coalesce({_OPEN}, 0) AS open, (
        SELECT max(g.valid_until) FROM grants g
        WHERE g.discount_id = $1 AND g.closed_at IS NULL AND g.quantity > (
            SELECT count(*) FROM redemptions r JOIN passes i ON i.id = r.issued_pass_id
            WHERE r.head_id = g.head_id AND r.origin_id = g.discount_id AND r.state = 'CONFIRMED' AND i.grant_id = g.id
        )
    ) AS last
FROM (SELECT) one LEFT JOIN discount_counters c ON c.discount_id = $1
"""
_ON_OFFER = f"SELECT {', '.join(COLUMNS)} FROM discounts WHERE origin_id = $1 AND state = ANY($2)"


def open_at(shop: str, which: str = "true") -> str:
    """Return SQL, given SQL for a shop's id: how many uses of what it has on offer are promised, and not used. `which`:
    SQL over `discounts d` for what of it counts."""
    states = ", ".join(f"'{state}'" for state in ON_OFFER)
    return (
        f"(SELECT coalesce(sum({_OPEN}), 0)::int FROM discounts d"
        " JOIN discount_counters c ON c.discount_id = d.origin_id"
        f" WHERE d.shop_id = {shop} AND d.audience = 'GRANTED' AND d.state IN ({states}) AND {which})"
    )


async def check_no_savings_open_at(shop_id: UUID, doing: str) -> None:
    """Raise INVALID_STATE while anything that a shop has on offer and that saves money is promised and not used."""
    if left := await database.fetch_value(f"SELECT {open_at('$1', _SAVES)}", shop_id):
        raise Refusal(ErrorCode.INVALID_STATE, still_open(left, doing), "shopId")


_SAVES = "d.kind <> 'GIFT'"
