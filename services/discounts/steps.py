"""One step of a discount: its versions are locked, the table says where it leads, one is moved, and it is recorded.

These are the parts that the steps in `discounts.actions` are made of; each runs inside the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from models.discounts import Discount as DiscountRow
from models.enums import DiscountAction, DiscountState, ShopState
from services.audit import log as audit
from services.db import database
from services.db.sql import Args
from services.discounts import discounts, hours, table
from services.discounts import terms as discount_terms
from services.discounts.discounts import Discount
from services.discounts.table import IN_PREPARATION, ON_OFFER, DiscountActor, Facts
from services.discounts.terms import Terms
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer
from services.writes import steps, turns
from services.writes.steps import Transition
from services.writes.write import Unchanged

MAX_ON_OFFER = 20
MAX_IN_PREPARATION = 20

# How the inputs of people are named, where it is otherwise than the columns.
_INPUTS = {"from_minute": "hoursFrom", "until_minute": "hoursUntil"}


@dataclass(frozen=True, slots=True)
class DiscountTransition(Transition[Discount, DiscountState, DiscountAction, DiscountActor]):
    """A version and the step that is about to be made of it. `open_versions` are the discount's, locked: at most one on
    offer and one in preparation."""

    open_versions: dict[UUID, DiscountState]

    def other(self, states: Sequence[DiscountState]) -> UUID | None:
        """The other version in one of these states."""
        found = (key for key, state in self.open_versions.items() if key != self.thing.id and state in states)
        return next(found, None)


async def begin(
    viewer: Viewer, discount_id: UUID, action: DiscountAction, *, alone: bool = False
) -> DiscountTransition:
    """Lock the shop and the discount's open versions, and find the step.

    `alone`: nobody else acts on the shop's discounts meanwhile, because the step adds to what it has. Raises Unchanged
    when the version is there already, NOT_FOUND for a discount that the viewer does not run, and what the discount
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
    await lock_shop(shop_id, alone=alone)
    open_versions = await lock_versions(discount_id)
    # Read only once the locks are held: a statement that waited would see the versions as they were before.
    found = await read(viewer, discount_id)
    succeeded = any(key != discount_id and state in IN_PREPARATION for key, state in open_versions.items())
    facts = Facts(found.state, found.shop_state == ShopState.ACTIVE, succeeded)
    step = table.step(facts, action, discounts.actors(viewer, found.shop_id, found.shop_path))
    if step is None:
        raise Unchanged(found)
    return DiscountTransition(found, action, step, clock.now(), viewer, open_versions)


async def lock_shop(shop_id: UUID, *, alone: bool) -> None:
    """Lock a shop: shared for its state alone, or against everybody else who acts on it. Waits for tills at work."""
    await turns.alone(shop_id)  # also for its state alone: the tills share the discount's version
    await database.fetch(f"SELECT 1 FROM shops WHERE id = $1 FOR {'NO KEY UPDATE' if alone else 'SHARE'}", shop_id)


async def lock_versions(discount_id: UUID) -> dict[UUID, DiscountState]:
    """Lock those versions of a discount that are on offer or in preparation, by id; the others never change."""
    rows = await database.fetch(
        "SELECT id, state FROM discounts WHERE origin_id = (SELECT origin_id FROM discounts WHERE id = $1)"
        " AND state = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        discount_id, [*ON_OFFER, *IN_PREPARATION],
    )  # fmt: skip
    return {row["id"]: DiscountState(row["state"]) for row in rows}


async def read(viewer: Viewer, discount_id: UUID, field: str = "discountId") -> Discount:
    """The discount as the viewer sees it. Raises NOT_FOUND, naming `field`."""
    found = (await discounts.by_ids(viewer, [discount_id])).get(discount_id)
    if found is None:
        raise not_found(field)
    return found


async def move(transition: DiscountTransition, changes: Mapping[str, Any], **details: Any) -> None:
    """Put the version into its next state, with what changes beside it, and record the step with `details`."""
    await steps.move("discounts", transition.thing, transition.step.to_state, changes)
    steps.record("Discount", "discount", transition, **details)


