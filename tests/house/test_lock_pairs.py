"""Each pair of writers at once on the same people and shops, again and again: no deadlock, and the books agree.

The order of locks is walked by every test (tests/town/lock_order.py); this is the same under load, where what the walk
does not see would show: two rows of one kind in a different order, a lock that an INSERT takes by its foreign key.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations_with_replacement, count
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from models.enums import (
    ConsentKind,
    ContactKind,
    GrantSource,
    NominationState,
    PushState,
    Role,
    SeasonState,
    SeasonSubject,
    ShopCategory,
    ShopKind,
    WebhookEvent,
    WishCategory,
)
from models.honours import Season
from models.people import Household
from services.accounts import sessions
from services.agreements import actions as agreement_actions
from services.consents import consents
from services.db import database
from services.discounts import actions as discount_actions
from services.discounts import terms as discount_terms
from services.entry import join_actions, second_factor, signing_in
from services.grants import actions as grant_actions
from services.grants import ending, giving
from services.grants.giving import Gift, Recipient
from services.honours import concluding, nomination_actions, objection_actions, season_actions
from services.honours.nomination_actions import Nominee
from services.kit import clock
from services.kit.errors import Refusal, Unavailable
from services.kit.secrets import phone_columns
from services.kit.viewer import Viewer
from services.notices import actions as notice_actions
from services.notices import pushes
from services.notices.pushes import Ended
from services.people import moves
from services.points import closing as board_closing
from services.roles import heads as head_actions
from services.roles import memberships, officials
from services.settlement import closing
from services.shops import actions as shop_actions
from services.shops import invitations, staff
from services.till import dispute_actions, holds, passes, preparations, redemptions
from services.webhooks import actions as webhook_actions
from services.wishes import actions as wish_actions
from services.wishes import contacts, ratings, reversals, submissions
from services.work import privacy, reconciliation, relay
from services.writes.write import write
from tests.town import entry, honours, roster, torture
from tests.town import grants as gifts
from tests.town.lock_order import Watched
from tests.town.points import award, give_points
from tests.town.providers import TEMPLATE
from tests.town.roster import A, load, table
from tests.town.torture import size
from tests.town.world import Person, World, discount, grant, person, shop
from tests.town.world import head as household_head

ROUNDS = size(1, 25)
COPIES = 2


@dataclass
class Town:
    """Few people and two shops, for everybody to meet at the same ones."""

    world: World
    viewers: dict[str, Viewer]
    random: Random = field(default_factory=lambda: Random(20260515))
    number: "count[int]" = field(default_factory=count)

    @classmethod
    async def make(cls, world: World) -> "Town":
        a = world.a
        assert a.cashier and a.staff and a.shop
        people: dict[str, Person] = {
            "admin": world.admin,
            "cashier": a.cashier,
            "staff": a.staff,
            "resident": a.residents[0],
            "neighbour": a.residents[1],
            "clerk": await honours.another_decider(a),
            "head": a.head_people[0],
            "other": a.head_people[1],
        }
        second = await shop(a.community, "A面馆")
        await discount(second)
        await discount(second, **gifts.ROW | {"stock_total": 100_000}, title="免费体检")
        await grant(people["cashier"].account_id, Role.SHOP_STAFF, shop=second, owner=True)
        partner = await shop(world.b.community, "卫生院", kind=ShopKind.PARTNER)
        people["doctor"] = await person("何院长", Role.SHOP_STAFF, shop=partner, owner=True)
        for home, number in zip(a.households, count(1), strict=False):
            await Household.filter(id=home.id).update(code=f"H{number}")
        for head in a.heads:
            await give_points(head.id, 1_000_000)
        viewers = {}
        for name, who in people.items():
            viewer = await sessions.authenticate(who.token)
            assert viewer
            viewers[name] = viewer
        return cls(world, viewers)

    def no(self) -> str:
        """A number that nobody used."""
        return f"pair-{next(self.number)}"

    def phone(self) -> str:
        """Somebody's phone, who may well be there already."""
        return f"139000000{self.random.randint(0, 99):02}"

    async def shops(self) -> list[dict[str, Any]]:
        """The shops, in no order."""
        rows = await database.fetch("SELECT id FROM shops WHERE area_id = $1", self.world.a.community.id)
        self.random.shuffle(rows)
        return rows


