"""A pass that this shop has just redeemed, scanned again: told so, with the redemption. Other codes learn nothing."""

from datetime import timedelta
from typing import Any

import pytest

from models.enums import Role
from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.town import story, till
from tests.town.documents import Api
from tests.town.postgres import snapshot
from tests.town.settlement import upheld
from tests.town.story import code
from tests.town.till import TAKEN, Phone, books, checked, confirm, phone, prepare, token
from tests.town.world import Person, Travel, World, person

MESSAGE = "这张码刚刚已经核销成功（12:00，应付 70.40 元），请按这一笔收款，不要再按原价收"


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def redeemed(api: Api, world: World, mine: Phone) -> dict[str, Any]:
    made = await confirm(api, world.a.cashier, token(await prepare(api, world.a.cashier, mine.qr())))
    return dict(made["redemption"])


async def test_the_cashier_is_told_of_the_redemption(rich: World, api: Api, colleague: Person) -> None:
    mine = await phone(api, rich.a)
    done = await redeemed(api, rich, mine)
    for who in (rich.a.cashier, colleague):
        for bill in (till.BILL, 9900):
            payload = await prepare(api, who, mine.qr(), bill)
            (error,) = payload["errors"]
            assert error == {"code": "JUST_REDEEMED", "message": MESSAGE, "field": ["input", "code"], "retryAt": None}
            assert payload["preparation"] is None
            shown = payload["redemption"]
            assert (shown["id"], shown["state"], shown["headName"]) == (done["id"], "CONFIRMED", "赵**")
            assert (shown["payableFen"], shown["savedFen"]) == (7040, 1760)
            assert shown["availableActions"] == ["REVOKE"]
    assert await books(rich.a) == TAKEN


async def test_a_promise_brings_no_redemption(rich: World, api: Api) -> None:
    payload = await prepare(api, rich.a.cashier, (await phone(api, rich.a)).qr())
    assert payload["redemption"] is None and payload["preparation"]


@pytest.mark.parametrize(("passed", "told"), [(0, True), (599, True), (599.999999, True), (600, False), (3600, False)])
async def test_for_ten_minutes(rich: World, api: Api, travel: Travel, passed: float, told: bool) -> None:
    mine = await phone(api, rich.a)
    await redeemed(api, rich, mine)
    travel.by(seconds=passed)
    for shown in (mine.qr(), mine.qr(-1), mine.qr(1)):
        assert code(await prepare(api, rich.a.cashier, shown)) == ("JUST_REDEEMED" if told else "CODE_INVALID")


async def test_every_code_shown_since_will_do_and_none_before(rich: World, api: Api, travel: Travel) -> None:
    """The till may send the one that it prepared with once more, minutes later."""
    mine = await phone(api, rich.a)
    used = mine.step()
    await redeemed(api, rich, mine)
    travel.by(minutes=5)
    now = mine.step()
    for step in range(used - 5, now + 5):
        expected = "JUST_REDEEMED" if used - 1 <= step <= now + 1 else "CODE_INVALID"
        assert code(await prepare(api, rich.a.cashier, mine.qr(step - now))) == expected, step - used


async def test_who_else_is_told_nothing(rich: World, api: Api, travel: Travel) -> None:
    """Another shop's staff, a guess, a typed code, a code of another pass: the one answer, and its statements."""
    mine, other = await phone(api, rich.a), await phone(api, rich.a, head=1)
    await redeemed(api, rich, mine)
    genuine = mine.qr()
    tag = genuine[-22:]
    flipped = genuine[:-22] + ("A" if tag[0] != "A" else "B") + tag[1:]
    before = await snapshot()
    observed = {}
    for name, who, shown in (
        ("foreign", rich.b.cashier, genuine),
        ("a bit is wrong", rich.a.cashier, flipped),
        ("of another pass", rich.a.cashier, genuine[:-22] + other.qr()[-22:]),
        ("moved to another step", rich.a.cashier, mine.qr(-1).replace(str(mine.step(-1)), str(mine.step()))),
        ("nothing", rich.a.cashier, ""),
        ("hit", rich.a.cashier, genuine),
    ):
        with database.observed_statements() as seen:
            payload = await prepare(api, who, shown)
        observed[name] = tuple(seen)
        assert code(payload) == ("JUST_REDEEMED" if name == "hit" else "CODE_INVALID"), name
        assert (payload["redemption"] is None) == (name != "hit"), name
    nothing = [one for one in observed["nothing"] if "FROM memberships" not in one]
    for name, statements in observed.items():
        assert [one for one in statements if "FROM memberships" not in one][: len(nothing)] == nothing, name
    assert await snapshot() == before, "no scanned code counts against anything"


