"""The redemptions of the past year, by the live tills' pure rules."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from models.enums import PassState, PreparationState, RedemptionState, StatementRowKind, ThankWord
from services.demo.books import Book
from services.demo.keys import founded, key
from services.demo.people import Head
from services.demo.rows import Rows
from services.demo.settlements import Settlements
from services.demo.shops import Discount, Shop
from services.discounts import hours as discount_hours
from services.discounts import prices
from services.kit import business_days, clock
from services.settlement.form import Line
from services.till import codes, eligibility, passes, preparations
from services.till.eligibility import Standing

KEPT_FOR_THE_STORY = 60  # points that the head of a story set keeps
TRIES = 4  # how many offers a head looks at in one visit
MIN_BILL_FEN, MAX_BILL_FEN = 800, 16_000
THANKED_EVERY = 3  # of so many redemptions one
WORDS = (ThankWord.KIND, ThankWord.GOOD, ThankWord.KIND, ThankWord.QUICK)


class Tills:
    """Every shop's till, with the counts that keep limits, stock and ceilings."""

    def __init__(self, shops: list[Shop], rows: Rows, settlements: Settlements) -> None:
        self._shops, self._rows, self._settlements = shops, rows, settlements
        self._near: dict[UUID, list[Shop]] = {}
        for shop in shops:
            self._near.setdefault(shop.community.id, []).append(shop)
        self._had: Counter[Any] = Counter()  # by head and discount: by day, by month, in total
        self._used: Counter[UUID] = Counter()
        self._given: Counter[tuple[UUID, date]] = Counter()
        self.redemptions = 0

    def visit(self, head: Head, community_id: UUID, book: Book, at: datetime, random: Random) -> None:
        """Take a head shopping, mostly nearby, and use the first discount in reach."""
        for _ in range(TRIES):
            nearby = self._near.get(community_id) if random.random() < 0.8 else None
            shop = random.choice(nearby or self._shops)
            discount = random.choice(shop.discounts)
            bill = max(discount.min_spend_fen, random.randrange(MIN_BILL_FEN, MAX_BILL_FEN, 50))
            if self._possible(head, shop, discount, bill, book, at):
                self._redeem(head, shop, discount, bill, book, at, random)
                return

    def _possible(self, head: Head, shop: Shop, discount: Discount, bill: int, book: Book, at: datetime) -> bool:
        standing = Standing(
            active=True,
            own_shop=False,
            entitled=True,
            points_earned=book.earned,
            available=book.available - (KEPT_FOR_THE_STORY if head.in_story else 0),
            had_today=self._had[head.id, discount.id, clock.day_of(at)],
            had_this_month=self._had[head.id, discount.id, clock.month_of(at), "month"],
            had_ever=self._had[head.id, discount.id],
        )
        given = self._given[shop.id, clock.month_of(at)] + prices.saved_fen(discount, bill)
        return (
            shop.open_at(at)
            and discount_hours.usable(discount, clock.local(at))
            and eligibility.obstacle(discount, standing, at) is None
            and (discount.stock_total is None or self._used[discount.id] < discount.stock_total)
            and (shop.ceiling_fen is None or given <= shop.ceiling_fen)
        )

    def _redeem(
        self, head: Head, shop: Shop, discount: Discount, bill: int, book: Book, at: datetime, random: Random
    ) -> None:
        number = self.redemptions = self.redemptions + 1
        visit = Visit(number, head, shop, discount, bill, at, at + timedelta(seconds=random.randint(8, 60)))
        visit.write(self._rows, random)
        self._settlements.add(shop, visit.line)
        book.spent(discount.cost_points, visit.preparation_id, visit.redemption_id, at, visit.confirmed_at)
        day, month = clock.day_of(at), clock.month_of(at)
        for counted in ((day,), (month, "month"), ()):
            self._had[head.id, discount.id, *counted] += 1
        self._used[discount.id] += 1
        self._given[shop.id, month] += prices.saved_fen(discount, bill)

    def close(self) -> None:
        """Write how often each discount was used, what each shop gave in each month, and its statements."""
        numbered = enumerate(discount for shop in self._shops for discount in shop.discounts)
        for index, discount in numbered:
            self._rows.add(
                "discount_counters",
                id=founded("counter", index),
                discount_id=discount.id,
                held=0,
                used=self._used[discount.id],
            )
        for index, ((shop_id, month), fen) in enumerate(sorted(self._given.items())):
            self._rows.add(
                "shop_months", id=founded("month", index), shop_id=shop_id, month=month, held_fen=0, given_fen=fen
            )
        self._settlements.close(self._shops)