class Missed(Exception):
    """Somebody else was first."""


async def redeem(town: Town, who: str = "head") -> redemptions.Redemption:
    """A pass, prepared and confirmed."""
    issued = await passes.issue(town.viewers[who], (await on_offer(town))["id"], town.no())
    code = issued.code()
    prepared = code and await preparations.prepare(town.viewers["cashier"], code, 8800)
    if not isinstance(prepared, preparations.Preparation):
        raise Missed
    done = await redemptions.confirm(town.viewers["cashier"], prepared.token, town.no())
    if not isinstance(done, redemptions.Redemption):
        raise Missed
    return done


async def on_offer(town: Town) -> dict[str, Any]:
    """One of the discounts that can be had in the two shops."""
    row = await database.fetch_one(
        "SELECT * FROM discounts WHERE state = 'ACTIVE' AND audience = 'ALL' AND shop_id = ANY($1)"
        " ORDER BY random() LIMIT 1",
        list(town.viewers["cashier"].shop_ids),
    )
    if row is None:
        raise Missed
    return row


async def at_a_till(town: Town) -> None:
    await redeem(town, town.random.choice(("head", "other")))


async def takes_back(town: Town) -> None:
    done = await redeem(town)
    await redemptions.revoke(town.viewers["cashier"], done.id, town.no(), "点错了")


async def disputes(town: Town) -> None:
    done = await redeem(town)
    made = await dispute_actions.open_dispute(town.viewers["head"], done.id, "没有去过")
    await dispute_actions.uphold(town.viewers["admin"], made.id, "属实")


async def imports_shops(town: Town) -> None:
    word = town.no()
    offer = ("全场八折", "打折", f"{town.random.randint(1, 9)}折", "10", "10", "", "", "", "", "")
    rows = [
        (
            "上海路街道",
            "A社区",
            name,
            "餐饮",
            f"香港路{word}号",
            "27.73",
            "106.92",
            word,
            "",
            f"店员{phone[-2:]}",
            phone,
        )
        for name, phone in (("A面馆", town.phone()), ("A小吃店", town.phone()))
    ]
    await load(table(roster.DISCOUNTS, *(row + offer for row in rows)))


async def imports_people(town: Town) -> None:
    word = town.no()
    rows = [
        (*A, "1栋", f"H{number}", f"{word}室", f"店员{mine[-2:]}", mine, head, phone)
        for number, (head, phone), mine in zip(
            (1, 2, 3),
            (("赵联户", "10000001000"), ("钱联户", "10000001001"), ("赵联户", "10000001000")),
            (town.phone(), town.phone(), town.phone()),
            strict=True,
        )
    ]
    town.random.shuffle(rows)
    await load(table(roster.HOUSEHOLDS, *rows))


async def imports_heads(town: Town) -> None:
    grid = town.random.choice((A, (*A[:2], "第二网格")))
    await load(table(roster.HEADS, (*grid, "赵联户", "10000001000"), (*grid, "钱联户", "10000001001")))


async def imports_workers(town: Town) -> None:
    grid = town.random.choice((A, (*A[:2], "第二网格")))
    phones = [f"139000000{last:02}" for last in range(5)]
    await load(table(roster.WORKERS, *((*grid, f"店员{phone[-2:]}", phone) for phone in phones)))


async def edits_shops(town: Town) -> None:
    for row in await town.shops():
        await shop_actions.edit(town.viewers["admin"], row["id"], address=town.no())
        await shop_actions.set_ceiling(town.viewers["cashier"], row["id"], 1_000_000_000)


