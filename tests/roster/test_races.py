"""What others change between an import's plan and its locks: it stays, and the audit says the truth of both."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from models.audit import AuditEntry
from models.discounts import Discount
from models.enums import ShopState
from models.people import Household, HouseholdHead
from models.shops import PastHours, Shop
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.kit.errors import Refusal
from services.roster import heads, loading
from services.roster.report import Report
from tests.town import roster
from tests.town.discounts import revised
from tests.town.documents import Api
from tests.town.postgres import holding, until_blocked
from tests.town.roster import (
    DISCOUNTS,
    HEADS,
    NOODLES,
    OFFER,
    OWN,
    SHOPS,
    WORKERS,
    A,
    B,
    account_of,
    changed,
    changes,
    importer_of,
    load,
    loaded,
    table,
    untouched,
)
from tests.town.story import done
from tests.town.world import Travel, World

TURN = "hashtextextended(format('%s:shop:%s', current_schema(), $1::uuid), 0)"
NARROW = (*SHOPS[:7],)  # neither hours nor ceiling


async def interleaved(
    monkeypatch: pytest.MonkeyPatch, point: tuple[Any, str], meanwhile: Awaitable[Any], importing: Awaitable[Report]
) -> Report:
    """An import that has planned and comes to `point` when `meanwhile` happens, in a transaction of its own."""
    there, went_by = asyncio.Event(), asyncio.Event()

    async def other() -> None:
        await there.wait()
        try:
            await meanwhile
        finally:
            went_by.set()

    beside = asyncio.create_task(other())
    module, name = point
    real: Callable[..., Awaitable[Any]] = getattr(module, name)

    async def stopped(*args: Any) -> Any:
        there.set()
        await went_by.wait()
        return await real(*args)

    monkeypatch.setattr(module, name, stopped)
    report = await importing
    monkeypatch.undo()
    await beside
    return report


BEFORE_SHOPS = (loading, "_take_turns")
BEFORE_HEADS = (heads, "find_renamed")


async def audited(shop_id: Any) -> list[AuditEntry]:
    return await AuditEntry.filter(subject_id=shop_id).order_by("occurred_at", "id")


async def test_what_the_sheet_does_not_have_is_not_written_back(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await loaded(table(SHOPS, NOODLES))
    shop = await Shop.get(name="星星面馆")
    key = roster.shop_id(shop)

    async def clerk() -> None:
        await done(api, world.admin, "ShopSetCeiling", shopId=key, monthlyCeilingFen=12_300)
        await done(api, world.admin, "ShopEdit", shopId=key, openingHours="8:00-20:00", latitude=27.7, longitude=106.9)

    sheet = table(NARROW, changed(NOODLES[:7], c4="香港路10号", c5="27.7", c6="106.9"))
    report = await interleaved(monkeypatch, BEFORE_SHOPS, clerk(), load(sheet))
    assert changes(report) == [(2, "店铺 星星面馆", ("地址",))]
    now = await Shop.get(id=shop.id)
    assert (now.address, now.opening_hours, now.monthly_ceiling_fen) == ("香港路10号", "8:00-20:00", 12_300)
    *_, last = await audited(shop.id)
    assert (last.action, last.details["columns"]) == ("roster.change", ["address"])
    assert [one.hours for one in await PastHours.filter(shop_id=shop.id)] == ["9:00-21:00"], "the clerk's change"


async def test_only_what_still_differs_is_written_and_told(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the clerk changed to what the sheet says is no change of the import's; what was changed away is."""
    await loaded(table(SHOPS, NOODLES))
    shop = await Shop.get(name="星星面馆")
    edit = {"address": "香港路10号", "openingHours": "7:00-9:00", "category": "GROCERY"}
    clerk = done(api, world.admin, "ShopEdit", shopId=roster.shop_id(shop), **edit)
    report = await interleaved(monkeypatch, BEFORE_SHOPS, clerk, load(table(SHOPS, changed(NOODLES, c4="香港路10号"))))
    assert changes(report) == [(2, "店铺 星星面馆", ("类别", "营业时间"))]
    *_, last = await audited(shop.id)
    assert last.details["columns"] == ["category", "opening_hours"]
    assert "7:00-9:00" in {one.hours for one in await PastHours.filter(shop_id=shop.id)}, "those that were"


