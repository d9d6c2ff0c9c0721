"""Discounts that a roster puts on offer: many shops in one call, because all their tills wait meanwhile."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7

from models.discounts import Discount as DiscountRow
from models.enums import DiscountAudience, DiscountState
from services.audit import log as audit
from services.db import database
from services.db.records import record
from services.discounts import steps
from services.discounts import terms as discount_terms
from services.discounts.table import IN_PREPARATION, ON_OFFER
from services.discounts.terms import COLUMNS, Terms
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.writes import turns


@dataclass(frozen=True, slots=True)
class Adopted:
    """A discount on offer: its id, and the changed columns; None for a new one, () for an unchanged one."""

    id: UUID
    columns: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Version:
    """A version on offer; `replaces` is the previous version, when this call made it."""

    id: UUID
    shop_id: UUID
    origin_id: UUID
    terms: Terms
    replaces: UUID | None = None


@dataclass(slots=True)
class _Shelf:
    """A shop's discounts on offer, by title."""

    on_offer: dict[str, _Version] = field(default_factory=dict)
    count: int = 0


async def adopt(wanted: Sequence[tuple[UUID, Terms]], account_id: UUID | None) -> list[Adopted | Refusal]:
    """Make shops offer discounts on these terms, as a roster says; return the outcome of each.

    A discount is identified by its title. If none on offer has it: create one, active at once. With other terms: create
    a new version, active at once. With the same terms, even if paused: change nothing. A version in preparation stays,
    and is numbered after the new one. A Refusal takes the place of a discount that was not changed: INVALID_INPUT as
    `terms.check`, LIMIT_REACHED beyond 20 on offer, INVALID_STATE for one that is for grants alone. Each title may
    occur once per shop.

    Inside the caller's transaction; the number of statements does not depend on the number of discounts. Locks the
    shops by id, then their open versions by id.
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
    await _record(made, numbers, changes, account_id)
    return answers


async def _shelves(shop_ids: Sequence[UUID]) -> dict[UUID, _Shelf]:
    rows = await database.fetch(
        f"SELECT id, shop_id, origin_id, state, {', '.join(COLUMNS)} FROM discounts"
        " WHERE shop_id = ANY($1) AND state = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        shop_ids,
        [*ON_OFFER, *IN_PREPARATION],
    )
    shelves: dict[UUID, _Shelf] = defaultdict(_Shelf)
    for row in rows:
        if row["state"] in ON_OFFER:
            terms = record(Terms, {column: row[column] for column in COLUMNS})
            version = _Version(row["id"], row["shop_id"], row["origin_id"], terms)
            shelves[version.shop_id].on_offer.setdefault(terms.title, version)
            shelves[version.shop_id].count += 1
    return shelves


def _put(shelf: _Shelf, shop_id: UUID, terms: Terms, made: list[_Version]) -> Adopted:
    """Put terms on a shop's shelf; append a new version to `made`. Raises LIMIT_REACHED, INVALID_STATE."""
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
        if known.terms.audience == DiscountAudience.GRANTED:
            message = "这是给获赠联户长的专享优惠，名册不能修改；请由店铺起草新版本，并删除此行"
            raise Refusal(ErrorCode.INVALID_STATE, message)
        version = _Version(uuid7(), shop_id, known.origin_id, terms, replaces=known.id)
    shelf.on_offer[terms.title] = version
    made.append(version)
    return Adopted(version.id, columns)


async def _write(made: Sequence[_Version], account_id: UUID | None) -> dict[UUID, int]:
    """Write the new versions; return, by origin, the numbers of those that replace one."""
    replaced = {one.origin_id: one.replaces for one in made if one.replaces}
    await database.execute(
        "UPDATE discounts SET state = 'REPLACED', state_reason = '' WHERE id = ANY($1) AND state = ANY($2)",
        list(replaced.values()),
        list(ON_OFFER),
    )
    rows = await database.fetch(
        "SELECT origin_id, max(version) + 1 AS number FROM discounts"
        " WHERE origin_id = ANY($1) AND state <> ALL($2) GROUP BY origin_id",
        list(replaced),
        list(IN_PREPARATION),
    )
    numbers = {row["origin_id"]: row["number"] for row in rows}
    await database.execute(
        "UPDATE discounts SET version = version + 1 WHERE origin_id = ANY($1) AND state = ANY($2)",
        list(replaced),
        list(IN_PREPARATION),
    )
    now = clock.now()
    await DiscountRow.bulk_create(
        [
            DiscountRow(
                id=one.id,
                shop_id=one.shop_id,
                origin_id=one.origin_id,
                version=numbers.get(one.origin_id, 1),
                state=DiscountState.ACTIVE,
                created_at=now,
                created_by_id=account_id,
                submitted_at=now,
                approved_at=now,
                **asdict(one.terms),
            )
            for one in made
        ]
    )
    return numbers


async def _record(
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