async def suspends_a_shop(town: Town) -> None:
    (row, *_) = await town.shops()
    await shop_actions.suspend(town.viewers["admin"], row["id"], "核查")
    await shop_actions.resume(town.viewers["admin"], row["id"])


async def changes_a_discount(town: Town) -> None:
    row = await on_offer(town)
    terms = discount_terms.of(SimpleNamespace(**row))
    made = await discount_actions.revise(town.viewers["cashier"], row["id"], terms, town.no())
    await discount_actions.submit(town.viewers["cashier"], made.id)
    await discount_actions.approve(town.viewers["admin"], made.id)
    await discount_actions.pause(town.viewers["cashier"], made.id)
    await discount_actions.resume(town.viewers["cashier"], made.id)


async def staffs_a_shop(town: Town) -> None:
    (row, *_) = await town.shops()
    phone = town.phone()
    await invitations.add(town.viewers["admin"], row["id"], phone, f"店员{phone[-2:]}")
    await signing_in.open_for(phone, "")
    added = await database.fetch(
        "SELECT m.id FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE a.phone_index = $1"
        " ORDER BY m.id DESC",
        phone_columns(phone)["phone_index"],
    )
    for row in added[:1]:  # none where the shop left in between, or has no room
        await staff.remove(town.viewers["admin"], row["id"])


async def enters_a_shop(town: Town) -> None:
    phone = town.phone()
    entered = await shop_actions.enter(
        town.viewers["staff"], town.world.a.community.id, town.no(), ShopCategory.FOOD, "路边", 27.7, 106.9, town.no(),
        cashier_name=f"店员{phone[-2:]}", cashier_phone=phone,
    )  # fmt: skip
    await shop_actions.approve(town.viewers["admin"], entered.id)
    await shop_actions.leave(town.viewers["admin"], entered.id)


async def gives_roles(town: Town) -> None:
    phone = town.phone()
    for role, place in ((Role.SHOP_STAFF, "A小吃店"), (Role.RESIDENT, "H1"), (Role.GRID_WORKER, "A社区/第一网格")):
        done = await memberships.grant(role, place, phone, f"店员{phone[-2:]}")
        await memberships.revoke(done.membership.id)


async def gives_roles_at_a_screen(town: Town) -> None:
    phone, grid = town.phone(), town.world.a.grid.id
    made = await officials.give(town.viewers["admin"], Role.GRID_WORKER, grid, phone, f"店员{phone[-2:]}")
    await officials.end(town.viewers["admin"], made.id, "调离")


async def joins_a_household(town: Town) -> None:
    phone = town.phone()
    asked = await join_actions.ask_with_ticket(
        await entry.ticket(phone), f"店员{phone[-2:]}", "H1", None, signing_in.Visitor()
    )
    if isinstance(asked, Refusal):
        raise Missed
    for head in ("head", "other"):
        with suppress(Refusal):  # of the one who is not its head now
            await join_actions.vouch(town.viewers[head], asked.join.id)
    await join_actions.decide(town.viewers["staff"], asked.join.id, confirm=True)


async def closes_days(town: Town) -> None:
    await database.execute(
        "UPDATE redemptions SET statement_day = statement_day - 1 WHERE id = ANY(ARRAY("
        "SELECT id FROM redemptions ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED))"
    )
    await closing.close_due(5)


async def works_on_a_wish(town: Town) -> None:
    a, head = town.world.a, town.viewers["head"]
    wish = await submissions.submit(
        town.viewers["resident"], a.households[0].id, WishCategory.REPAIR, "水龙头漏水", town.no()
    )
    await wish_actions.dispatch(town.viewers["staff"], wish.id, a.heads[0].id)
    await contacts.reveal(head, wish.id, ContactKind.ADDRESS)
    await wish_actions.accept(head, wish.id)
    await wish_actions.complete(head, wish.id)
    await ratings.rate(town.viewers["resident"], wish.id, 5)
    await reversals.reverse(town.viewers["admin"], wish.id, "核查", town.no())