async def test_what_became_so_meanwhile_is_no_change(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await loaded(table(SHOPS, NOODLES))
    shop = await Shop.get(name="星星面馆")
    clerk = done(api, world.admin, "ShopEdit", shopId=roster.shop_id(shop), address="香港路10号")
    report = await interleaved(monkeypatch, BEFORE_SHOPS, clerk, load(table(SHOPS, changed(NOODLES, c4="香港路10号"))))
    assert report.tallies["店铺"].unchanged == 1 and changes(report) == []
    assert [row.action for row in await audited(shop.id)] == ["roster.add", "shop.edit"]


@pytest.mark.parametrize("what", ["suspended", "renamed"])
async def test_what_was_decided_meanwhile_is_asked_about(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    await loaded(table(SHOPS, NOODLES))
    shop = await Shop.get(name="星星面馆")
    key = {"shopId": roster.shop_id(shop)}
    clerk = (
        done(api, world.admin, "ShopSuspend", **key, reason="投诉")
        if what == "suspended"
        else done(api, world.admin, "ShopEdit", **key, name="月亮面馆")
    )
    report = await interleaved(monkeypatch, BEFORE_SHOPS, clerk, load(table(SHOPS, changed(NOODLES, c4="香港路10号"))))
    assert [(one.column, one.message) for one in report.problems] == [
        ("店名", "导入时这家店铺刚刚获得批准、暂停、退出或改名，请重新导入")
    ]
    assert (await Shop.get(id=shop.id)).address == NOODLES[4]


async def test_the_audit_carries_the_time_of_the_commit(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By which hours a redemption is judged follows from when they were changed, not from when the import began."""
    await loaded(table(DISCOUNTS, NOODLES + OFFER))
    shop = await Shop.get(name="星星面馆")
    began = clock.now()

    async def minutes_pass() -> None:
        travel.by(minutes=7)

    row = changed(NOODLES, c7="全天") + changed(OFFER, c2="7折")
    await interleaved(monkeypatch, BEFORE_SHOPS, minutes_pass(), load(table(DISCOUNTS, row)))
    at = began + timedelta(minutes=7)
    *_, change = await audited(shop.id)
    newest = await Discount.get(shop=shop, state="ACTIVE")
    assert change.occurred_at == newest.approved_at == newest.created_at == at
    assert await database.fetch_value("SELECT max(occurred_at) FROM audit_entries") == at


async def test_what_a_sheet_does_not_have_of_a_discount_stays(world: World) -> None:
    """Neither with a column that is missing, nor with one that the shop has filled since."""
    await loaded(table(DISCOUNTS, NOODLES + OFFER))
    shop = await Shop.get(name="星星面馆")
    await Discount.filter(shop=shop).update(limit_per_day=1, weekdays=31, from_minute=600, until_minute=720)
    narrow = (*DISCOUNTS[:-2],)  # neither weekdays nor hours
    async with untouched():
        assert (await loaded(table(narrow, (NOODLES + OFFER)[:-2])))["优惠"] == (0, 0, 1)
    report = await load(table(narrow, (NOODLES + changed(OFFER, c2="7折"))[:-2]))
    assert changes(report) == [(2, "优惠 星星面馆 八折", ("力度",))]
    newest = await Discount.get(shop=shop, state="ACTIVE")
    assert (newest.percent_off, newest.limit_per_day, newest.weekdays, newest.from_minute) == (30, 1, 31, 600)


async def test_a_discount_approved_meanwhile_keeps_what_no_sheet_says(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = world.a
    draft = await revised(api, a, costPoints=15, limitPerDay=2)
    await done(api, a.cashier, "DiscountSubmit", discountId=draft)
    clerk = done(api, world.admin, "DiscountApprove", discountId=draft)
    heading = (*SHOPS[:7], "优惠名称", "方式", "力度", "最低消费(元)")
    sheet = table(heading, (*OWN[:7], "全场八折", "打折", "7折", "10"))
    report = await interleaved(monkeypatch, BEFORE_SHOPS, clerk, load(sheet))
    assert changes(report) == [(2, "优惠 A小吃店 全场八折", ("力度",))]
    newest = await Discount.get(shop=a.shop, state="ACTIVE")
    assert (newest.version, newest.percent_off, newest.cost_points, newest.limit_per_day) == (3, 30, 15, 2)
    assert (await Discount.get(id=ids.find(draft, "Discount"))).state == "REPLACED"


async def test_a_kind_that_changes_takes_no_other_kinds_ceiling_along(world: World) -> None:
    await Discount.filter(id=world.a.discount.id).update(max_saved_fen=500)
    heading = (*SHOPS[:7], "优惠名称", "方式", "力度")
    report = await load(table(heading, (*OWN[:7], "全场八折", "立减", "3")))
    assert report.problems == []
    newest = await Discount.get(shop=world.a.shop, state="ACTIVE")
    assert (newest.kind, newest.amount_off_fen, newest.max_saved_fen) == ("AMOUNT_OFF", 300, None)


async def test_a_household_given_to_another_head_meanwhile_stays_there(world: World, api: Api) -> None:
    """The sheet says nothing of the head; staff move the household while the import waits for it."""
    a = world.a
    homes = ("街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人")
    await Household.filter(id=a.households[0].id).update(code="H7")
    async with holding("UPDATE households SET head_id = $2 WHERE id = $1", a.households[0].id, a.heads[1].id):
        importing = asyncio.create_task(load(table(homes, (*A, "1栋", "H7", "1栋100室", "孙大民"))))
        await until_blocked()
    assert changes(await importing) == [(2, "住户 H7", ("联系人",))]
    home = await Household.get(code="H7")
    assert (home.head_id, home.contact_name) == (a.heads[1].id, "孙大民")


async def test_a_sheet_without_buildings_takes_nobody_out_of_one(world: World) -> None:
    a = world.a
    homes = ("街道", "社区", "网格", "户编号", "地址", "联系人")
    await Household.filter(id=a.households[0].id).update(code="H7")
    report = await load(table(homes, (*A, "H7", "1栋100室", "孙大民")))
    assert changes(report) == [(2, "住户 H7", ("联系人",))]
    assert (await Household.get(code="H7")).building_id == a.building.id
    report = await load(table(homes, (*B, "H7", "1栋100室", "孙大民")))
    assert changes(report) == [(2, "住户 H7", ("网格",))]
    assert (await Household.get(code="H7")).building_id is None, "another grid's building is no longer theirs"


async def test_a_head_renamed_meanwhile_by_the_same_words_is_no_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = world.a.heads[0]
    renamed = database.execute("UPDATE household_heads SET name = '赵大联' WHERE id = $1", head.id)
    report = await interleaved(monkeypatch, BEFORE_HEADS, renamed, load(table(HEADS, (*B, "赵大联", "10000001000"))))
    assert changes(report) == [(2, "联户长", ("网格",))]
    assert (await HouseholdHead.get(id=head.id)).grid_id == world.b.grid.id


async def test_a_head_who_left_meanwhile_is_not_moved(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    head = world.a.heads[0]
    leaving = done(api, world.admin, "HeadLeave", headId=ids.make("HouseholdHead", head.id), reason="搬走了")
    report = await interleaved(monkeypatch, BEFORE_HEADS, leaving, load(table(HEADS, (*B, "赵联户", "10000001000"))))
    assert [one.message for one in report.problems] == ["这位联户长已经离任，离任后不能恢复，请删除此行"]
    assert (await HouseholdHead.get(id=head.id)).grid_id == world.a.grid.id


@pytest.mark.parametrize("column", ["grid_id", "phone_index"])
async def test_what_differs_between_plan_and_lock_is_planned_again(
    world: World, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    """Neither is anything written that is not locked, nor is a phone taken for whose it was: it all begins again."""
    head, other = world.a.heads[0], world.a.heads[1]
    locked, plan = heads.LOCK, heads.WANTED
    value = world.b.grid.id if column == "grid_id" else b"another"
    encrypted = ", phone_encrypted = ''" if column == "phone_index" else ""
    once: list[int] = []
    real = database.bulk

    async def bulk(sql: str, *args: Any) -> int:
        if sql.endswith(f"AS {plan}") and not once:
            once.append(1)
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)
            elsewhere.set()
            await done_there.wait()
        return await real(sql, *args)

    elsewhere, done_there = asyncio.Event(), asyncio.Event()

    async def someone() -> None:
        await elsewhere.wait()
        # Of the head that the sheet does not change, and that is not locked.
        await database.execute(f"UPDATE household_heads SET {column} = $2{encrypted} WHERE id = $1", head.id, value)
        done_there.set()

    beside = asyncio.create_task(someone())
    monkeypatch.setattr(database, "bulk", bulk)
    # Who goes by the phone then is said to be another of the name.
    sheet = table((*HEADS, "原电话"), (*A, "赵联户", "10000001000", "无"), (*B, "钱联户", "10000001001", ""))
    report = await load(sheet)
    monkeypatch.undo()
    await beside
    assert "FOR NO KEY UPDATE" in locked and report.problems == []
    assert (await HouseholdHead.get(id=other.id)).grid_id == world.b.grid.id
    if column == "grid_id":
        assert changes(report) == [(2, "联户长", ("网格",)), (3, "联户长", ("网格",))]
    else:
        assert report.tallies["联户长"].added == 1, "the phone is a new head's: the one who had it has another"


async def test_a_worker_whose_grid_was_given_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody else did is not told as the import's."""
    phone = "10000009301"
    await loaded(table(WORKERS, (*A, "马网格", phone)))
    account = await account_of(phone)
    assert account
    given = database.execute(
        "INSERT INTO memberships (id, account_id, role, area_id, granted_at)"
        " VALUES (gen_random_uuid(), $1, 'GRID_WORKER', $2, now())",
        account.id,
        world.b.grid.id,
    )
    sheet = table(WORKERS, (*A, "马网格", phone), (*B, "马网格", phone))
    report = await interleaved(monkeypatch, BEFORE_HEADS, given, load(sheet))
    assert changes(report) == [] and report.tallies["网格员"].unchanged == 1


async def test_a_till_that_hangs_stops_no_import_and_no_other_shop(
    world: World, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """It says so in Chinese, has written nothing, and has let the other shops go between its tries."""
    await loaded(table(SHOPS, NOODLES))
    other = await Shop.get(name="A小吃店")
    free: list[bool] = []

    async def slept(_: float) -> None:
        """Between two tries: whether a till of another shop gets its turn."""
        beside = await asyncpg.connect(database_url)
        free.append(await beside.fetchval(f"SELECT pg_try_advisory_xact_lock_shared({TURN})", other.id))
        await beside.close()

    monkeypatch.setattr(loading, "TURN_WITHIN_SECONDS", 0.05)
    hung = (await Shop.get(name="星星面馆")).id
    sheet = table(SHOPS, changed(NOODLES, c4="别处1号"), changed(OWN, c4="别处2号"))
    async with holding(f"SELECT pg_advisory_xact_lock_shared({TURN})", hung), untouched():
        monkeypatch.setattr(loading.asyncio, "sleep", slept)
        with pytest.raises(Refusal) as refused:
            await load(sheet)
        monkeypatch.undo()
    assert refused.value.code == "INVALID_STATE" and "收银台正忙" in refused.value.message
    assert free == [True] * loading.TURN_TRIES
    assert (await loaded(sheet))["店铺"] == (0, 2, 0)


async def test_who_is_in_the_way_for_too_long_is_told_in_chinese(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SETTINGS", f"{loading.SETTINGS}; SET LOCAL lock_timeout = '50ms'")
    async with holding("SELECT 1 FROM household_heads FOR UPDATE"), untouched():
        with pytest.raises(Refusal) as refused:
            await load(table(HEADS, (*B, "赵联户", "10000001000")))
    assert (refused.value.code, refused.value.message) == ("INVALID_STATE", loading.BUSY)


async def test_staff_who_import_over_an_approval_of_their_entry(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = await importer_of(world.a.staff)
    await loaded(table(SHOPS, NOODLES), staff)
    shop = await Shop.get(name="星星面馆")
    approving = done(api, world.admin, "ShopApprove", shopId=roster.shop_id(shop))
    sheet = table(SHOPS, changed(NOODLES, c4="别处1号"))
    report = await interleaved(monkeypatch, BEFORE_SHOPS, approving, load(sheet, staff))
    assert [one.column for one in report.problems] == ["店名"]
    assert (await Shop.get(id=shop.id)).state == ShopState.ACTIVE
