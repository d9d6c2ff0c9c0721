"""Discounts of a roster's shops: on offer at once where the importer approves, else drafted for the shop."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import DiscountState
from services.db import database
from services.db.records import record as row_of
from services.db.sql import Args
from services.discounts import imports
from services.discounts import steps as discount_steps
from services.discounts import terms as discount_terms
from services.discounts.table import IN_PREPARATION, ON_OFFER
from services.discounts.terms import COLUMNS, Terms
from services.kit.errors import ErrorCode, Refusal
from services.roster.headings import HEADINGS
from services.roster.records import DiscountRecord
from services.roster.shops import Planned, Shops
from services.roster.sql import Import, bare
from services.sheets import cells
from services.sheets.words import Kind

KIND = "优惠"
# The terms' columns in the sheet, where named otherwise.
_FIELDS = dict.fromkeys(("percent_off", "amount_off_fen", "gift"), "strength") | dict.fromkeys(
    ("from_minute", "until_minute"), "hours"
)


_SUBMITTED = "这项优惠正在等待审核，不能修改；请等审核结束"


@dataclass(frozen=True, slots=True)
class Version:
    """An existing version of a discount."""

    id: UUID
    state: DiscountState
    terms: Terms


@dataclass(frozen=True, slots=True)
class Offer:
    """A discount of the roster; the version that it is compared with, if any, and how it differs."""

    shop: Planned
    record: DiscountRecord
    terms: Terms
    known: Version | None
    columns: tuple[str, ...]
    draft: bool  # for the shop to submit, because the importer may not approve


class Offers:
    """The discounts of one import."""

    def __init__(self, work: Import, shops: Shops) -> None:
        self._work, self._shops = work, shops
        self._listed: dict[tuple[UUID, str], Offer] = {}
        self._there: dict[tuple[UUID, str], list[Version]] = {}

    async def plan(self, records: list[DiscountRecord]) -> None:
        """Match the discounts with the database, plan each and record problems. After the shops."""
        if records:
            self._there = await self._read([one.id for one in self._shops.planned.values() if not one.fresh])
        for record in records:
            name = self._shops.name_of(record.place, record.shop)
            shop = self._shops.planned.get(name) if name else None
            if shop is not None:
                self._plan(shop, record)
            elif name not in self._shops.refused:
                message = "名册和系统里都没有这家店铺，请核对店名，或先填写这家店铺"
                self._work.refuse(record.line, "店名", record.shop, message)

    async def _read(self, shop_ids: Sequence[UUID]) -> dict[tuple[UUID, str], list[Version]]:
        rows = await database.fetch(
            f"SELECT id, shop_id, state, {', '.join(COLUMNS)} FROM discounts"
            " WHERE shop_id = ANY($1) AND state = ANY($2) ORDER BY id",
            shop_ids,
            [*ON_OFFER, *IN_PREPARATION],
        )
        there: dict[tuple[UUID, str], list[Version]] = {}
        for row in rows:
            terms = row_of(Terms, {column: row[column] for column in COLUMNS})
            version = Version(row["id"], DiscountState(row["state"]), terms)
            there.setdefault((row["shop_id"], cells.key(terms.title)), []).append(version)
        return there

    def _plan(self, shop: Planned, record: DiscountRecord) -> None:
        name = (shop.id, cells.key(record.title))
        terms = discount_terms.of(record)
        if before := self._listed.get(name):
            if discount_terms.of(before.record) != terms:
                first = before.record.line
                message = f"与“{first.sheet}”第 {first.row} 行是同一项优惠，内容却不同，请更正或删除其中一行"
                self._work.refuse(record.line, "优惠名称", record.title, message)
            return
        self._listed[name] = self._compared(name, shop, record)

    def _compared(self, name: tuple[UUID, str], shop: Planned, record: DiscountRecord) -> Offer:
        """Return the plan for a discount, by its existing versions; add a problem where it is not allowed."""
        terms, approved = discount_terms.of(record), self._shops.approved(record.place)
        states = IN_PREPARATION if shop.own_entry and not approved else ON_OFFER
        known = next((one for one in self._there.get(name, ()) if one.state in states), None)
        if known is not None:
            terms = _as_kept(terms, known.terms, record.left_out)
            for column, message in discount_terms.check(terms):
                heading = HEADINGS[Kind.SHOPS][_FIELDS.get(column, column)]
                self._work.refuse(record.line, heading, "", f"与系统里这项优惠的其他内容不符：{message}")
        columns = discount_terms.changed(known.terms, terms) if known else ()
        offer = Offer(shop, record, terms, known, columns, draft=not approved)
        if not approved and (columns or known is None):
            self._check_draft(offer)
        return offer

    @property
    def wanted(self) -> list[Offer]:
        """Return the discounts to add or change."""
        return [offer for offer in self._listed.values() if offer.known is None or offer.columns]

    async def compare_again(self, shop_ids: Sequence[UUID]) -> None:
        """Compare the discounts of these shops, locked by their shops, once more."""
        self._there = await self._read(shop_ids)
        for name, offer in self._listed.items():
            if name[0] in shop_ids:
                self._listed[name] = self._compared(name, offer.shop, offer.record)

    def _check_draft(self, offer: Offer) -> None:
        if not offer.shop.own_entry:
            message = "与系统里的不同：优惠由店铺提交、区管理员批准，请照系统填写，或删除此行"
        elif offer.known is not None and offer.known.state != DiscountState.DRAFT:
            message = _SUBMITTED
        else:
            return
        self._work.refuse(offer.record.line, "优惠名称", offer.record.title, message)

    async def write(self) -> None:
        """Put the discounts on offer, or draft them. Record a refusal, such as for too many of a shop, as a problem.

        Needs the shops' turns and `compare_again`. Issued passes keep their terms.
        """
        approved = [offer for offer in self.wanted if not offer.draft]
        answers = await imports.adopt(
            [(offer.shop.id, offer.terms) for offer in approved], self._work.importer.account_id
        )
        for offer, answer in zip(approved, answers, strict=True):
            if isinstance(answer, Refusal):
                self._refuse(offer, answer)
        for offer in self.wanted:
            if offer.draft:
                try:
                    await self._draft(offer)
                except Refusal as refusal:
                    self._refuse(offer, refusal)

    def _refuse(self, offer: Offer, refusal: Refusal) -> None:
        self._work.refuse(offer.record.line, "优惠名称", offer.record.title, refusal.message)

    async def _draft(self, offer: Offer) -> None:
        shop_id, account_id = offer.shop.id, self._work.importer.account_id
        await discount_steps.lock_shop(shop_id, exclusive=True)
        if offer.known is None:
            await discount_steps.check_room(shop_id, IN_PREPARATION)
            made_id = uuid7()
            await discount_steps.write(made_id, shop_id, made_id, offer.terms, account_id, DiscountState.DRAFT)
            await self._work.audit_each("roster.add", "Discount", {made_id: []})
            return
        args = Args()
        changes = ", ".join(f"{column} = {args(getattr(offer.terms, column))}" for column in offer.columns)
        if not await database.execute(
            f"UPDATE discounts SET {changes} WHERE id = {args(offer.known.id)} AND state = 'DRAFT'", *args
        ):
            raise Refusal(ErrorCode.INVALID_STATE, _SUBMITTED)
        await self._work.audit_each("roster.change", "Discount", {offer.known.id: list(offer.columns)})

    def summarize(self) -> None:
        """Report what became of the discounts."""
        listed = self._listed.values()
        added, changed = sum(one.known is None for one in listed), sum(bool(one.columns) for one in listed)
        self._work.count(KIND, added, changed, len(listed) - added - changed)
        for one in listed:
            if one.columns:
                fields = dict.fromkeys(_FIELDS.get(column, column) for column in one.columns)
                words = tuple(HEADINGS[Kind.SHOPS][field] for field in fields)
                self._work.changed(one.record.line, f"{KIND} {one.shop.name} {one.terms.title}", words)


def _as_kept(terms: Terms, known: Terms, left_out: Collection[str]) -> Terms:
    """Return the terms with columns that the sheet lacks, and texts that differ only by width and white space, as
    stored."""
    kept = {column: getattr(known, column) for column in left_out}
    if terms.kind != known.kind:  # the stored most that it saves belongs to another kind
        kept.pop("max_saved_fen", None)
    spelt = {
        column: old
        for column in ("title", "gift")
        if (old := getattr(known, column)) and (new := getattr(terms, column)) and bare(old) == bare(new)
    }
    return replace(terms, **kept, **spelt)