async def moves_households(town: Town) -> None:
    a = town.world.a
    homes = [home.id for home in a.households]
    town.random.shuffle(homes)
    await moves.move(town.viewers["admin"], homes, town.random.choice(a.heads).id)


async def suspends_a_head(town: Town) -> None:
    head = town.random.choice(town.world.a.heads)
    await head_actions.suspend(town.viewers["admin"], head.id, "核查")
    await head_actions.resume(town.viewers["admin"], head.id)


async def cancels_passes(town: Town) -> None:
    issued = await passes.issue(town.viewers["head"], (await on_offer(town))["id"], town.no())
    if code := issued.code():
        await preparations.prepare(town.viewers["cashier"], code, 8800)
    await passes.cancel(town.viewers["head"], issued.id)


async def sweeps(town: Town) -> None:
    await database.execute(
        "UPDATE preparations SET expires_at = now() WHERE id = ANY(ARRAY("
        "SELECT id FROM preparations WHERE state = 'LIVE' LIMIT 1 FOR UPDATE SKIP LOCKED))"
    )
    await holds.release_expired(10)
    await passes.expire(10)


async def agrees(town: Town) -> None:
    """An agreement with the same partner, drafted, signed by both and ended."""
    partner = await database.fetch_value("SELECT id FROM shops WHERE kind = 'PARTNER' LIMIT 1")
    until = clock.day_of(clock.now()) + timedelta(days=7)
    made = await agreement_actions.draft(
        town.viewers["staff"], partner, town.world.a.community.id, "共建", "互相帮助", until, town.no()
    )
    await agreement_actions.edit(town.viewers["staff"], made.id, "健康共建")
    sides = [town.viewers["staff"], town.viewers["doctor"]]
    town.random.shuffle(sides)
    for side in sides:
        await agreement_actions.sign(side, made.id, 2)
    await agreement_actions.end(town.random.choice(sides), made.id, "到此为止")


async def ends_a_partner_s_agreements(town: Town) -> None:
    partner = await database.fetch_value("SELECT id FROM shops WHERE kind = 'PARTNER' LIMIT 1")
    await shop_actions.suspend(town.viewers["admin"], partner, "核查")
    await shop_actions.resume(town.viewers["admin"], partner)
    await database.execute(
        "UPDATE agreements SET until = until - 30 WHERE id = ANY(ARRAY("
        "SELECT id FROM agreements WHERE state <> 'ENDED' LIMIT 1 FOR UPDATE SKIP LOCKED))"
    )
    await agreement_actions.expire(5)


async def sets_up_webhooks(town: Town) -> None:
    (row, *_) = await town.shops()
    made = await webhook_actions.create(
        town.viewers["cashier"], row["id"], "https://example.com/hook", [WebhookEvent.REDEMPTION_CONFIRMED], town.no()
    )
    await webhook_actions.end(town.viewers["cashier"], made.id)


async def comes_and_is_forgotten(town: Town) -> None:
    """A resident with a wish, consents and a second factor, who may work in a shop: exported and erased."""
    phone, home = town.phone(), town.world.a.households[0].id
    done = await memberships.grant(Role.RESIDENT, "H1", phone, f"店员{phone[-2:]}")
    account_id = done.membership.account_id
    who = await sessions.authenticate(await sessions.open_session(account_id))
    if who is None:
        raise Missed
    await consents.give(who, ConsentKind.PRIVACY_NOTICE, 1)
    await submissions.submit(who, home, WishCategory.REPAIR, "水龙头漏水", town.no())
    await second_factor.begin(who)
    await second_factor.end_lost(account_id)
    await privacy.export(who)
    await privacy.erase(account_id)


