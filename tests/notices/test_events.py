"""What people are told: each step tells whom it concerns, once a day, however often and by how many it is relayed."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from models.accounts import Account
from models.enums import NotificationKind, Role
from models.live import OutboxEntry
from schema.graph import ids
from services.db import database
from services.entry import signing_in
from services.kit import clock
from services.kit.secrets import phone_columns
from services.live import outbox
from services.notices import events
from services.roles import accounts, phones
from services.work import relay
from tests.town import entry, roles, shops, till, wishes
from tests.town.documents import Api
from tests.town.notices import relayed, rows, told
from tests.town.postgres import holding
from tests.town.story import done
from tests.town.world import Person, Travel, World, grant, person

K = NotificationKind


async def test_each_step_of_a_wish_tells_whom_it_concerns(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    resident, (head, other) = a.residents[0], a.head_people
    flatmate = await person("同住的人", Role.RESIDENT, household=a.households[0])
    wish = await wishes.offered(api, a)
    assert await told(head) == await told(other) == ["WISH_OFFERED"]
    await done(api, head, "WishAccept", wishId=wish)
    await done(api, head, "WishComplete", wishId=wish)
    for one in (resident, flatmate):
        assert await told(one) == ["WISH_ACCEPTED", "WISH_COMPLETED"]
    await done(api, resident, "WishRate", wishId=wish, stars=5)
    assert await told(head) == ["WISH_OFFERED", "WISH_RATED"] and await told(other) == ["WISH_OFFERED"]
    await done(api, world.admin, "PointsReverse", wishId=wish, reason="查实", requestNo="冲正-1")
    assert (await told(head))[-1] == "POINTS_REVERSED"
    recalled = await wishes.dispatched(api, a, head=1)
    await done(api, a.staff, "WishRecall", wishId=recalled)
    assert (await told(other))[-2:] == ["WISH_OFFERED", "WISH_RECALLED"]
    for outside in (a.residents[1], a.staff, a.worker, world.admin, world.b.residents[0], world.b.head_people[0]):
        assert outside and await told(outside) == []
    assert {row["subject_id"] for row in await rows()} == {ids.find(wish, "Wish"), ids.find(recalled, "Wish")}


async def test_at_the_till_the_head_hears_and_of_a_decision_both_sides(rich: World, api: Api) -> None:
    a = rich.a
    clerk = await person("普通店员", Role.SHOP_STAFF, shop=a.shop)
    dispute = await till.disputed(api, a)
    assert await told(a.head_people[0]) == ["REDEMPTION_CONFIRMED"]
    await till.uphold(api, rich.admin, dispute)
    assert await told(a.head_people[0]) == ["REDEMPTION_CONFIRMED", "DISPUTE_DECIDED"]
    assert a.cashier and await told(a.cashier) == ["DISPUTE_DECIDED"] and await told(clerk) == []


async def test_a_shop_hears_what_was_decided(world: World, api: Api) -> None:
    a = world.a
    assert a.shop and a.cashier
    shop = ids.make("Shop", a.shop.id)
    await done(api, world.admin, "ShopSuspend", shopId=shop, reason="核查")
    assert await told(a.cashier) == ["SHOP_DECIDED"]
    applicant = await person("申请人")
    applied = await shops.applied(api, a, applicant)
    await done(api, world.admin, "ShopReject", shopId=applied, reason="不在本区")
    assert await told(applicant) == ["SHOP_DECIDED"], "though the shop is not theirs"


async def test_who_signs_in_by_a_code_is_told_of_it(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    signed = await signing_in.by_code(await entry.operators_code(resident), signing_in.Visitor(None))
    assert signed and await told(resident) == ["CODE_USED"]


async def test_who_gets_another_phone_is_told_of_it(world: World) -> None:
    resident = world.a.residents[0]
    await phones.change(resident.account_id, "13900001111")
    await phones.change(resident.account_id, "13900002222", by=resident.account_id)
    assert await told(resident) == ["PHONE_CHANGED"] * 2, "also who did it: perhaps it was another"


async def test_who_is_given_work_is_told_of_it_once(world: World, api: Api) -> None:
    known = await person("冯网格")
    await Account.filter(id=known.account_id).update(**phone_columns(roles.PHONE))
    for _ in range(2):
        await done(api, world.admin, "RoleGive", **roles.worker_for(world.a))
    assert await told(known) == ["ROLE_GIVEN"]


async def test_who_did_it_is_not_told(world: World, api: Api) -> None:
    """A head who lives in the household that is helped."""
    a = world.a
    await grant(a.head_people[0].account_id, Role.RESIDENT, household=a.households[0])
    await wishes.completed(api, a)
    assert "WISH_COMPLETED" not in await told(a.head_people[0])
    assert "WISH_COMPLETED" in await told(a.residents[0])


async def test_disabled_accounts_and_ended_roles_hear_nothing(world: World, api: Api) -> None:
    a = world.a
    wish = await wishes.accepted(api, a)
    await relayed()
    await accounts.disable(a.residents[0].account_id)
    moved = await person("搬走的人", Role.RESIDENT, household=a.households[0])
    await database.execute(
        "UPDATE memberships SET revoked_at = $2 WHERE account_id = $1", moved.account_id, clock.now()
    )
    await done(api, a.head_people[0], "WishComplete", wishId=wish)
    assert await told(a.residents[0]) == ["WISH_ACCEPTED"] and await told(moved) == []


@database.transactional
async def notice(kind: NotificationKind, subject: UUID, *to: Person, by: UUID | None = None) -> None:
    outbox.notice(kind, subject, by=by, accounts=[one.account_id for one in to])


async def test_once_a_day_and_again_on_the_next(travel: Travel, world: World) -> None:
    who, subject = world.a.residents[0], uuid4()
    for _ in range(2):
        await notice(K.CODE_USED, subject, who)
        await relayed()
    await notice(K.CODE_USED, uuid4(), who)
    assert await told(who) == ["CODE_USED"] * 2
    travel.by(days=1)
    await notice(K.CODE_USED, subject, who)
    assert await told(who) == ["CODE_USED"] * 3


async def test_what_is_relayed_again_tells_nobody_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that is killed has told nobody; one whose mark is lost tells nobody again."""
    who = world.a.residents[0]
    await notice(K.CODE_USED, uuid4(), who)

    def killed(_: Any) -> Any:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(relay.changes, "notifications", killed)
        with pytest.raises(ConnectionError):
            await relay.relay()
    assert await rows() == []
    assert await told(who) == ["CODE_USED"]
    await database.execute("UPDATE outbox_entries SET relayed_at = NULL")
    assert await told(who) == ["CODE_USED"]