async def test_what_is_typed_proves_nothing(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    await redeemed(api, rich, mine)
    for typed in (mine.short(), mine.wrong_short(), checked(f"{mine.slot}000000")):
        payload = await prepare(api, rich.a.cashier, typed)
        assert (code(payload), payload["redemption"]) == ("CODE_INVALID", None)
    misses = await database.fetch_value("SELECT sum(misses) FROM guess_windows WHERE kind = 'CASHIER'")
    assert misses == 3, "each is a miss, as ever"


async def test_its_slot_is_the_next_passs_at_once(rich: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short code of the new pass prepares; the old one's counts on the slot, and tells nothing of either."""
    from services.till import passes

    mine = await phone(api, rich.a)
    await redeemed(api, rich, mine)
    monkeypatch.setattr(passes, "_slot", fixed_slot(int(mine.slot)))
    next_one = await phone(api, rich.a, head=1)
    assert next_one.slot == mine.slot
    old = mine.short()
    assert code(await prepare(api, rich.a.cashier, old)) == "CODE_INVALID"
    assert code(await prepare(api, rich.a.cashier, mine.qr())) == "JUST_REDEEMED"
    payload = await prepare(api, rich.a.cashier, next_one.short())
    assert code(payload) is None and payload["preparation"]["headName"] != "赵**"


def fixed_slot(slot: int) -> Any:
    async def always(*_: Any) -> int:
        return slot

    return always


async def test_what_was_revoked_was_not_redeemed(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    done = await redeemed(api, rich, mine)
    await till.revoke(api, rich.a.cashier, done["id"])
    payload = await prepare(api, rich.a.cashier, mine.qr())
    assert (code(payload), payload["redemption"]) == ("CODE_INVALID", None)


async def test_nor_what_a_dispute_took_back(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    done = await redeemed(api, rich, mine)
    key = ids.find(done["id"], "Redemption")
    assert key
    await upheld(rich, key)
    assert code(await prepare(api, rich.a.cashier, mine.qr())) == "CODE_INVALID"


async def test_who_works_in_two_shops_is_told_of_both(rich: World, api: Api) -> None:
    assert rich.a.shop and rich.b.shop
    mine = await phone(api, rich.a)
    await redeemed(api, rich, mine)
    elsewhere = await person("何店员", Role.SHOP_STAFF, shop=rich.b.shop)
    assert code(await prepare(api, elsewhere, mine.qr())) == "CODE_INVALID"
    await database.execute(
        "UPDATE memberships SET revoked_at = $2 WHERE account_id = $1", rich.a.cashier.account_id, clock.now()
    )
    assert code(await prepare(api, rich.a.cashier, mine.qr())) == "FORBIDDEN", "who was removed is told nothing"


async def test_another_pass_of_the_same_head_is_redeemed_as_ever(rich: World, api: Api, travel: Travel) -> None:
    mine = await phone(api, rich.a)
    await redeemed(api, rich, mine)
    travel.by(seconds=1)
    again = await phone(api, rich.a)
    assert again.id != mine.id
    assert (await story.act(api, rich.a.cashier, "RedemptionPrepare", code=again.qr(), billFen=8800))["errors"] == []
    travel.to(travel.at + timedelta(minutes=1))
    assert code(await prepare(api, rich.a.cashier, mine.qr())) == "JUST_REDEEMED"
