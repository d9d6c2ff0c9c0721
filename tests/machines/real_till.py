"""One story at the till, told twice: through a plain model and through the real services, which must answer alike.

Each step happens in both, by the model's clock. What is asserted here is the answer of each step; whether all that is
kept agrees, `agreement` asks.
"""

from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

from models.enums import DiscountKind, Role
from services.db import database
from services.kit import clock
from services.kit.errors import Refusal
from services.settlement import closing
from services.till import codes, dispute_actions, holds, passes, preparations, redemptions
from services.wishes import reversals
from services.work import tick
from tests.machines import plain_till
from tests.machines.plain_till import Preparation, Till
from tests.town import world as making
from tests.town.emptying import Emptying
from tests.town.points import award, give_points
from tests.town.story import request_no
from tests.town.world import Community, World, person, viewer


class Story:
    """What the model calls by a number is found here by its id: passes, preparations (by token) and redemptions.

    `seen` counts the steps by what came of them.
    """

    def __init__(self, model: Till, seen: Counter[str]) -> None:
        self.model, self.seen = model, seen
        self.passes: list[UUID] = []
        self.secrets: list[bytes] = []
        self.slots: list[int] = []
        self.tokens: list[str] = []
        self.redeemed: list[UUID] = []
        self.numbers: list[str] = []
        self.wishes: list[UUID] = []

    async def begin(self, empty: Emptying, *, earning: bool = True) -> None:
        """An empty district, its people, perhaps with a reward each, and the model's discounts at one of its shops."""
        await empty()
        world = await World.make()
        place = world.a
        assert place.shop
        self.place = place
        self.shop, self.heads = place.shop.id, [head.id for head in place.heads]
        await database.execute("UPDATE shops SET monthly_ceiling_fen = $2 WHERE id = $1", self.shop, self.model.ceiling)
        self.discounts = await self._discounts(place)
        for key, savings in zip(self.heads, self.model.savings, strict=True):
            await give_points(key, savings)
        for head in range(len(self.heads) if earning else 0):
            await self.earn(head)
        colleague = await person("冯店员", Role.SHOP_STAFF, shop=place.shop)
        self.people = [await viewer(one) for one in place.head_people]
        self.cashiers = [await viewer(place.cashier), await viewer(colleague)]
        self.admin = await viewer(world.admin)

    async def _discounts(self, place: Community) -> list[UUID]:
        made = []
        for offer in self.model.offers:
            terms: dict[str, Any] = {"kind": DiscountKind.AMOUNT_OFF, "amount_off_fen": offer.amount}
            if offer.percent:
                terms = {"percent_off": offer.percent}
            if offer.hours:
                terms |= {"from_minute": offer.hours[0], "until_minute": offer.hours[1]}
            row = await making.discount(
                place.shop,
                title=f"优惠{len(made)}",
                cost_points=offer.cost,
                min_spend_fen=offer.least_bill,
                stock_total=offer.stock,
                limit_per_day=offer.per_day,
                limit_per_month=offer.per_month,
                limit_total=offer.ever,
                weekdays=sum(1 << one for one in offer.weekdays),
                valid_until=offer.last_day,
                **terms,
            )
            made.append(row.id)
        return made

    async def both(self, expected: Any, action: Coroutine[Any, Any, Any]) -> Any:
        """The services do or refuse as the model did, for the same reason."""
        refused = expected if isinstance(expected, str) else None
        self.seen["steps"] += 1
        self.seen[f"{action.__name__}: {refused or 'done'}"] += 1
        code, result = None, None
        try:
            result = await action
        except Refusal as refusal:
            code = refusal.code.value
        assert code == refused
        return result

    # A head

    async def take(self, head: int, offer: int) -> None:
        """A pass."""
        expected = self.model.issue(head, offer)
        issued = await self.both(expected, passes.issue(self.people[head], self.discounts[offer], request_no()))
        if expected is None and len(self.model.passes) > len(self.passes):
            self.passes.append(issued.id)
            self.secrets.append(issued.secret())
            self.slots.append(issued.slot)
        elif expected is None:
            live = self.model.live_pass(head, offer)
            assert live is not None and issued.id == self.passes[live]

    async def cancel(self, head: int, index: int) -> None:
        """Any pass, one's own or another's."""
        await self.both(self.model.cancel(head, index), passes.cancel(self.people[head], self.passes[index]))

    async def dispute(self, index: int, *, foreign: bool = False) -> None:
        """By the head, or by the other one."""
        head = self.model.redemptions[index].head ^ foreign
        expected = self.model.dispute(head, index)
        await self.both(expected, dispute_actions.open_dispute(self.people[head], self.redeemed[index], "没有去过"))

    # The till

    async def prepare(self, cashier: int, shown: int, bill: int, step: int, *, typed: bool = False) -> None:
        """With the code of a step of a pass."""
        model, known, one = self.model, len(self.model.preparations), self.passes[shown]
        expected = model.prepare(cashier, shown, step, bill)
        # What is typed wrong is counted against the cashier, which is another story.
        if typed and expected not in ("CODE_INVALID", "JUST_REDEEMED"):
            code = codes.short_text(self.secrets[shown], one, self.slots[shown], step)
        else:
            code = codes.qr_text(self.secrets[shown], one, step)
        made = await self.both(expected, preparations.prepare(self.cashiers[cashier], code, bill))
        if isinstance(expected, Preparation):
            assert (made.bill_fen, made.saved_fen, made.payable_fen) == (bill, expected.saved, bill - expected.saved)
            assert made.expires_at == expected.ends_at
            if len(model.preparations) > known:
                self.tokens.append(made.token)
            (index,) = (place for place, two in enumerate(model.preparations) if two is expected)
            assert self.tokens[index] == made.token

    async def confirm(self, index: int, cashier: int, number: str) -> None:
        """A preparation, under a number that may have been used; and what became of that number."""
        self.numbers.append(number)
        expected, known = self.model.confirm(index, number), len(self.redeemed)
        made = await self.both(expected, redemptions.confirm(self.cashiers[cashier], self.tokens[index], number))
        if isinstance(expected, int):
            if len(self.model.redemptions) > known:
                self.redeemed.append(made.id)
            assert self.redeemed[expected] == made.id
            assert made.state == self.model.redemptions[expected].state
            found = await redemptions.by_request_no(self.cashiers[1 - cashier], number)
            assert found is not None and found.id == made.id

    async def sell(self, head: int, offer: int, bill: int, cashier: int, takes: int = 0) -> int | None:
        """Pass, preparation and, so many seconds later, confirmation by the colleague, as far as the rules let it."""
        await self.take(head, offer)
        live = self.model.live_pass(head, offer)
        if live is None:
            return None
        known, redeemed = len(self.tokens), len(self.redeemed)
        await self.prepare(cashier, live, bill, self.model.step())
        if len(self.tokens) == known:
            return None
        self.model.now += timedelta(seconds=takes)
        await self.confirm(known, 1 - cashier, request_no())
        return redeemed if len(self.redeemed) > redeemed else None

    async def revoke(self, index: int, cashier: int, number: str) -> None:
        """A redemption, under a number that may have been used."""
        expected = self.model.revoke(index, number)
        await self.both(expected, redemptions.revoke(self.cashiers[cashier], self.redeemed[index], number, "顾客退货"))

    # Rewards of wishes

    async def earn(self, head: int) -> None:
        """A wish done well. What it pays is another story (`test_wishes`): the model is told."""
        wish = await award(self.place, at=clock.now(), head=self.place.heads[head], household=2 * head)
        paid = await database.fetch_value("SELECT points FROM rewards WHERE wish_id = $1", wish.id)
        self.wishes.append(wish.id)
        self.model.earn(head, paid)

    async def reverse(self, index: int) -> None:
        """A reward, posted or reversed before."""
        one, model = self.model.rewards[index], self.model
        expected = None if one.state == "POSTED" and one.points else "INVALID_STATE"
        owed = model.debt(one.head)
        if expected is None:
            model.reverse(index)
            self.seen["reversals that made a debt"] += model.debt(one.head) > owed
            self.seen["reversals beside a hold"] += model.debt(one.head) > owed and model.held(one.head) > 0
        await self.both(expected, reversals.reverse(self.admin, self.wishes[index], "冒名办结", request_no()))

    # An administrator, and time

    async def decide(self, index: int, state: str) -> None:
        """The dispute of a redemption."""
        step = dispute_actions.uphold if state == "UPHELD" else dispute_actions.reject

        async def decided() -> Any:
            (redemption,) = (await redemptions.by_ids(self.admin, [self.redeemed[index]])).values()
            assert redemption.dispute_id
            return await step(self.admin, redemption.dispute_id, "已核实")

        await self.both(self.model.decide(index, state), decided())

    async def close(self) -> None:
        """Each of the shop's days that is over."""
        self.model.close()
        await closing.close_due()

    async def close_day(self) -> None:
        """Time comes to the end of the shop's day, and it is closed."""
        self.model.now = plain_till.closing_of(plain_till.shops_day(self.model.now))
        await self.close()

    async def sweep(self) -> None:
        """Holds that ran out go back."""
        self.model.release()
        await holds.release_expired()

    async def run_tick(self) -> None:
        """All that is due by time."""
        self.model.close()
        self.model.release()
        self.model.expire()
        assert (await tick.run())["failed"] == 0