async def is_told(town: Town) -> None:
    """Notifications are born, read and pushed; the person agrees to more, and chooses."""
    resident = town.viewers["resident"]
    while await relay.relay():
        pass
    with suppress(Refusal):  # where this district has no WeChat
        await notice_actions.note_consents(resident, [TEMPLATE])
    await notice_actions.choose(resident, sms=bool(town.random.randint(0, 1)))
    await database.execute(
        "UPDATE notifications SET state = 'WAITING', next_attempt_at = now(), push_until = now() WHERE id = ANY(ARRAY("
        "SELECT id FROM notifications WHERE leased_until IS NULL ORDER BY random() LIMIT 9 FOR UPDATE SKIP LOCKED))"
    )
    claimed = await pushes.claim(9, timedelta(seconds=9))
    await pushes.record([Ended(push, PushState.WAITING, "NotSent", unsent=True) for push in claimed])
    newest = await database.fetch_value(
        "SELECT id FROM notifications WHERE account_id = $1 ORDER BY id DESC LIMIT 1", resident.account_id
    )
    if newest:
        await notice_actions.read(resident, up_to=newest)


@write
async def _welcomed(head_id: UUID, origin_id: UUID, by: UUID) -> list[UUID]:
    today = clock.day_of(clock.now())
    gift = Gift(origin_id=origin_id, quantity=2, valid_until=today, source=GrantSource.WELCOME, note="欢迎")
    return await giving.give(gift, [Recipient(head_id)], by)


async def gives_grants(town: Town) -> None:
    """A gift is given, taken at the till, taken back, revoked; and what has run out is closed."""
    admin, head = town.viewers["admin"], town.viewers[town.random.choice(("head", "other"))]
    gift = await database.fetch_value("SELECT id FROM discounts WHERE audience = 'GRANTED' AND state = 'ACTIVE'")
    assert head.head_id and admin.account_id
    (given,) = await _welcomed(head.head_id, gift, admin.account_id)
    with suppress(Refusal):
        issued = await passes.issue(head, gift, town.no())
        prepared = await preparations.prepare(town.viewers["cashier"], issued.code() or "", 100)
        if isinstance(prepared, preparations.Preparation):
            done = await redemptions.confirm(town.viewers["cashier"], prepared.token, town.no())
            if isinstance(done, redemptions.Redemption):
                await redemptions.revoke(town.viewers["cashier"], done.id, town.no(), "点错了")
    if town.random.random() < 0.5:
        await grant_actions.revoke(admin, given, "名额有变")
    await database.execute(
        "UPDATE grants SET valid_from = '2000-01-01', valid_until = '2000-01-01' WHERE id = ANY(ARRAY("
        "SELECT id FROM grants WHERE closed_at IS NULL ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED))"
    )
    await ending.close_over(9)


async def closes_boards(town: Town) -> None:
    """A month of long ago closes; what was counted there is taken back, and a head goes off the boards and on again."""
    a = town.world.a
    long_ago = clock.now() - timedelta(days=town.random.randint(60, 400))
    # Of somebody new: who had points when another copy closed that year has a place on which these never counted.
    newcomer = await household_head(a.grid, "热心人")
    wish = await award(a, at=long_ago, head=newcomer, household=town.random.randint(0, 2))
    await board_closing.close_due(9)
    who = town.random.choice(("head", "other"))
    head = town.viewers[who]
    assert head.head_id
    await head_actions.leave_board(head, head.head_id)
    await head_actions.join_board(head, head.head_id)
    await reversals.reverse(town.viewers["admin"], wish.id, "核查", town.no())


async def _days_pass(season_id: UUID, days: int) -> None:
    await database.execute(
        "UPDATE seasons SET nominate_from = nominate_from - $2::int, nominate_until = nominate_until - $2,"
        " deeds_from = deeds_from - $2, deeds_until = deeds_until - $2,"
        " reviewed_at = reviewed_at - make_interval(days => $2),"
        " published_at = published_at - make_interval(days => $2),"
        " notice_until = notice_until - make_interval(days => $2)"
        " WHERE id = $1",
        season_id,
        days,
    )


async def _objects(town: Town, who: str, nomination_id: UUID) -> None:
    made = await objection_actions.file(town.viewers[who], nomination_id, "请再核对", town.no())
    await objection_actions.answer(town.viewers["admin"], made.id, upheld=False, words="已核对")