async def test_two_relays_at_once_tell_each_once(world: World) -> None:
    people = [world.a.residents[0], *world.a.head_people]
    for _ in range(20):
        await notice(K.CODE_USED, uuid4(), *people)
    while await OutboxEntry.filter(relayed_at__isnull=True).count():
        await asyncio.gather(*(relay.relay(limit=3) for _ in range(3)))
    assert len(await rows()) == 60


async def test_a_locked_account_holds_up_its_own_notices_alone(world: World) -> None:
    """An import may hold an account for minutes."""
    held, free = world.a.residents[:2]
    await notice(K.CODE_USED, uuid4(), held)
    await notice(K.CODE_USED, uuid4(), free)
    async with holding("SELECT 1 FROM accounts WHERE id = $1 FOR UPDATE", held.account_id):
        assert await relay.relay() == 2
        assert [row["account_id"] for row in await rows()] == [free.account_id]
        assert await OutboxEntry.filter(relayed_at__isnull=True).count() == 1
    assert await told(held) == ["CODE_USED"] and await told(free) == ["CODE_USED"]


async def test_an_odd_row_keeps_no_other_waiting(world: World) -> None:
    who = world.a.residents[0]
    good = {"notice": "CODE_USED", "by": None, "to": {"accounts": [str(who.account_id)]}, "reminder": False}
    odd: list[Any] = [{}, [], {"notice": "CODE_USED"}, {**good, "to": []}, {**good, "to": {"accounts": ["x"]}}]
    odd += [{**good, "notice": "WEATHER"}, {**good, "to": {"everybody": []}}, {**good, "by": 5}, good]
    for payload in odd:
        await OutboxEntry.create(topic=outbox.NOTICE, subject_id=uuid4(), payload=payload, created_at=clock.now())
    assert await told(who) == ["CODE_USED"]


async def test_at_most_three_statements_however_many_rows(world: World) -> None:
    """And none for rows without a notice, one where nobody is there."""
    people = [world.a.residents[0], *world.a.head_people]
    rows = [
        {"id": uuid4(), "subject_id": uuid4(), "created_at": clock.now(), "payload": payload}
        for payload in [
            {"notice": "CODE_USED", "by": None, "to": {"accounts": [str(one.account_id)]}, "reminder": False}
            for one in people * 10
        ]
    ]
    nobody = [{**rows[0], "payload": {"notice": "WISH_RATED", "by": None, "to": {"heads": [str(uuid4())]}}}]
    nobody[0]["payload"]["reminder"] = False
    plain = [{**rows[0], "payload": {"state": "RATED"}}]

    @database.transactional
    async def counted(given: list[dict[str, Any]]) -> int:
        with database.observed_statements() as statements:
            await events.enqueue(given)
        return len(statements)

    assert [await counted(given) for given in (plain, nobody, rows)] == [0, 1, 3]


async def test_a_notice_counts_for_the_day_of_what_happened(travel: Travel, world: World) -> None:
    """Though it is relayed after midnight."""
    travel.to(clock.start_of(clock.day_of(clock.now())) + timedelta(hours=23, minutes=59))
    await notice(K.CODE_USED, uuid4(), world.a.residents[0])
    travel.by(minutes=5)
    await relayed()
    (row,) = await rows()
    assert row["day"].isoformat() == "2026-05-15" and row["created_at"] < clock.now()
