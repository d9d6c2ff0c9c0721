"""Prepare: what binds, what holds, what is told at the till and what is not, and what goes back by itself."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.discounts import Discount
from models.enums import DiscountKind, DiscountState, PassState, PreparationState, Role, ShopState
from models.people import HouseholdHead
from models.shops import Shop, ShopMonth
from models.till import Pass, Preparation
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.kit.errors import Refusal
from services.till import passes, preparation_tokens, preparations
from tests.town import points, postgres, story, till
from tests.town.documents import Api
from tests.town.postgres import snapshot
from tests.town.story import act, code
from tests.town.till import BILL, HELD, Phone, books, confirm, phone, prepare, token
from tests.town.world import FRIDAY_NOON, Person, Travel, World, discount, grant, head, person, viewer

FRIDAY = FRIDAY_NOON.date()


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def state_of(preparation_token: str) -> PreparationState:
    key = preparation_tokens.id_of(preparation_token)
    assert key is not None
    return (await Preparation.get(id=key)).state


# The promise


async def test_it_offers_to_be_confirmed_while_it_lasts(rich: World, api: Api, travel: Travel) -> None:
    mine, asks = await phone(api, rich.a), await viewer(rich.a.cashier)
    prepared = await preparations.prepare(asks, mine.qr(), BILL)
    assert not isinstance(prepared, Refusal)
    assert preparations.available_actions(asks, prepared) == ["CONFIRM"]
    assert preparations.available_actions(await viewer(rich.b.cashier), prepared) == []
    travel.by(seconds=120)
    assert preparations.available_actions(asks, prepared) == []
    assert code(await confirm(api, rich.a.cashier, prepared.token)) == "PREPARATION_EXPIRED"


async def test_what_the_cashier_is_told(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    payload = await prepare(api, rich.a.cashier, mine.qr())
    shown = payload["preparation"]
    assert len(shown.pop("token")) == 43
    assert datetime.fromisoformat(shown.pop("expiresAt")) == clock.now() + timedelta(seconds=120)
    assert datetime.fromisoformat(shown.pop("serverTime")) == clock.now()
    assert shown == {
        "availableActions": ["CONFIRM"], "headName": "赵**",
        "discount": {"id": ids.make("Discount", rich.a.discount.id), "title": "全场八折",
        "benefit": {"__typename": "PercentOff"}}, "shop": {"id": ids.make("Shop", rich.a.shop.id), "name": "A小吃店"},
        "billFen": 8800, "payableFen": 7040, "savedFen": 1760, "costPoints": 10,
    }  # fmt: skip
    assert await books(rich.a) == HELD
    # Nothing is consumed: the pass is live, no redemption stands.
    assert (await Pass.get(id=ids.find(mine.id, "Pass"))).state == PassState.LIVE
    assert await database.fetch_value("SELECT count(*) FROM redemptions") == 0
    # And the head stays a stranger.
    document = "query($id: ID!) { node(id: $id) { id } }"
    key = ids.make("HouseholdHead", rich.a.heads[0].id)
    assert (await api.query(rich.a.cashier.token, document, id=key))["node"] is None


async def test_a_gift_holds_no_fen(rich: World, api: Api) -> None:
    """So it can be given even where the ceiling was lowered below what is given away already."""
    await Shop.filter(id=rich.a.shop.id).update(monthly_ceiling_fen=1000)
    await ShopMonth.create(shop_id=rich.a.shop.id, month=FRIDAY.replace(day=1), given_fen=5000)
    gift = await discount(rich.a.shop, kind=DiscountKind.GIFT, gift="酸奶一杯", title="送酸奶")
    mine = await phone(api, rich.a, discount=gift)
    shown = (await prepare(api, rich.a.cashier, mine.qr()))["preparation"]
    assert (shown["savedFen"], shown["payableFen"], shown["discount"]["benefit"]["name"]) == (0, BILL, "酸奶一杯")
    assert await books(rich.a) == {"available": 90, "held": 10, "fen_given": 5000}


@pytest.mark.parametrize("bill", [-1, -8800, 10_000_001, 2_147_483_647])
async def test_a_bill_is_from_nothing_to_a_hundred_thousand_yuan(rich: World, api: Api, bill: int) -> None:
    await Discount.filter(id=rich.a.discount.id).update(min_spend_fen=0)
    mine = await phone(api, rich.a)
    before = await snapshot()
    payload = await prepare(api, rich.a.cashier, mine.qr(), bill)
    assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "billFen"]
    assert "0 元到 100000 元" in payload["errors"][0]["message"], "who types it thinks in yuan"
    assert await snapshot() == before
    for good, saved in ((1, 1), (10_000_000, 2_000_000)):
        shown = (await prepare(api, rich.a.cashier, mine.qr(), good))["preparation"]
        assert (shown["savedFen"], shown["payableFen"]) == (saved, good - saved)


async def test_who_may_prepare(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    for who in (rich.a.head_people[0], rich.a.residents[0], rich.a.staff, rich.admin, rich.auditor):
        assert code(await prepare(api, who, mine.qr())) == "FORBIDDEN"
    assert code(await prepare(api, None, mine.qr())) == "UNAUTHENTICATED"


# Codes


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_a_code_is_good_around_its_step(rich: World, api: Api, steps: int) -> None:
    mine = await phone(api, rich.a)
    first = token(await prepare(api, rich.a.cashier, mine.qr(steps)))
    assert token(await prepare(api, rich.a.cashier, mine.short(steps))) == first
    assert (await Preparation.get(id=preparation_tokens.id_of(first))).step == mine.step(steps)


@pytest.mark.parametrize("steps", [-2, 2, -2880, 2880])
async def test_a_code_of_another_time_is_none(rich: World, api: Api, steps: int) -> None:
    mine = await phone(api, rich.a)
    assert code(await prepare(api, rich.a.cashier, mine.qr(steps))) == "CODE_INVALID"
    assert code(await prepare(api, rich.a.cashier, mine.short(steps))) == "CODE_INVALID"


async def test_the_short_code_as_people_type_it(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    typed = mine.short()
    wide = "".join(chr(ord("\uff10") + int(digit)) for digit in typed)
    tokens = {
        token(await prepare(api, rich.a.cashier, each))
        for each in (typed, f" {typed[:4]} {typed[4:8]} {typed[8:]}\n", wide)
    }
    assert len(tokens) == 1


async def bad_codes(api: Api, world: World) -> dict[str, str]:
    """One of every kind of code that is none, in both forms where there are two."""
    heads = [await head(world.a.grid, f"第{n}") for n in range(3)]
    people = [await person(f"第{n}", Role.HOUSEHOLD_HEAD, head=one) for n, one in enumerate(heads)]
    found: dict[str, str] = {}

    async def issued(who: Person, of: Any) -> Phone:
        given = {"discountId": ids.make("Discount", of.id), "requestNo": story.request_no()}
        return Phone((await story.done(api, who, "PassIssue", **given))["pass"])

    for one in heads:
        await points.give_points(one.id, 100)
    expired, cancelled, spent = [await issued(who, world.a.discount) for who in people]
    await Pass.filter(id=ids.find(expired.id, "Pass")).update(expires_at=clock.now())
    await story.done(api, people[1], "PassCancel", passId=cancelled.id)
    await confirm(api, world.a.cashier, token(await prepare(api, world.a.cashier, spent.qr())))
    await database.execute("UPDATE redemptions SET confirmed_at = confirmed_at - interval '10 minutes'")
    foreign = await issued(world.a.head_people[1], world.b.discount)
    mine = await issued(world.a.head_people[0], world.a.discount)
    for name, one in (("expired", expired), ("cancelled", cancelled), ("replayed", spent), ("foreign", foreign)):
        found[f"{name} QR"], found[f"{name} short"] = one.qr(), one.short()
    found["old QR"], found["old short"] = mine.qr(-2), mine.short(-2)
    found["wrong short"] = mine.wrong_short()
    found["wrong QR"] = mine.qr()[:-22] + foreign.qr()[-22:]
    found["moved QR"] = mine.qr(5).replace(str(mine.step(5)), str(mine.step()))
    unknown = Phone(
        {**{"id": "", "stepSeconds": 30, "secret": "A" * 43}, "code": "XD1." + "B" * 21 + "A", "shortCode": "?"}
    )
    unknown.slot = next(f"{slot:04}" for slot in range(10000) if f"{slot:04}" not in {mine.slot, expired.slot})
    found["unknown QR"], found["unknown short"] = unknown.qr(), unknown.short()
    found |= {"no code": "你好", "empty": "", "wrong check digit": mine.short()[:-1] + "x", "huge": "1" * 5000}
    return found


async def test_every_miss_is_answered_alike_by_the_same_statements(rich: World, api: Api) -> None:
    answers, statements = {}, {}
    for name, given in (await bad_codes(api, rich)).items():
        with database.observed_statements() as seen:
            answers[name] = await prepare(api, rich.a.cashier, given)
        statements[name] = tuple(seen)
    assert code(answers["empty"]) == "CODE_INVALID" and len(statements["empty"]) >= 3
    # What is typed is counted before it is looked at, and again after; which form it has, the cashier knows.
    assert len(statements["unknown short"]) == len(statements["empty"]) + 3
    for name, answer in answers.items():
        assert answer == answers["empty"], name
        assert statements[name] == statements["unknown short" if name.endswith(" short") else "empty"], name
    assert await database.fetch_value("SELECT count(*) FROM preparations WHERE state = 'LIVE'") == 0


async def test_five_misses_on_a_slot_leave_only_the_qr_code(rich: World, api: Api) -> None:
    mine, other = await phone(api, rich.a), await phone(api, rich.a, head=1)
    for number in range(1, 5):
        assert code(await prepare(api, rich.a.cashier, mine.wrong_short(number))) == "CODE_INVALID"
    assert code(await prepare(api, rich.a.cashier, mine.short())) is None  # four are forgiven
    await act(api, rich.a.head_people[0], "PassCancel", passId=mine.id)

    mine = await phone(api, rich.a)
    for number in range(1, 8):
        assert code(await prepare(api, rich.a.cashier, mine.wrong_short(number))) == "CODE_INVALID"
    assert code(await prepare(api, rich.a.cashier, mine.short())) == "CODE_INVALID"
    assert code(await prepare(api, rich.a.cashier, mine.qr())) is None
    assert code(await prepare(api, rich.a.cashier, other.short())) is None
    assert [row.slot_misses for row in await Pass.filter(state=PassState.LIVE).order_by("id")] == [0, 5]


async def test_misses_at_once_are_all_counted(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    await asyncio.gather(*(prepare(api, rich.a.cashier, mine.wrong_short(n)) for n in range(1, 5)))
    assert (await Pass.get(id=ids.find(mine.id, "Pass"))).slot_misses == 4


async def test_a_miss_counts_on_the_own_shops_slot_only(rich: World, api: Api, monkeypatch: Any) -> None:
    monkeypatch.setattr(passes.random, "randbelow", lambda _: 7)
    here, there = await phone(api, rich.a), await phone(api, rich.a, discount=rich.b.discount)
    await prepare(api, rich.b.cashier, here.wrong_short())
    await prepare(api, rich.b.cashier, here.qr())  # a foreign QR code is a miss on no slot

    async def misses() -> tuple[int, int]:
        return tuple([(await Pass.get(id=ids.find(one.id, "Pass"))).slot_misses for one in (here, there)])

    assert await misses() == (0, 1)
    # A cashier of both shops: the code decides, and a wrong one is a miss on both slots.
    both = await person("双店员", Role.SHOP_STAFF, shop=rich.a.shop)
    await grant(both.account_id, Role.SHOP_STAFF, shop=rich.b.shop)
    for one, name in ((here, "A小吃店"), (there, "B小吃店")):
        for form in (one.qr(), one.short()):
            assert (await prepare(api, both, form))["preparation"]["shop"]["name"] == name
    await prepare(api, both, here.wrong_short(2))
    assert await misses() == (1, 2)


async def test_a_refusal_uses_no_code_up(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    scanned = mine.qr()
    assert code(await prepare(api, rich.a.cashier, scanned, 999)) == "BELOW_MINIMUM_SPEND"
    first = token(await prepare(api, rich.a.cashier, scanned))
    assert code(await confirm(api, rich.a.cashier, first)) is None
    # Success does, for this code and every other of the pass; which are told so.
    for steps in (-1, 0, 1):
        assert code(await prepare(api, rich.a.cashier, mine.qr(steps))) == "JUST_REDEEMED"
    assert (await Pass.get(id=ids.find(mine.id, "Pass"))).used_step == mine.step()


# The same again


async def test_the_same_bill_gives_the_same_preparation(rich: World, api: Api, travel: Travel) -> None:
    mine = await phone(api, rich.a)
    scanned = mine.qr()

    async def again(code: str) -> dict[str, Any]:
        payload = await prepare(api, rich.a.cashier, code)
        assert datetime.fromisoformat(payload["preparation"].pop("serverTime")) == clock.now()
        return payload

    first = await again(scanned)
    travel.by(seconds=119)  # the code itself has long gone by
    assert await again(mine.short()) == first
    before = await snapshot()  # with the window in which typed codes are counted
    assert await again(scanned) == first
    assert await again(mine.qr()) == first
    assert await again(mine.short()) == first
    assert await snapshot() == before
    assert await books(rich.a) == HELD


async def test_another_bill_replaces_it(rich: World, api: Api, travel: Travel) -> None:
    mine = await phone(api, rich.a)
    old = token(await prepare(api, rich.a.cashier, mine.qr()))
    travel.by(seconds=30)
    again = await prepare(api, rich.a.cashier, mine.qr(), 10_000)
    assert datetime.fromisoformat(again["preparation"]["expiresAt"]) == clock.now() + timedelta(seconds=120)
    assert await books(rich.a) == {"available": 90, "held": 10, "stock_held": 1, "fen_held": 2000}
    assert await state_of(old) == PreparationState.REPLACED
    assert code(await confirm(api, rich.a.cashier, old)) == "PREPARATION_CANCELLED"
    payload = await confirm(api, rich.a.cashier, token(again))
    assert payload["redemption"]["payableFen"] == 8000
    assert await books(rich.a) == {"available": 90, "spent": 10, "stock_used": 1, "fen_given": 2000}


async def test_a_gone_by_code_corrects_the_bill_but_wins_no_time(rich: World, api: Api, travel: Travel) -> None:
    mine = await phone(api, rich.a)
    for form in (mine.qr, mine.short):
        scanned = form()
        first = await prepare(api, rich.a.cashier, scanned)
        travel.by(seconds=100)
        again = await prepare(api, rich.a.cashier, scanned, 10_000)
        assert again["preparation"]["expiresAt"] == first["preparation"]["expiresAt"]
        assert again["preparation"]["payableFen"] == 8000
        travel.by(seconds=20)
        assert code(await prepare(api, rich.a.cashier, scanned, 10_000)) == "CODE_INVALID"
    assert (await Pass.get(id=ids.find(mine.id, "Pass"))).slot_misses == 1


async def test_a_gone_by_code_is_nothing_to_a_colleague(
    rich: World, api: Api, travel: Travel, colleague: Person
) -> None:
    mine = await phone(api, rich.a)
    scanned = mine.qr()
    await prepare(api, rich.a.cashier, scanned)
    travel.by(seconds=100)
    assert code(await prepare(api, colleague, scanned)) == "CODE_INVALID"


async def test_a_bill_that_is_refused_leaves_the_promise_as_it_was(rich: World, api: Api) -> None:
    await Shop.filter(id=rich.a.shop.id).update(monthly_ceiling_fen=2000)
    mine = await phone(api, rich.a)
    first = token(await prepare(api, rich.a.cashier, mine.qr()))
    before = await snapshot()
    assert code(await prepare(api, rich.a.cashier, mine.qr(), 999)) == "BELOW_MINIMUM_SPEND"
    assert code(await prepare(api, rich.a.cashier, mine.qr(), 10_001)) == "CEILING_REACHED"
    assert await snapshot() == before
    # What is replaced counts no more against the new one: 2000 fen fit though 1760 are held.
    assert code(await prepare(api, rich.a.cashier, mine.qr(), 10_000)) is None
    assert code(await confirm(api, rich.a.cashier, first)) == "PREPARATION_CANCELLED"


async def test_another_till_is_told_that_the_pass_is_in_use(
    rich: World, api: Api, travel: Travel, colleague: Person
) -> None:
    mine = await phone(api, rich.a)
    first = token(await prepare(api, rich.a.cashier, mine.qr()))
    before = await snapshot()
    for bill in (BILL, 10_000):
        payload = await prepare(api, colleague, mine.qr(), bill)
        assert code(payload) == "PASS_IN_USE"
        held_until = clock.now() + timedelta(seconds=120)
        assert datetime.fromisoformat(payload["errors"][0]["retryAt"]) == held_until
    assert await snapshot() == before
    travel.by(seconds=120)
    second = token(await prepare(api, colleague, mine.qr()))
    assert second != first and await books(rich.a) == HELD
    assert await state_of(first) == PreparationState.EXPIRED


# What is told, and what is not


async def refused(api: Api, world: World, mine: Phone, bill: int = BILL) -> dict[str, Any]:
    """The error of a prepare that must have no effect."""
    before = await snapshot()
    payload = await prepare(api, world.a.cashier, mine.qr(), bill)
    assert payload["preparation"] is None and await snapshot() == before
    return dict(payload["errors"][0])


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"state": DiscountState.PAUSED}, "DISCOUNT_NOT_AVAILABLE"),
        ({"state": DiscountState.ENDED}, "DISCOUNT_NOT_AVAILABLE"),
        ({"valid_until": FRIDAY - timedelta(days=1)}, "OUTSIDE_HOURS"),
        ({"valid_from": FRIDAY + timedelta(days=1)}, "OUTSIDE_HOURS"),
        ({"weekdays": 127 ^ (1 << 4)}, "OUTSIDE_HOURS"),
        ({"from_minute": 12 * 60 + 1, "until_minute": 14 * 60}, "OUTSIDE_HOURS"),
        ({"from_minute": 22 * 60, "until_minute": 12 * 60}, "OUTSIDE_HOURS"),
        ({"min_spend_fen": BILL + 1}, "BELOW_MINIMUM_SPEND"),
        ({"stock_total": 0}, "OUT_OF_STOCK"),
    ],
)
async def test_the_till_is_told_about_bill_stock_and_hours(
    rich: World, api: Api, terms: dict[str, Any], expected: str
) -> None:
    mine = await phone(api, rich.a)
    await Discount.filter(id=rich.a.discount.id).update(**terms)
    assert (await refused(api, rich, mine))["code"] == expected


async def test_the_till_is_told_about_the_shop(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    for state in (ShopState.SUSPENDED, ShopState.LEFT):
        await Shop.filter(id=rich.a.shop.id).update(state=state)
        assert (await refused(api, rich, mine))["code"] == "DISCOUNT_NOT_AVAILABLE"
    await Shop.filter(id=rich.a.shop.id).update(state=ShopState.ACTIVE, monthly_ceiling_fen=1759)
    assert (await refused(api, rich, mine))["code"] == "CEILING_REACHED"
    assert (await refused(api, rich, mine, 999))["message"] == "消费满 10.00 元才能使用该优惠"
    await Shop.filter(id=rich.a.shop.id).update(monthly_ceiling_fen=1760)
    assert code(await prepare(api, rich.a.cashier, mine.qr())) is None


async def test_personal_reasons_are_told_in_full_on_the_phone_alone(rich: World, api: Api) -> None:
    one, person_, chosen = rich.a.heads[0], rich.a.head_people[0], rich.a.discount
    await Discount.filter(id=chosen.id).update(limit_per_day=1)
    await till.redeemed(api, rich.a)
    await Discount.filter(id=chosen.id).update(limit_per_day=None)
    mine = await phone(api, rich.a)
    told = []

    async def reason() -> str | None:
        answer = await api.run(person_.token, "MyPasses", first=1)
        obstacle = answer["viewer"]["householdHead"]["passes"]["edges"][0]["node"]["obstacle"]
        if obstacle:
            told.append(await refused(api, rich, mine))
        return obstacle and str(obstacle["code"])

    assert await reason() is None
    await Discount.filter(id=chosen.id).update(limit_per_day=1)
    assert await reason() == "LIMIT_REACHED"
    await Discount.filter(id=chosen.id).update(limit_per_day=None, min_star_level=2)
    assert await reason() == "STAR_LEVEL_TOO_LOW"
    await Discount.filter(id=chosen.id).update(min_star_level=1, cost_points=91)
    assert await reason() == "NOT_ENOUGH_POINTS"
    await Discount.filter(id=chosen.id).update(cost_points=10)
    membership = await grant(person_.account_id, Role.SHOP_STAFF, shop=rich.a.shop)
    assert await reason() == "OWN_SHOP"
    await membership.update_from_dict({"revoked_at": clock.now()}).save()
    await HouseholdHead.filter(id=one.id).update(suspended_at=clock.now())
    assert await reason() == "NOT_ELIGIBLE"
    assert [each["code"] for each in told] == ["NOT_ELIGIBLE"] * 5
    assert all(each == told[0] for each in told)
    await HouseholdHead.filter(id=one.id).update(suspended_at=None)
    assert await reason() is None
    assert code(await prepare(api, rich.a.cashier, mine.qr())) is None


async def test_points_that_go_between_the_look_and_the_hold(rich: World, api: Api) -> None:
    """A reversal that commits after the standing was read is caught by the ledger, and reads the same."""
    mine = await phone(api, rich.a)

    reversal = (
        "UPDATE points_accounts SET balance = balance + CASE kind WHEN 'AVAILABLE' THEN -95 ELSE 95 END"
        " WHERE head_id = $1 AND kind IN ('AVAILABLE', 'SPENT')"
    )
    async with postgres.holding(reversal, rich.a.heads[0].id):
        preparing = asyncio.create_task(prepare(api, rich.a.cashier, mine.qr()))
        await postgres.until_blocked()
    assert code(await preparing) == "NOT_ELIGIBLE"
    assert await books(rich.a) == {"available": 5, "spent": 95}


async def test_a_live_preparation_counts_against_the_limits(rich: World, api: Api, travel: Travel) -> None:
    """Its pass ran out meanwhile, so the head could have another one."""
    await Discount.filter(id=rich.a.discount.id).update(limit_total=1)
    mine = await phone(api, rich.a)
    travel.by(hours=23, minutes=59, seconds=30)
    prepared = token(await prepare(api, rich.a.cashier, mine.qr()))
    travel.by(seconds=30)

    async def again() -> str | None:
        given = {"discountId": ids.make("Discount", rich.a.discount.id), "requestNo": story.request_no()}
        return code(await act(api, rich.a.head_people[0], "PassIssue", **given))

    assert await again() == "LIMIT_REACHED"
    travel.by(seconds=90)
    assert await again() is None  # the hold ran out, swept or not
    assert await state_of(prepared) == PreparationState.LIVE


# Tokens


async def test_a_token_can_be_told_again_and_not_made_up(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    made = token(await prepare(api, rich.a.cashier, mine.qr()))
    key = preparation_tokens.id_of(made)
    assert key is not None and preparation_tokens.token_of(key) == made
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    flipped = made[:-1] + last[last.index(made[-1]) ^ 1]  # the same bytes, spelled otherwise
    for bad in ("", "x", made[:-1], made + "A", "B" + made[1:], flipped, made.swapcase(), "=" * 43, "\u00e4" * 43):
        assert preparation_tokens.id_of(bad) is None, bad


async def test_the_database_refuses_a_second_live_preparation(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    row = await Preparation.get(id=preparation_tokens.id_of(token(await prepare(api, rich.a.cashier, mine.qr()))))
    names = {
        each["indexname"]: each["indexdef"]
        for each in await database.fetch("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'preparations'")
    }
    for name in ("preparations_one_live", "preparations_due", "preparations_live_by_head", "preparations_live_by_shop"):
        assert "WHERE ((state)::text = 'LIVE'::text)" in names[name]
    assert row.expires_at.astimezone(UTC) == clock.now() + timedelta(seconds=120)