async def holds_a_season(town: Town) -> None:
    """A season of households from its draft to its end, with objections; cancelled, or concluded and withdrawn from."""
    staff, admin, clerk, resident = [town.viewers[name] for name in ("staff", "admin", "clerk", "resident")]
    season = (await honours.season(town.world.a.community, SeasonState.DRAFT, SeasonSubject.HOUSEHOLD)).id
    await season_actions.open_(staff, season)
    home = Nominee("Household", town.world.a.households[0].id)
    made = (await nomination_actions.propose(staff, season, home, "热心", town.no())).id
    await nomination_actions.consent(resident, made)
    await nomination_actions.support(town.viewers["neighbour"], made)
    await _days_pass(season, 1)
    await season_actions.close(season)
    await _objects(town, "resident", made)
    await nomination_actions.shortlist(admin, made, "属实")
    await _days_pass(season, 3)
    await season_actions.publish(admin, season)
    await _objects(town, "neighbour", made)
    if town.random.random() < 0.5:
        await season_actions.cancel(staff, season, "重复")
        return
    await _days_pass(season, 30)
    await concluding.conclude(clerk, season)
    await nomination_actions.withdraw(resident, made)


async def thanks_heads(town: Town) -> None:
    """A published season of heads is concluded, each gets the benefit, and one honour is revoked."""
    staff, admin = town.viewers["staff"], town.viewers["admin"]
    gift = await database.fetch_value("SELECT id FROM discounts WHERE audience = 'GRANTED' AND state = 'ACTIVE'")

    @database.transactional
    async def published() -> Season:
        await giving.reserve(gift, 2, clock.day_of(clock.now()))
        benefit = {"benefit_id": gift, "benefit_quantity": 1, "benefit_valid_days": 30}
        return await honours.season(town.world.a.community, SeasonState.NOTICE, **benefit)

    season = await published()
    heads = [await honours.nomination(season, NominationState.SHORTLISTED, head=head) for head in town.world.a.heads]
    await concluding.conclude(staff, season.id)
    await concluding.revoke(admin, town.random.choice(heads).id, "名额有变")


Writer = Callable[[Town], Awaitable[None]]
WRITERS: Sequence[Writer] = (
    joins_a_household, at_a_till, takes_back, disputes, imports_shops, imports_people, imports_heads, imports_workers,
    edits_shops, suspends_a_shop, changes_a_discount, staffs_a_shop, enters_a_shop, gives_roles,
    gives_roles_at_a_screen, closes_days, comes_and_is_forgotten, works_on_a_wish, moves_households, suspends_a_head,
    cancels_passes, sweeps, sets_up_webhooks, is_told, gives_grants, agrees, ends_a_partner_s_agreements,
    closes_boards, holds_a_season, thanks_heads,
)  # fmt: skip


async def ever_again(town: Town, writer: Writer) -> None:
    for _ in range(ROUNDS):
        try:
            await writer(town)
        except (Refusal, Unavailable, Missed):
            continue  # the other was first


async def deadlocks() -> int:
    return int(await database.fetch_value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


@pytest.mark.parametrize("writer", WRITERS, ids=[writer.__name__ for writer in WRITERS])
async def test_no_pair_of_writers_deadlocks(world: World, watched: Watched, writer: Writer) -> None:
    """Counted where they are told, before they are tried again, and by the database itself."""
    town = await Town.make(world)
    await writer(town)  # alone it is not refused
    before, theirs = watched.deadlocks, await deadlocks()
    for one, other in combinations_with_replacement(WRITERS, 2):
        if one is writer:
            await asyncio.gather(*(ever_again(town, each) for each in (one, other) for _ in range(COPIES)))
            assert watched.deadlocks == before, (one.__name__, other.__name__)
    assert await deadlocks() == theirs
    await torture.let_holds_run_out()
    drifts = [drift for drift in await reconciliation.drifts() if "statement" not in drift]
    assert drifts == []