async def end_along(discount_id: UUID, reason: str, account_id: UUID | None, along_with: UUID) -> None:
    """End a version in preparation because the one on offer ends. The caller has locked it."""
    await database.execute(
        "UPDATE discounts SET state = 'ENDED', state_reason = $2 WHERE id = $1 AND state = ANY($3)",
        discount_id, reason, list(IN_PREPARATION),
    )  # fmt: skip
    audit.record(account_id, "discount.end", "Discount", discount_id, along_with=str(along_with))


async def replace(discount_id: UUID, account_id: UUID | None, by: UUID) -> None:
    """Take the version on offer off for its successor. The caller has locked it."""
    await database.execute(
        "UPDATE discounts SET state = 'REPLACED', state_reason = '' WHERE id = $1 AND state = ANY($2)",
        discount_id, list(ON_OFFER),
    )  # fmt: skip
    audit.record(account_id, "discount.replace", "Discount", discount_id, by=str(by))


async def write(
    discount_id: UUID, shop_id: UUID, origin_id: UUID, terms: Terms, account_id: UUID | None, state: DiscountState
) -> int:
    """Write a new version, as a draft or at once on offer; its number. The caller has the shop alone.

    A version in preparation comes after it.
    """
    number: int = await database.fetch_value(
        "SELECT coalesce(max(version), 0) + 1 FROM discounts WHERE origin_id = $1 AND state <> ALL($2)",
        origin_id, list(IN_PREPARATION),
    )  # fmt: skip
    await database.execute(
        "UPDATE discounts SET version = version + 1 WHERE origin_id = $1 AND state = ANY($2)",
        origin_id, list(IN_PREPARATION),
    )  # fmt: skip
    now = clock.now()
    told = now if state in ON_OFFER else None
    await DiscountRow.create(
        id=discount_id,
        shop_id=shop_id,
        origin_id=origin_id,
        version=number,
        state=state,
        created_at=now,
        created_by_id=account_id,
        submitted_at=told,
        approved_at=told,
        **asdict(terms),
    )
    return number


async def check_room(shop_id: UUID, states: Sequence[DiscountState], field: str | None = None) -> None:
    """Raise LIMIT_REACHED when a shop, which the caller has alone, has as many discounts in these states as it may."""
    count = await database.fetch_value(
        "SELECT count(*) FROM discounts WHERE shop_id = $1 AND state = ANY($2)", shop_id, list(states)
    )
    if refusal := no_room(count, states, field):
        raise refusal


def no_room(count: int, states: Sequence[DiscountState], field: str | None = None) -> Refusal | None:
    """LIMIT_REACHED, for a shop that has so many discounts in these states already."""
    word, most = ("进行中或暂停", MAX_ON_OFFER) if states is ON_OFFER else ("准备中", MAX_IN_PREPARATION)
    if count < most:
        return None
    return Refusal(ErrorCode.LIMIT_REACHED, f"本店{word}的优惠已有 {most} 项，请先结束一些", field)


async def check_approvable(transition: DiscountTransition) -> None:
    """Raise INVALID_STATE for what could not be offered: its last day has passed, or its title is another's."""
    discount = transition.thing
    if hours.over(discount, clock.local(transition.at)):
        raise Refusal(ErrorCode.INVALID_STATE, "这项优惠的末日已经过去，请先改为今天或以后", "discountId")
    taken = await database.fetch_one(
        "SELECT 1 FROM discounts WHERE shop_id = $1 AND title = $2 AND origin_id <> $3 AND state = ANY($4)",
        discount.shop_id, discount.title, discount.origin_id, list(ON_OFFER),
    )  # fmt: skip
    if taken:
        raise Refusal(ErrorCode.INVALID_STATE, "本店已有一项同名的优惠，请先改一个名称", "discountId")


def fit(terms: Terms) -> Terms:
    """The terms as they are kept. Raises INVALID_INPUT for the first problem, naming the input."""
    tidied = discount_terms.tidy(terms)
    for column, message in discount_terms.check(tidied):
        raise Refusal(ErrorCode.INVALID_INPUT, message, _INPUTS.get(column) or _camel(column))
    return tidied


def reason_of(transition: DiscountTransition, reason: str | None) -> str:
    """A reason fit to keep; what an administrator does to a shop's discount needs one."""
    least = 1 if transition.step.actor == DiscountActor.ADMIN else 0
    return text.reason(reason, least)


def _camel(column: str) -> str:
    first, *others = column.split("_")
    return first + "".join(other.title() for other in others)
