"""The parts of a discount's step: lock the versions, ask the table, move one version, record it.

Used by `discounts.actions`, inside the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from models.discounts import Discount as DiscountRow
from models.enums import DiscountAction, DiscountAudience, DiscountState, ShopState
from services.audit import log as audit
from services.db import database
from services.db.sql import Args
from services.discounts import discounts, hours, promises, table
from services.discounts import terms as discount_terms
from services.discounts.discounts import Discount
from services.discounts.table import IN_PREPARATION, MAX_IN_PREPARATION, MAX_ON_OFFER, ON_OFFER, DiscountActor, Facts
from services.discounts.terms import Terms
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import together
from services.kit.viewer import Viewer
from services.writes import transitions, turns
from services.writes.transitions import Transition
from services.writes.write import Unchanged

# Inputs that are not named as the column in camel case.
_INPUTS = {
    "percent_off": "benefit.percentOff.percent",
    "max_saved_fen": "benefit.percentOff.maxSavedFen",
    "amount_off_fen": "benefit.amountOff.amountFen",
    "gift": "benefit.gift.name",
    "from_minute": "hours.from",
    "until_minute": "hours.until",
}


@dataclass(frozen=True, slots=True)
class DiscountTransition(Transition[Discount, DiscountState, DiscountAction, DiscountActor]):
    """A version and the step to take. `open_versions` are the discount's, locked: at most one on offer and one in
    preparation."""

    open_versions: dict[UUID, DiscountState]

    def other(self, states: Sequence[DiscountState]) -> UUID | None:
        """Return the id of the other version in one of these states, or None."""
        found = (key for key, state in self.open_versions.items() if key != self.thing.id and state in states)
        return next(found, None)


async def begin(
    viewer: Viewer, discount_id: UUID, action: DiscountAction, *, exclusive: bool = False
) -> DiscountTransition:
    """Lock the shop and the discount's open versions, and find the step.

    `exclusive` locks the shop against its other steps too, for a step that adds to its discounts. Raises Unchanged when
    the version is already in that state, NOT_FOUND for a discount that the viewer does not run, and what the discount
    table raises.
    """
    args = Args()
    shop_id = await database.fetch_value(
        f"SELECT d.shop_id FROM discounts d JOIN shops s ON s.id = d.shop_id WHERE d.id = {args(discount_id)}"
        f" AND {discounts.run_by(viewer, args)}",
        *args,
    )
    if shop_id is None:
        raise not_found("discountId")
    await lock_shop(shop_id, exclusive=exclusive)
    open_versions = await lock_versions(discount_id)
    # Read after locking: a statement that waited would see the versions as they were before.
    found = await read(viewer, discount_id)
    succeeded = any(key != discount_id and state in IN_PREPARATION for key, state in open_versions.items())
    facts = Facts(found.state, found.shop_state == ShopState.ACTIVE, succeeded, found.promised or 0)
    step = table.step(facts, action, discounts.actors(viewer, found.shop_id, found.shop_path))
    if step is None:
        raise Unchanged(found)
    return DiscountTransition(found, action, step, clock.now(), viewer, open_versions)


async def lock_shop(shop_id: UUID, *, exclusive: bool) -> ShopState:
    """Lock a shop's queue, then its row: shared, to rely on its state, or `exclusive`, against all other steps; return
    the state. Waits for busy tills."""
    # Its turn even for a shared lock: the tills lock the version, shared.
    return (await turns.exclusive(shop_id, "NO KEY UPDATE" if exclusive else "SHARE")).state


async def lock_versions(discount_id: UUID) -> dict[UUID, DiscountState]:
    """Lock the versions of a discount that are on offer or in preparation, by id; the others never change."""
    rows = await database.fetch(
        "SELECT id, state FROM discounts WHERE origin_id = (SELECT origin_id FROM discounts WHERE id = $1)"
        " AND state = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        discount_id,
        [*ON_OFFER, *IN_PREPARATION],
    )
    return {row["id"]: DiscountState(row["state"]) for row in rows}


async def read(viewer: Viewer, discount_id: UUID, field: str = "discountId") -> Discount:
    """Return the discount as the viewer sees it. Raises NOT_FOUND, naming `field`."""
    found = (await discounts.by_ids(viewer, [discount_id])).get(discount_id)
    if found is None:
        raise not_found(field)
    return found


async def move(transition: DiscountTransition, changes: Mapping[str, Any], **details: Any) -> None:
    """Move the version to its next state with `changes`, and record the step with `details`."""
    await transitions.move("discounts", transition.thing, transition.step.to_state, changes)
    transitions.record("Discount", "discount", transition, **details)


async def end_along(discount_id: UUID, reason: str, account_id: UUID | None, along_with: UUID) -> None:
    """End a version in preparation because the one on offer ends. The caller has locked it."""
    await database.execute(
        "UPDATE discounts SET state = 'ENDED', state_reason = $2 WHERE id = $1 AND state = ANY($3)",
        discount_id,
        reason,
        list(IN_PREPARATION),
    )
    audit.record(account_id, "discount.end", "Discount", discount_id, along_with=str(along_with))


async def replace(discount_id: UUID, account_id: UUID | None, by: UUID) -> None:
    """Replace the version on offer by its successor. The caller has locked it."""
    await database.execute(
        "UPDATE discounts SET state = 'REPLACED', state_reason = '' WHERE id = $1 AND state = ANY($2)",
        discount_id,
        list(ON_OFFER),
    )
    audit.record(account_id, "discount.replace", "Discount", discount_id, by=str(by))


async def write(
    discount_id: UUID, shop_id: UUID, origin_id: UUID, terms: Terms, account_id: UUID | None, state: DiscountState
) -> int:
    """Write a new version, as a draft or on offer; return its number. The caller holds the shop's exclusive lock.

    A version in preparation is renumbered after it.
    """
    number: int = await database.fetch_value(
        "SELECT coalesce(max(version), 0) + 1 FROM discounts WHERE origin_id = $1 AND state <> ALL($2)",
        origin_id,
        list(IN_PREPARATION),
    )
    await database.execute(
        "UPDATE discounts SET version = version + 1 WHERE origin_id = $1 AND state = ANY($2)",
        origin_id,
        list(IN_PREPARATION),
    )
    now = clock.now()
    approved_at = now if state in ON_OFFER else None
    await DiscountRow.create(
        id=discount_id,
        shop_id=shop_id,
        origin_id=origin_id,
        version=number,
        state=state,
        created_at=now,
        created_by_id=account_id,
        submitted_at=approved_at,
        approved_at=approved_at,
        **asdict(terms),
    )
    return number


async def check_room(shop_id: UUID, states: Sequence[DiscountState], field: str | None = None) -> None:
    """Raise LIMIT_REACHED when a shop has its maximum of discounts in these states. The caller holds its exclusive
    lock."""
    count = await database.fetch_value(
        "SELECT count(*) FROM discounts WHERE shop_id = $1 AND state = ANY($2)", shop_id, list(states)
    )
    if refusal := no_room(count, states, field):
        raise refusal


def no_room(count: int, states: Sequence[DiscountState], field: str | None = None) -> Refusal | None:
    """Return LIMIT_REACHED when a shop has `count` discounts in these states and may have no more."""
    word, most = ("进行中或暂停", MAX_ON_OFFER) if states is ON_OFFER else ("准备中", MAX_IN_PREPARATION)
    if count < most:
        return None
    return Refusal(ErrorCode.LIMIT_REACHED, f"本店{word}的优惠已有 {most} 项，请先结束一些", field)


async def check_approvable(transition: DiscountTransition) -> None:
    """Raise INVALID_STATE when the last day has passed, another discount on offer has the title, or it keeps less than
    was promised by grants."""
    discount = transition.thing
    if hours.over(discount, clock.local(transition.at)):
        raise Refusal(ErrorCode.INVALID_STATE, "这项优惠的结束日期已过，请先改为今天或以后", "discountId")
    taken = await database.fetch_one(
        "SELECT 1 FROM discounts WHERE shop_id = $1 AND title = $2 AND origin_id <> $3 AND state = ANY($4)",
        discount.shop_id,
        discount.title,
        discount.origin_id,
        list(ON_OFFER),
    )
    if taken:
        raise Refusal(ErrorCode.INVALID_STATE, "本店已有一项同名的优惠，请先改一个名称", "discountId")
    if discount.audience == DiscountAudience.GRANTED:
        terms = discount_terms.of(discount)
        await promises.check_kept(discount.origin_id, terms, clock.day_of(transition.at))


def fit(terms: Terms) -> Terms:
    """Return the terms, normalised. Raises INVALID_INPUT for all that is unfit, naming the inputs."""
    tidied = discount_terms.tidy(terms)
    problems = [
        Refusal(ErrorCode.INVALID_INPUT, message, f"terms.{_INPUTS.get(column) or _camel(column)}")
        for column, message in discount_terms.check(tidied)
    ]
    if problems:
        raise together(problems)
    return tidied


def reason_of(transition: DiscountTransition, reason: str | None) -> str:
    """Return the reason, cleaned. Raises INVALID_INPUT; an administrator must give one."""
    least = 1 if transition.step.actor == DiscountActor.ADMIN else 0
    return text.reason(reason, least)


def _camel(column: str) -> str:
    first, *others = column.split("_")
    return first + "".join(other.title() for other in others)