@dataclass(frozen=True, slots=True)
class Visit:
    """One redemption with its pass and preparation."""

    number: int
    head: Head
    shop: Shop
    discount: Discount
    bill_fen: int
    prepared_at: datetime
    confirmed_at: datetime

    @property
    def pass_id(self) -> UUID:
        """The id of the pass."""
        return key("pass", self.number, self.prepared_at)

    @property
    def preparation_id(self) -> UUID:
        """The id of the preparation."""
        return key("preparation", self.number, self.prepared_at)

    @property
    def redemption_id(self) -> UUID:
        """The id of the redemption."""
        return key("redemption", self.number, self.confirmed_at)

    @property
    def line(self) -> Line:
        """The redemption as a line of a statement."""
        saved = prices.saved_fen(self.discount, self.bill_fen)
        return Line(
            StatementRowKind.REDEMPTION,
            self.redemption_id,
            self.confirmed_at,
            self.bill_fen,
            saved,
            self.bill_fen - saved,
            self.discount.cost_points,
        )

    def write(self, rows: Rows, random: Random) -> None:
        """Write the rows of the pass, the preparation and the redemption."""
        begun, done = self.prepared_at, self.confirmed_at
        issued = begun - timedelta(minutes=2)
        step = int(begun.timestamp()) // codes.STEP_SECONDS
        rows.add(
            "passes",
            id=self.pass_id,
            head_id=self.head.id,
            discount_id=self.discount.id,
            origin_id=self.discount.id,
            shop_id=self.shop.id,
            slot=random.randrange(codes.SLOTS),
            secret_encrypted=None,  # of no use to a spent pass
            state=PassState.SPENT,
            slot_misses=0,
            used_step=step,
            issued_at=issued,
            expires_at=issued + passes.LIFETIME,
            ended_at=done,
        )
        saved = prices.saved_fen(self.discount, self.bill_fen)
        common = {
            "issued_pass_id": self.pass_id,
            "head_id": self.head.id,
            "discount_id": self.discount.id,
            "origin_id": self.discount.id,
            "shop_id": self.shop.id,
            "cashier_id": random.choice(self.shop.staff).id,
            "bill_fen": self.bill_fen,
            "payable_fen": self.bill_fen - saved,
            "saved_fen": saved,
            "cost_points": self.discount.cost_points,
            "day": clock.day_of(begun),
            "month": clock.month_of(begun),
        }
        rows.add(
            "preparations",
            id=self.preparation_id,
            **common,
            step=step,
            state=PreparationState.CONFIRMED,
            prepared_at=begun,
            expires_at=begun + preparations.LASTS,
            ended_at=done,
        )
        day = business_days.statement_day_of(done)
        rows.add(
            "redemptions",
            id=self.redemption_id,
            preparation_id=self.preparation_id,
            **common,
            statement_day=day,
            state=RedemptionState.CONFIRMED,
            confirmed_at=done,
            revocable_until=min(done + timedelta(hours=1), business_days.statement_closes_at(day)),
        )
        if self.number % THANKED_EVERY == 0:
            thanked = done + timedelta(minutes=5)
            rows.add(
                "redemption_thanks",
                id=key("thank", self.number, thanked),
                redemption_id=self.redemption_id,
                head_id=self.head.id,
                shop_id=self.shop.id,
                word=WORDS[self.number // THANKED_EVERY % len(WORDS)],
                month=business_days.statement_day_of(thanked).replace(day=1),
                thanked_at=thanked,
            )
