"""Discounts that a roster puts on offer: of many shops at once, because the tills of all of them wait meanwhile."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7

from models.discounts import Discount as DiscountRow
from models.enums import DiscountState
from services.audit import log as audit
from services.db import database
from services.db.records import record
from services.discounts import steps
from services.discounts import terms as discount_terms
from services.discounts.table import IN_PREPARATION, ON_OFFER
from services.discounts.terms import COLUMNS, Terms
from services.kit import clock
from services.kit.errors import Refusal
from services.writes import turns


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a shop offers now: its id, and the columns that changed; None of a new one, () where all was so already."""

    id: UUID
    columns: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Version:
    """A version on offer; `replaces` names the one before it, where this call made it."""

    id: UUID
    shop_id: UUID
    origin_id: UUID
    terms: Terms
    replaces: UUID | None = None


@dataclass(slots=True)
class _Shelf:
    """What one shop has on offer, by title."""

    on_offer: dict[str, _Version] = field(default_factory=dict)
    count: int = 0


async def adopt(wanted: Sequence[tuple[UUID, Terms]], account_id: UUID | None) -> list[Adopted | Refusal]:
    """See to it that shops offer discounts on these terms, as a roster says; for each what became of it.

    A discount is known by its title. When none on offer has it: a new one, active at once. With other terms: a new
    version, active at once. With these terms, though it be paused: nothing is done. A version in preparation stays so,
    and counts as the next after the new one. A Refusal in its place, where nothing was done: INVALID_INPUT for what
    `terms.check` refuses, LIMIT_REACHED beyond 20 on offer. Of a shop each title may be wanted once.

    Inside the caller's transaction; as many statements however many discounts there are. Locks the shops by id, then
    their open versions by id.
    """
    if not wanted:
        return []
    shop_ids = sorted({shop_id for shop_id, _ in wanted})
    await turns.exclusive_at(shop_ids)
    await database.fetch("SELECT 1 FROM shops WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", shop_ids)
    shelves = await _shelves(shop_ids)
    made: list[_Version] = []
    answers: list[Adopted | Refusal] = []
    for shop_id, terms in wanted:
        try:
            answers.append(_put(shelves[shop_id], shop_id, steps.fit(terms), made))
        except Refusal as refusal:
            answers.append(refusal)
    numbers = await _write(made, account_id)
    changes = {one.id: one.columns for one in answers if isinstance(one, Adopted)}
    await _tell(made, numbers, changes, account_id)
    return answers


async def _shelves(shop_ids: Sequence[UUID]) -> dict[UUID, _Shelf]:
    rows = await database.fetch(
        f"SELECT id, shop_id, origin_id, state, {', '.join(COLUMNS)} FROM discounts"
        " WHERE shop_id = ANY($1) AND state = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        shop_ids, [*ON_OFFER, *IN_PREPARATION],
    )  # fmt: skip
    shelves: dict[UUID, _Shelf] = defaultdict(_Shelf)
    for row in rows:
        if row["state"] in ON_OFFER:
            terms = record(Terms, {column: row[column] for column in COLUMNS})
            version = _Version(row["id"], row["shop_id"], row["origin_id"], terms)
            shelves[version.shop_id].on_offer.setdefault(terms.title, version)
            shelves[version.shop_id].count += 1
    return shelves


def _put(shelf: _Shelf, shop_id: UUID, terms: Terms, made: list[_Version]) -> Adopted:
    """Put terms on a shop's shelf, and into `made` what that makes. Raises LIMIT_REACHED."""
    known = shelf.on_offer.get(terms.title)
    if known is None:
        if refusal := steps.no_room(shelf.count, ON_OFFER):
            raise refusal
        made_id = uuid7()
        version, columns = _Version(made_id, shop_id, made_id, terms), None
        shelf.count += 1
    else:
        columns = discount_terms.changed(known.terms, terms)
        if not columns:
            return Adopted(known.id, ())
        version = _Version(uuid7(), shop_id, known.origin_id, terms, replaces=known.id)
    shelf.on_offer[terms.title] = version
    made.append(version)
    return Adopted(version.id, columns)


async def _write(made: Sequence[_Version], account_id: UUID | None) -> dict[UUID, int]:
    """Write the new versions; the number of each that has one before it, by the origin."""
    replaced = {one.origin_id: one.replaces for one in made if one.replaces}
    await database.execute(
        "UPDATE discounts SET state = 'REPLACED', state_reason = '' WHERE id = ANY($1) AND state = ANY($2)",
        list(replaced.values()), list(ON_OFFER),
    )  # fmt: skip
    rows = await database.fetch(
        "SELECT origin_id, max(version) + 1 AS number FROM discounts"
        " WHERE origin_id = ANY($1) AND state <> ALL($2) GROUP BY origin_id",
        list(replaced), list(IN_PREPARATION),
    )  # fmt: skip
    numbers = {row["origin_id"]: row["number"] for row in rows}
    await database.execute(
        "UPDATE discounts SET version = version + 1 WHERE origin_id = ANY($1) AND state = ANY($2)",
        list(replaced), list(IN_PREPARATION),
    )  # fmt: skip
    now = clock.now()
    await DiscountRow.bulk_create(
        [
            DiscountRow(
                id=one.id, shop_id=one.shop_id, origin_id=one.origin_id, version=numbers.get(one.origin_id, 1),
                state=DiscountState.ACTIVE, created_at=now, created_by_id=account_id, submitted_at=now,
                approved_at=now, **asdict(one.terms),
            )
            for one in made
        ]
    )  # fmt: skip
    return numbers


async def _tell(
    made: Sequence[_Version],
    numbers: dict[UUID, int],
    changes: dict[UUID, tuple[str, ...] | None],
    account_id: UUID | None,
) -> None:
    replaced = {one.replaces: {"by": str(one.id)} for one in made if one.replaces}
    audit.record_each(account_id, "discount.replace", "Discount", replaced, replaced)
    details = {
        one.id: {"version": numbers[one.origin_id], "columns": list(changes[one.id] or ())}
        if one.replaces
        else {"shop_id": str(one.shop_id)}
        for one in made
    }
    audit.record_each(account_id, "discount.adopt", "Discount", details, details)
