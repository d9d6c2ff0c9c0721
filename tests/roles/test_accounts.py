"""What operators do with accounts: renamed, merged, disabled, enabled."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from models.accounts import Account, Membership, PhoneChange
from models.enums import NominationState, ObjectionKind, Role, SeasonState, ShopState
from models.grants import Grant
from models.honours import Nomination
from models.people import Household, HouseholdHead
from models.shops import ShopChange
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.entry import signing_in
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.secrets import phone_columns, phone_index
from services.roles import accounts as account_actions
from services.roles import memberships
from services.shops import staff
from services.work import reconciliation
from tests.town import grants, honours, story
from tests.town import world as making
from tests.town.commands import command, refused
from tests.town.documents import Api
from tests.town.postgres import unchanged, until_blocked
from tests.town.world import Person, World

OLD, NEW = "10000001000", "13800000001"


async def no(doing: Any, code: str, *words: str) -> None:
    async with unchanged():
        with pytest.raises(Refusal) as caught:
            await doing
    assert caught.value.code == code and all(word in caught.value.message for word in words), caught.value


async def with_phone(person: Person, phone: str) -> UUID:
    await Account.filter(id=person.account_id).update(**phone_columns(phone))
    return person.account_id


@pytest.fixture
async def head(rich: World) -> UUID:
    """Head 0 of A, with 100 points, by the old number."""
    return await with_phone(rich.a.head_people[0], OLD)


@pytest.fixture
async def second(rich: World) -> Person:
    """The second person that a changed number made: a head of the same name without anything but a household."""
    made = await making.head(rich.a.grid, "赵联户", phone=NEW)
    await Household.filter(id=rich.a.households[1].id).update(head_id=made.id)
    person = await making.person("赵联户", Role.HOUSEHOLD_HEAD, head=made)
    await with_phone(person, NEW)
    return person


async def roles(account_id: UUID) -> list[str]:
    return sorted(row.role for row in await Membership.filter(account_id=account_id, revoked_at=None))


# -- renamed ---------------------------------------------------------------------------------------------------------


async def test_a_name_is_corrected_with_the_head_and_the_household(rich: World, head: UUID) -> None:
    home = rich.a.households[0]
    await making.grant(head, Role.RESIDENT, household=home)
    await Household.filter(id=home.id).update(contact_name="赵 联户", **phone_columns(OLD))
    done = await account_actions.rename(head, " 赵联合 ")
    assert done.changed and done.account.display_name == "赵联合"
    assert (await HouseholdHead.get(id=rich.a.heads[0].id)).name == "赵联合"
    assert (await Household.get(id=home.id)).contact_name == "赵联合"
    row = await database.fetch_one("SELECT details FROM audit_entries WHERE action = 'account.rename'")
    assert row and json.loads(row["details"]) == {"old": "赵**", "new": "赵**"}
    async with unchanged():
        assert not (await account_actions.rename(head, "赵联合")).changed
    await no(account_actions.rename(head, " "), "INVALID_INPUT")
    await no(account_actions.rename(UUID(int=1), "甲"), "NOT_FOUND")


async def test_a_household_of_another_name_keeps_it(rich: World, head: UUID) -> None:
    home = rich.a.households[0]
    await making.grant(head, Role.RESIDENT, household=home)
    await Household.filter(id=home.id).update(**phone_columns(OLD))
    await account_actions.rename(head, "赵联合")
    assert (await Household.get(id=home.id)).contact_name == "孙居民"


# -- merged ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep_new", [False, True])
async def test_the_second_of_a_changed_number_is_merged_into_the_first(
    rich: World, head: UUID, second: Person, api: Api, keep_new: bool
) -> None:
    """Whichever account is kept, the head with the points is, and all the households come to it."""
    spare = (await Membership.get(account_id=second.account_id)).head_id
    emptied, kept = (head, second.account_id) if keep_new else (second.account_id, head)
    done = await account_actions.merge(emptied, kept, take_phone=not keep_new)
    assert done.changed and (done.account.id, done.account.phone) == (kept, "138****0001")
    gone = await Account.get(id=emptied)
    assert gone.merged_into_id == kept and gone.disabled_at and gone.phone_index is None
    assert await roles(kept) == ["HOUSEHOLD_HEAD"] and await roles(emptied) == []
    stays = await HouseholdHead.get(id=rich.a.heads[0].id)
    assert stays.phone_index == phone_index(NEW) and stays.left_at is None
    left = await HouseholdHead.get(id=spare)
    assert left.left_at and left.phone_index is None
    assert await Household.filter(head_id=stays.id).count() == 2 and await Household.filter(head_id=spare).count() == 0
    assert await sessions.authenticate(rich.a.head_people[0].token) is None
    home = (await api.run(await signing_in.open_for(NEW), "HeadHome"))["viewer"]["householdHead"]
    assert home["points"]["available"] == 100
    assert await reconciliation.drifts() == []
    assert [row.account_id for row in await PhoneChange.all()] == [kept]
    async with unchanged():
        assert not (await account_actions.merge(emptied, kept, take_phone=not keep_new)).changed
    await no(account_actions.enable(emptied), "INVALID_STATE", "并入")
    await no(account_actions.merge(kept, emptied), "INVALID_STATE", "停用")


async def test_two_heads_with_a_history_are_not_merged(rich: World, head: UUID) -> None:
    other = rich.a.head_people[1].account_id
    await Account.filter(id=other).update(display_name="赵联户")
    await no(account_actions.merge(other, head), "INVALID_STATE", "流水不能合并", "离任")


@pytest.mark.parametrize("what", ["a grant", "a nomination"])
async def test_what_a_head_was_given_is_a_history(rich: World, head: UUID, second: Person, what: str) -> None:
    """It would be lost with the head: what a shop promised, or what the neighbours said."""
    membership = await Membership.get(account_id=second.account_id).select_related("head")
    own = membership.head
    if what == "a grant":
        await Grant.filter(id=grants.key(await grants.made(rich.a))).update(head_id=own.id)
    else:
        await honours.nomination(await honours.season(rich.a.community), head=own)
    await no(account_actions.merge(second.account_id, head), "INVALID_STATE", "获赠或提名")


async def test_roles_come_together_once_with_shops_applied_for(rich: World, head: UUID) -> None:
    a, b = rich.a, rich.b
    other = await making.person("赵联户", Role.SHOP_STAFF, shop=b.shop)
    for account_id in (head, other.account_id):
        await making.grant(account_id, Role.RESIDENT, household=a.households[0])
    await making.grant(other.account_id, Role.GRID_WORKER, area=b.grid)
    shop = await making.shop(a.community, "新店", state=ShopState.APPLIED, applied_by_id=other.account_id)
    done = await account_actions.merge(other.account_id, head)
    assert await roles(head) == ["GRID_WORKER", "HOUSEHOLD_HEAD", "RESIDENT", "SHOP_STAFF"]
    assert await roles(other.account_id) == [] and done.account.phone == "100****1000"
    await shop.refresh_from_db()
    assert shop.applied_by_id == head
    assert await sessions.authenticate(other.token) is None
    assert await sessions.authenticate(rich.a.head_people[0].token)


async def test_what_bars_from_a_decision_follows_the_person(rich: World, api: Api) -> None:
    """Who asked for a change of a shop, or worked there, is barred by the kept account too."""
    a = rich.a
    moved = await api.run(a.cashier.token, "ShopEdit", input={"shopId": ids.make("Shop", a.shop.id), "address": "新址"})
    assert moved["shopEdit"]["errors"] == []
    boss = await making.person("吴店员", Role.DISTRICT_ADMIN, area=rich.district)
    await Account.filter(id=a.cashier.account_id).update(display_name="吴店员")
    await making.person("冯店员", Role.SHOP_STAFF, shop=a.shop)
    change = (await ShopChange.get(shop_id=a.shop.id)).id
    await Membership.filter(account_id=a.cashier.account_id).update(revoked_at=clock.now())
    await account_actions.merge(a.cashier.account_id, boss.account_id)
    assert (await ShopChange.get(id=change)).asked_by_id == boss.account_id
    assert [row.shop_id for row in await Membership.filter(account_id=boss.account_id, shop_id__isnull=False)] == [
        a.shop.id
    ]
    answer = await api.run(boss.token, "ShopChangeApprove", input={"changeId": ids.make("ShopChange", change)})
    assert answer["shopChangeApprove"]["errors"][0]["code"] == "FORBIDDEN"


async def test_three_accounts_are_three_people(rich: World, api: Api) -> None:
    """Who opened a season, published it, proposed or objected is barred by the kept account as before; and where the
    kept one is barred already, one of the two stays."""
    a = rich.a
    before, after = [await making.person("吴社工", Role.COMMUNITY_STAFF, area=a.community) for _ in range(2)]
    steps = {
        "opened_by_id": (SeasonState.REVIEW, NominationState.SHORTLISTED, "SeasonPublish"),
        "published_by_id": (SeasonState.NOTICE, NominationState.SHORTLISTED, "SeasonConclude"),
    }
    waiting = []
    for column, (state, of_one, step) in steps.items():
        season = await honours.season(a.community, state, **{column: before.account_id})
        await honours.nomination(season, of_one, head=a.heads[0])
        waiting.append((step, {"seasonId": honours.season_id(season)}))
    both = {"opened_by_id": before.account_id, "published_by_id": after.account_id}
    season = await honours.season(a.community, SeasonState.NOTICE, **both)
    await honours.nomination(season, NominationState.SHORTLISTED, head=a.heads[0])
    waiting.append(("SeasonConclude", {"seasonId": honours.season_id(season)}))
    season = await honours.season(a.community, SeasonState.REVIEW)
    made = await honours.nomination(season, NominationState.CONSENTED, head=a.heads[0])
    objection = await honours.objection(made, before, ObjectionKind.EVIDENCE)
    other = await honours.nomination(season, NominationState.CONSENTED, head=a.heads[1])
    await Nomination.filter(id=other.id).update(proposed_by_id=before.account_id)
    waiting += [
        ("NominationShortlist", {"nominationId": honours.nomination_id(other), "reason": "属实"}),
        (
            "SeasonObjectionAnswer",
            {"objectionId": ids.make("SeasonObjection", objection.id), "upheld": True, "answer": "是"},
        ),
    ]
    await account_actions.merge(before.account_id, after.account_id)
    for name, given in waiting:
        assert story.code(await story.act(api, after, name, **given)) == "FORBIDDEN", name


async def test_what_is_not_one_person_is_not_merged(rich: World, head: UUID) -> None:
    other = (await making.person("钱大")).account_id
    await no(account_actions.merge(head, head), "INVALID_INPUT", "同一个账号")
    await no(account_actions.merge(other, head), "INVALID_INPUT", "姓名不同")
    await Account.filter(id=other).update(display_name="赵 联户", disabled_at=clock.now())
    await no(account_actions.merge(other, head), "INVALID_STATE", "已停用")
    await no(account_actions.merge(head, UUID(int=1)), "NOT_FOUND")


# -- disabled --------------------------------------------------------------------------------------------------------


async def test_who_is_disabled_is_out_at_once_and_back_when_enabled(rich: World, head: UUID) -> None:
    token = rich.a.head_people[0].token
    assert (await account_actions.disable(head)).changed
    assert await sessions.authenticate(token) is None
    with pytest.raises(Refusal) as told:
        await signing_in.open_for(OLD)
    assert told.value.code == "INVALID_STATE"
    async with unchanged():
        assert not (await account_actions.disable(head)).changed
    assert (await account_actions.enable(head)).changed
    assert await sessions.authenticate(token) is None, "its sessions have ended"
    viewer = await sessions.authenticate(await signing_in.open_for(OLD))
    assert viewer and viewer.head_id == rich.a.heads[0].id
    async with unchanged():
        assert not (await account_actions.enable(head)).changed


async def test_the_last_administrator_is_disabled_only_by_force(world: World) -> None:
    await no(account_actions.disable(world.admin.account_id), "INVALID_STATE", "最后一位区管理员")
    done = await account_actions.disable(world.admin.account_id, force=True)
    assert done.account.disabled_at


async def test_of_the_last_two_administrators_only_one_is_disabled(world: World) -> None:
    other = await making.person("副管理员", Role.DISTRICT_ADMIN, area=world.district)
    held, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def first() -> None:
        await memberships.leave_an_administrator(other.account_id)
        await Account.filter(id=other.account_id).update(disabled_at=clock.now())
        held.set()
        await let_go.wait()

    one = asyncio.create_task(first())
    await held.wait()
    second = asyncio.create_task(account_actions.disable(world.admin.account_id))
    await until_blocked()
    let_go.set()
    await one
    with pytest.raises(Refusal):
        await second
    assert await sessions.authenticate(world.admin.token)


async def test_the_last_owner_of_a_shop_is_disabled_only_by_force(world: World) -> None:
    cashier = await making.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop)
    await no(account_actions.disable(world.a.cashier.account_id), "INVALID_STATE", "唯一的店主", world.a.shop.name)
    assert (await account_actions.disable(cashier.account_id)).changed, "who is no owner"
    await Membership.filter(account_id=cashier.account_id).update(owner=True)
    await no(account_actions.disable(world.a.cashier.account_id), "INVALID_STATE", "唯一的店主")
    await account_actions.enable(cashier.account_id)
    assert (await account_actions.disable(world.a.cashier.account_id)).changed
    assert (await account_actions.disable(cashier.account_id, force=True)).changed


async def test_of_the_last_two_owners_only_one_is_disabled(world: World) -> None:
    other = await making.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop)
    await Membership.filter(account_id=other.account_id).update(owner=True)
    held, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def first() -> None:
        await staff.leave_an_owner(other.account_id)
        await Account.filter(id=other.account_id).update(disabled_at=clock.now())
        held.set()
        await let_go.wait()

    one = asyncio.create_task(first())
    await held.wait()
    second = asyncio.create_task(account_actions.disable(world.a.cashier.account_id))
    await until_blocked()
    let_go.set()
    await one
    with pytest.raises(Refusal):
        await second
    assert await sessions.authenticate(world.a.cashier.token)


# -- at the command line ---------------------------------------------------------------------------------------------


async def test_the_commands(database_url: str, rich: World, head: UUID, second: Person) -> None:
    def ask(*words: str) -> Any:
        ran = (
            command(database_url, *words, "--yes", "--json")
            if words[1] != "enable"
            else command(database_url, *words, "--json")
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    merged = ask("account", "merge", "--phone", NEW, "--into", str(head), "--take-phone")
    assert merged["changed"] and merged["accounts"][0]["phone"] == "138****0001"
    renamed = ask("account", "rename", "--phone", NEW, "--name", "赵联合")
    assert renamed["accounts"][0]["display_name"] == "赵联合"
    changed = ask("phone", "change", "--account", str(head), "--to", OLD, "--name", "赵联合")
    assert changed["changed"] and changed["accounts"][0]["phone"] == "100****1000"
    assert ask("account", "disable", "--phone", OLD)["accounts"][0]["disabled_at"]
    assert ask("account", "enable", "--phone", OLD)["accounts"][0]["disabled_at"] is None
    for words, says in (
        (("phone", "change", "--phone", OLD, "--to", NEW, "--name", "别人", "--yes"), "另一个姓名"),
        (("account", "disable", "--phone", OLD), "--yes"),
        (("account", "merge", "--phone", OLD, "--into", "13900000009", "--yes"), "没有使用这个手机号的账号"),
    ):
        assert says in refused(command(database_url, *words))
    both = command(database_url, "account", "enable", "--phone", OLD, "--account", str(head))
    assert both.returncode == 2 and "--phone and --account" in both.stderr
