"""The demo district: whole, consistent, the same every time, and never in the place of anybody's real data."""

import asyncio
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from models.accounts import Account
from models.db import Marker
from models.enums import DiscountKind, LeaderboardPeriod, Role, WishState
from models.honours import Season
from schema.graph import ids
from services import demo
from services.accounts import sessions
from services.db import database, markers
from services.db.paging import PageRequest
from services.demo import MARKER, grants, seeding
from services.demo.district import QUEUE, District
from services.demo.phones import phone
from services.demo.size import FULL, SMALL, SPARSE, shares
from services.discounts import prices
from services.honours import evidence
from services.honours.rules import Evidence, Rule, unmet
from services.kit import clock, progress, secrets
from services.kit.viewer import ANONYMOUS, Viewer
from services.points import open_boards
from services.settlement import closing, drifts
from services.work import reconciliation, tick
from tests.town import boards, story
from tests.town.commands import command, refused
from tests.town.documents import Api
from tests.town.emptying import Emptying
from tests.town.postgres import snapshot, unchanged
from tests.town.roster import silent
from tests.town.world import Person, Travel, World

IN_CLEAR = "(^|[^0-9a-f-])1002[0-9]{7}([^0-9a-f-]|$)"
TABLES = "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"


async def value(sql: str, *args: Any) -> Any:
    return await database.fetch_value(sql, *args)


async def signed_in(role: Role, number: int = 1) -> tuple[Person, Viewer]:
    """Whoever has that role in a story set."""
    bearer = await demo.bearer(role, number)
    viewer = await sessions.authenticate(bearer.token)
    assert viewer is not None and viewer.account_id is not None and viewer.roles == {role}
    return Person(viewer.account_id, bearer.token, bearer.name), viewer


def test_the_full_size_is_the_published_one() -> None:
    plan = District(FULL, date(2026, 5, 15))
    assert len(plan.places.communities) == 62 and len(plan.places.grids) == 556
    assert len({place.path for place in plan.places}) == 1 + 14 + 62 + 556 + 5_986
    assert len({place.name for place in plan.places.communities}) == 62
    assert len(plan.people.workers) == 647 and {person.scope for person in plan.people.workers} == {
        grid.id for grid in plan.places.grids
    }
    assert len(plan.people.heads) == 5_986 and sum(head.size for head in plan.people.heads) == 180_000
    assert [head.first for head in plan.people.heads[1:]] == [head.first + head.size for head in plan.people.heads[:-1]]
    assert all(15 <= head.size <= 45 for head in plan.people.heads)
    assert len(plan.shops) == 220 and all(len(shop.discounts) == 3 and shop.staff for shop in plan.shops)
    assert sum(head.in_story for head in plan.people.heads) == sum(shop.in_story for shop in plan.shops) == 50
    assert FULL.real_wishes > 500
    assert len(plan.partners) == len({one.name for one in plan.partners}) == 290 and len(plan.agreements) == 314
    assert len({(one.partner.id, one.area.id) for one in plan.agreements}) == 314


def test_the_sparse_one_is_the_same_district_with_few_wishes() -> None:
    plan = District(SPARSE, date(2026, 5, 15))
    wishes = [head.wishes for head in plan.people.heads]
    waiting = 4 * sum(QUEUE.values())
    assert len(wishes) == 5_986 and len(plan.places.communities) == 62
    assert 450 < sum(wishes) + waiting + SPARSE.real_wishes < 550, "the 500 that were published"
    assert sum(count > 0 for count in wishes) < 600, "most heads have none"
    told = [head.wishes for head in plan.people.heads if head.in_story]
    assert len(told) == SPARSE.sets == 5 and min(told) >= 8


def test_discounts_of_every_sort_and_condition() -> None:
    shops = District(FULL, date(2026, 5, 15)).shops
    found = [discount for shop in shops for discount in shop.discounts]
    assert {discount.kind for discount in found} == set(DiscountKind)
    assert any(one.from_minute and one.until_minute and one.from_minute > one.until_minute for one in found)
    assert any(one.from_minute and one.until_minute and one.from_minute < one.until_minute for one in found)
    for condition in ("stock_total", "limit_per_day", "limit_per_month", "limit_total", "max_saved_fen", "valid_until"):
        assert {getattr(one, condition) is None for one in found} == {True, False}, condition
    assert {one.min_star_level for one in found} == {1, 2, 3, 4}
    assert any(one.weekdays != 127 for one in found)
    assert {shop.ceiling_fen is None for shop in shops} == {True, False}
    assert all(prices.saved_fen(one, max(one.min_spend_fen, 1)) >= 0 for one in found)


def test_phone_numbers_belong_to_nobody() -> None:
    numbers = {phone(number) for number in range(0, 7_000_000, 7)}
    assert len(numbers) == 1_000_000
    assert all(re.fullmatch(r"1002\d{7}", number) for number in numbers)


def test_shares_add_up() -> None:
    for total, parts in ((180_000, 5_986), (7, 3), (0, 2)):
        assert sum(shares(total, parts, Random(1), vary=0.25)) == total


async def test_everything_planned_is_there(district: District) -> None:
    kinds = {row["kind"]: row["n"] for row in await database.fetch("SELECT kind, count(*) n FROM areas GROUP BY 1")}
    assert kinds == {"DISTRICT": 1, "SUBDISTRICT": 2, "COMMUNITY": 3, "GRID": 6, "BUILDING": 36}
    roles = {
        row["role"]: row["n"] for row in await database.fetch("SELECT role, count(*) n FROM memberships GROUP BY 1")
    }
    assert roles["GRID_WORKER"] == 8 and roles["HOUSEHOLD_HEAD"] == 36 and roles["COMMUNITY_STAFF"] == 9
    assert roles["DISTRICT_ADMIN"] == roles["AUDITOR"] == 1
    assert roles["RESIDENT"] == sum(len(head.homes) for head in district.people.heads)
    assert await value("SELECT count(*) FROM households WHERE head_id IS NOT NULL AND building_id IS NOT NULL") == 400
    assert await value("SELECT count(*) FROM discounts WHERE audience = 'ALL'") == 15
    assert await value(
        "SELECT bool_and(staff > 0) FROM (SELECT count(m.id) AS staff FROM shops s"
        " LEFT JOIN memberships m ON m.shop_id = s.id GROUP BY s.id) shop"
    )
    assert await value("SELECT count(*) FROM wishes") > 500
    assert await value("SELECT count(*) FROM redemptions") > 40
    assert await value(
        "SELECT bool_and(h.grid_id = hh.grid_id AND b.parent_id = h.grid_id) FROM households h"
        " JOIN household_heads hh ON hh.id = h.head_id JOIN areas b ON b.id = h.building_id"
    )


async def test_every_story_set_keeps_its_promises(district: District) -> None:
    everybody: list[UUID] = []
    for number in range(1, SMALL.sets + 1):
        people = {role: await signed_in(role, number) for role in Role}
        resident, head, worker, staff, cashier = (
            people[role][1]
            for role in (Role.RESIDENT, Role.HOUSEHOLD_HEAD, Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.SHOP_STAFF)
        )
        row = await database.fetch_one(
            "SELECT h.head_id, g.path, hh.opted_in_at, a.balance FROM households h"
            " JOIN household_heads hh ON hh.id = h.head_id JOIN areas g ON g.id = hh.grid_id"
            " JOIN points_accounts a ON a.head_id = hh.id AND a.kind = 'AVAILABLE' WHERE h.id = $1",
            resident.household_id,
        )
        assert row is not None and row["head_id"] == head.head_id and row["opted_in_at"] is not None
        assert row["path"].startswith(staff.staff_paths[0]) and row["path"] == worker.worker_paths[0]
        discount = await database.fetch_one(
            "SELECT d.*, s.state AS shop_state, s.monthly_ceiling_fen, a.path FROM discounts d"
            " JOIN shops s ON s.id = d.shop_id JOIN areas a ON a.id = s.area_id"
            " WHERE d.shop_id = $1 ORDER BY d.id LIMIT 1",
            cashier.shop_id,
        )
        assert discount is not None and discount["path"] == staff.staff_paths[0]
        assert 0 < discount["cost_points"] <= row["balance"] and discount["min_star_level"] == 1
        assert discount["state"] == discount["shop_state"] == "ACTIVE" and discount["weekdays"] == 127
        unlimited = ("from_minute", "valid_from", "valid_until", "stock_total", "monthly_ceiling_fen",
                     "limit_per_day", "limit_per_month", "limit_total", "max_saved_fen")  # fmt: skip
        assert {discount[name] for name in unlimited} == {None} and discount["min_spend_fen"] == 0
        everybody += [viewer.account_id for viewer in (resident, head, worker, staff, cashier) if viewer.account_id]
        everybody += [cashier.shop_ids[0], *resident.household_ids]
        plain = await sessions.authenticate((await demo.bearer(Role.SHOP_STAFF, number, plain=True)).token)
        assert plain and plain.account_id and (plain.shop_ids, plain.owned_shop_ids) == (cashier.shop_ids, ())
        assert cashier.owned_shop_ids == cashier.shop_ids and plain.roles == {Role.SHOP_STAFF}
        everybody.append(plain.account_id)
    assert len(set(everybody)) == len(everybody) == 8 * SMALL.sets


async def test_the_demos_staff_were_invited_and_each_shop_has_an_owner(district: District) -> None:
    assert await value("SELECT bool_and(state = 'ACCEPTED') FROM invitations")
    assert (
        await value(
            "SELECT count(*) FROM memberships m WHERE role = 'SHOP_STAFF' AND NOT EXISTS (SELECT 1 FROM invitations i"
            " WHERE i.account_id = m.account_id AND i.shop_id = m.shop_id AND i.owner = m.owner)"
        )
        == 0
    )
    owners = await value("SELECT count(DISTINCT shop_id) FROM memberships WHERE owner")
    assert owners == await value("SELECT count(*) FROM memberships WHERE owner") == SMALL.shops + SMALL.partners


async def test_partners_have_agreements_and_helped(district: District) -> None:
    found = await database.fetch_one(
        "SELECT count(*) AS agreements, count(DISTINCT partner_id) AS partners, bool_and("
        "s.state = 'ACTIVE' AND s.kind = 'PARTNER' AND g.until - g.signed_on BETWEEN 430 AND 1600) AS fine"
        " FROM agreements g JOIN shops s ON s.id = g.partner_id WHERE g.state = 'ACTIVE'"
    )
    assert found == {"agreements": SMALL.agreements, "partners": SMALL.partners, "fine": True}
    waiting = await database.fetch(
        "SELECT g.area_id, s.area_id <> g.area_id AS elsewhere, count(g.area_signed_at) AS by_area,"
        " count(g.partner_signed_at) AS by_partner FROM agreements g JOIN shops s ON s.id = g.partner_id"
        " WHERE g.state = 'DRAFT' GROUP BY 1, 2"
    )
    assert len(waiting) == SMALL.sets
    assert {(row["elsewhere"], row["by_area"], row["by_partner"]) for row in waiting} == {(True, 1, 1)}
    helped = await value("SELECT count(*) FROM wish_helpers WHERE partner_id IS NOT NULL")
    agreed = await value(
        "SELECT count(*) FROM wish_helpers p JOIN wishes w ON w.id = p.wish_id JOIN areas t ON t.id = w.grid_id"
        " JOIN shops s ON s.id = p.partner_id AND s.name = p.name WHERE EXISTS (SELECT FROM agreements g JOIN areas a"
        " ON a.id = g.area_id WHERE g.partner_id = p.partner_id AND g.state = 'ACTIVE'"
        " AND starts_with(t.path, a.path))"
    )
    assert helped == agreed > 0


async def test_a_demo_of_before_there_were_owners_gets_its_cashiers(district: District, database_url: str) -> None:
    """As its database is after the migration."""
    marker = await Marker.get(key=MARKER)
    cashiers = marker.value.pop("cashiers")
    await marker.save()
    gone = [UUID(one) for one in cashiers]
    await database.execute("DELETE FROM invitations WHERE account_id = ANY($1)", gone)
    await database.execute("DELETE FROM memberships WHERE account_id = ANY($1)", gone)
    # An account that is in the audit stays for ever; without its number it is nobody's.
    await database.execute("UPDATE accounts SET phone_index = NULL, phone_encrypted = NULL WHERE id = ANY($1)", gone)
    with pytest.raises(demo.NotADemo, match="make demo"):
        await demo.bearer(Role.SHOP_STAFF, plain=True)
    assert await seeding.seed(database_url, silent, SMALL)
    plain = await sessions.authenticate((await demo.bearer(Role.SHOP_STAFF, plain=True)).token)
    assert plain and plain.shop_ids and plain.owned_shop_ids == ()
    async with unchanged():
        assert not await seeding.seed(database_url, silent, SMALL)


async def test_a_story_can_be_played(district: District, api: Api) -> None:
    for number in range(1, SMALL.sets + 1):
        people = {role: (await signed_in(role, number))[0] for role in Role}
        resident, head, staff, cashier = (
            people[role] for role in (Role.RESIDENT, Role.HOUSEHOLD_HEAD, Role.COMMUNITY_STAFF, Role.SHOP_STAFF)
        )
        household = (await api.run(resident.token, "Viewer"))["viewer"]["household"]["id"]
        head_id = (await api.run(head.token, "Viewer"))["viewer"]["householdHead"]["id"]
        discount = (await api.run(cashier.token, "Viewer"))["viewer"]["shop"]["discounts"]["edges"][0]["node"]["id"]
        submitted = await story.done(
            api, resident, "WishSubmit", householdId=household, category="REPAIR", title="水龙头漏水", requestNo="x"
        )
        wish = submitted["wish"]["id"]
        await story.done(api, staff, "WishDispatch", wishId=wish, headId=head_id)
        await story.done(api, head, "WishAccept", wishId=wish)
        await story.done(api, head, "WishComplete", wishId=wish)
        await story.done(api, resident, "WishRate", wishId=wish, stars=5)
        reward = await database.fetch_one("SELECT points FROM rewards WHERE wish_id = $1", ids.parse(wish, "Wish", "x"))
        assert reward == {"points": 25}, "no cap is in the way of a story"
        issued = (await story.done(api, head, "PassIssue", discountId=discount, requestNo="x"))["pass"]
        prepared = await story.done(api, cashier, "RedemptionPrepare", code=issued["shortCode"], billFen=8800)
        token = prepared["preparation"]["token"]
        await story.done(api, cashier, "RedemptionConfirm", token=token, requestNo="x")
    assert await reconciliation.drifts() == []


async def test_the_accounts_agree(district: District) -> None:
    assert await reconciliation.drifts() == []
    assert await value("SELECT count(*) FROM points_transfers WHERE kind = 'SPEND'") > 30
    assert await value("SELECT count(*) FROM rewards WHERE state = 'VOIDED'") > 0
    assert (
        await value(
            "SELECT count(DISTINCT CASE WHEN points_earned < 100 THEN 1 WHEN points_earned < 300 THEN 2"
            " WHEN points_earned < 800 THEN 3 ELSE 4 END) FROM household_heads"
        )
        >= 3
    )
    used = await database.fetch(
        "SELECT c.discount_id, c.used, count(r.id) AS taken FROM discount_counters c"
        " LEFT JOIN redemptions r ON r.discount_id = c.discount_id GROUP BY 1, 2"
    )
    assert all(row["used"] == row["taken"] for row in used)
    given = await database.fetch(
        "SELECT coalesce(m.given_fen, 0) AS given, coalesce(r.saved, 0) AS saved FROM shop_months m FULL JOIN"
        " (SELECT shop_id, month, sum(saved_fen) AS saved FROM redemptions GROUP BY 1, 2) r USING (shop_id, month)"
    )
    assert given and all(row["given"] == row["saved"] for row in given)
    rated = await database.fetch(
        "SELECT hh.ratings_count, hh.ratings_sum, count(w.stars) AS n, coalesce(sum(w.stars), 0) AS stars"
        " FROM household_heads hh LEFT JOIN wishes w ON w.head_id = hh.id GROUP BY hh.id"
    )
    assert all((row["ratings_count"], row["ratings_sum"]) == (row["n"], row["stars"]) for row in rated)


async def test_every_wish_is_where_its_events_led(district: District) -> None:
    stray = await database.fetch(
        """
        SELECT w.id, w.state, last.to_state FROM wishes w JOIN LATERAL (
            SELECT to_state FROM wish_events e WHERE e.wish_id = w.id ORDER BY id DESC LIMIT 1
        ) last ON true WHERE last.to_state <> w.state
        """
    )
    assert stray == []
    broken = await value(
        "SELECT count(*) FROM (SELECT from_state, lag(to_state) OVER (PARTITION BY wish_id ORDER BY id) AS before"
        " FROM wish_events) step WHERE from_state IS DISTINCT FROM before"
    )
    assert broken == 0
    assert await value("SELECT count(*) FROM wish_events WHERE occurred_at > $1", clock.now()) == 0
    open_offers = "SELECT 1 FROM wish_offers o WHERE o.wish_id = w.id AND o.state = 'OPEN'"
    assert await value(f"SELECT bool_and(EXISTS ({open_offers}) = (w.state = 'DISPATCHED')) FROM wishes w"), (
        "offers are open while a wish is dispatched"
    )


async def test_the_queues_look_alive(district: District) -> None:
    for community in district.places.communities:
        rows = await database.fetch(
            "SELECT w.state, count(*) AS n FROM wishes w JOIN areas g ON g.id = w.grid_id"
            " WHERE starts_with(g.path, $1) GROUP BY 1",
            community.path,
        )
        counted = Counter({row["state"]: row["n"] for row in rows})
        for state in (WishState.SUBMITTED, WishState.DISPATCHED, WishState.ACCEPTED, WishState.COMPLETED):
            assert counted[state] >= 2, (community.name, state)
    assert await value("SELECT count(*) FROM wishes WHERE deadline_at < $1", clock.now() + timedelta(hours=6)) == 0
    assert sum((await tick.run()).values()) == 0, "nothing is overdue when the demo opens"


@pytest.mark.parametrize(
    "at", [datetime(2026, 5, 15, 12, tzinfo=clock.SHANGHAI), datetime(2026, 6, 1, 0, 30, tzinfo=clock.SHANGHAI)]
)
async def test_every_board_has_content(at: datetime, travel: Travel, db: None, database_url: str) -> None:
    """Also in the first minutes of a Monday that begins a month."""
    travel.to(at)
    await seeding.seed(database_url, silent, SMALL)
    for period in LeaderboardPeriod:
        board = await open_boards.find(ANONYMOUS, None, period, None)
        assert board is not None
        assert (await boards.one_page(board, PageRequest(limit=3))).rows, period


async def test_wishes_of_the_day_went_through_the_services(district: District) -> None:
    today = clock.start_of(clock.day_of(clock.now()))
    rows = await database.fetch("SELECT id, state FROM wishes WHERE submitted_at > $1", today)
    assert [row["state"] for row in rows] == ["RATED"] * SMALL.real_wishes
    audited = await value("SELECT count(DISTINCT subject_id) FROM audit_entries WHERE action = 'wish.rate'")
    assert audited == SMALL.real_wishes
    by_points = "SELECT count(*) FROM redemptions WHERE confirmed_at > $1 AND cost_points > 0"
    assert await value(by_points, today) == 1


async def test_heads_are_thanked(district: District) -> None:
    """Each story set's head has a check-up that is not used yet; others have been there; the promises are covered."""
    rows = await database.fetch(
        "SELECT g.head_id, g.quantity, (SELECT count(*) FROM redemptions r JOIN passes p ON p.id = r.issued_pass_id"
        " WHERE p.grant_id = g.id) AS used FROM grants g WHERE g.source = 'THANKS'"
    )
    used = {row["head_id"]: row["used"] for row in rows}
    assert len(used) == len(rows) == min(len(district.people.heads), SMALL.sets + grants.MORE)
    assert [used[head.id] for head in district.people.heads if head.in_story] == [0] * SMALL.sets
    assert sum(used.values()) > 0 and all(row["used"] <= row["quantity"] for row in rows)
    counted = await database.fetch_one(
        "SELECT c.used, c.granted FROM discount_counters c JOIN discounts d ON d.id = c.discount_id"
        " WHERE d.title = '免费体检'"
    )
    assert counted == {"used": sum(used.values()), "granted": sum(row["quantity"] for row in rows)}


async def test_seasons_stand_in_three_states(district: District) -> None:
    """Last year's is concluded, and its check-ups were used; of one the list is published, with an objection answered
    and one that waits; one of buildings is open. What is stored twice agrees."""
    rows = await database.fetch("SELECT subject, state FROM seasons ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("HEAD", "CONCLUDED"), ("HEAD", "NOTICE"), ("BUILDING", "OPEN"),
    ]  # fmt: skip
    honoured = await database.fetch("SELECT head_id FROM nominations WHERE state = 'HONOURED'")
    assert len(honoured) == await value("SELECT count(*) FROM grants WHERE source = 'HONOUR'") > 0
    assert await value(
        "SELECT count(*) FROM redemptions r JOIN discounts d ON d.id = r.discount_id WHERE d.title = '年度体检'"
    )
    states = await database.fetch("SELECT state FROM season_objections ORDER BY id")
    assert [row["state"] for row in states] == ["REJECTED", "OPEN"]
    assert await reconciliation.drifts() == []


async def test_a_published_list_says_what_was_done(district: District) -> None:
    """The evidence is of the district's own wishes, and meets the rule."""
    (season,) = await Season.filter(state="NOTICE")
    first, after = (f"'{at.isoformat()}'::timestamptz" for at in evidence.window(season.deeds_from, season.deeds_until))
    rows = await database.fetch(
        f"SELECT n.evidence, to_jsonb(done) AS made FROM nominations n JOIN household_heads hh ON hh.id = n.head_id,"
        f" LATERAL ({evidence.of_head('hh', first, after)}) done WHERE n.season_id = $1",
        season.id,
    )
    assert rows and sum(json.loads(row["evidence"])["wishes"] for row in rows) > 0
    for row in rows:
        kept = Evidence(**json.loads(row["evidence"]))
        assert kept == Evidence(**json.loads(row["made"])) and unmet(Rule(**season.rule), kept) == []


# What services made: the audit, and the plain cashiers, who were invited and accepted.
_TIMES = ("created_at", "granted_at", "expires_at", "ended_at")
THROUGH_SERVICES = {
    "audit_entries": ("id",),
    "accounts": ("id", *_TIMES),
    "memberships": ("id", "account_id", *_TIMES),
    "invitations": ("id", "account_id", *_TIMES),
    "markers": ("value",),
    "scores": ("id",),
    "board_counts": ("id",),
    "area_counts": ("id",),
    "area_totals": ("id",),
    "board_closings": ("id", "sha256", "previous_sha256"),
    "helped_households": ("id",),
    "board_heads": ("id",),
    "board_places": ("id", "closing_id"),
}


async def contents() -> dict[str, list[Any]]:
    """All rows, without what is random by nature: ciphertexts, the audit's own ids, and those that PostgreSQL makes."""
    found = {}
    for table in await database.fetch(TABLES):
        random = (
            "ARRAY['phone_encrypted', 'secret_encrypted'"
            + "".join(f", '{column}'" for column in THROUGH_SERVICES.get(table["name"], ()))
            + "]"
        )
        rows = await database.fetch(f"SELECT (to_jsonb(t) - {random})::text AS row FROM {table['name']} t ORDER BY 1")
        found[table["name"]] = [row["row"] for row in rows]
    return found


async def test_two_seeds_of_one_day_are_the_same(travel: Travel, empty: Emptying, database_url: str) -> None:
    seeds = []
    for _ in range(2):
        await empty()
        await seeding.seed(database_url, silent, replace(SMALL, real_wishes=0))
        rows = await contents()
        seeds.append({**rows, "audit_entries": len(rows["audit_entries"])})
        travel.by(minutes=90)
    assert seeds[0]["households"] and seeds[0]["wishes"]
    assert [table for table in seeds[0] if seeds[0][table] != seeds[1][table]] == []


def test_people_and_places_are_the_same_on_every_day() -> None:
    one, other = (District(SMALL, day) for day in (date(2026, 5, 15), date(2027, 1, 1)))
    assert [place.id for place in one.places] == [place.id for place in other.places]
    assert [head.person for head in one.people.heads] == [head.person for head in other.people.heads]
    assert [(shop.id, shop.name, shop.staff) for shop in one.shops] == [
        (shop.id, shop.name, shop.staff) for shop in other.shops
    ]


async def tables_with_a_phone() -> list[str]:
    """The tables where a demo phone number stands in clear, as text or as bytes."""
    as_bytes = "31303032(3[0-9]){7}"
    found = []
    for table in await database.fetch(TABLES):
        if await value(f"SELECT EXISTS (SELECT 1 FROM {table['name']} t WHERE t::text ~ '{IN_CLEAR}|{as_bytes}')"):
            found.append(table["name"])
    return found


async def test_no_phone_number_in_clear(district: District) -> None:
    assert await tables_with_a_phone() == []
    row = await database.fetch_one("SELECT phone_encrypted, phone_index FROM households ORDER BY id LIMIT 1")
    assert row is not None
    number = secrets.decrypt("phone", row["phone_encrypted"]).decode()
    assert number == phone(0) and row["phone_index"] == secrets.phone_columns(number)["phone_index"]
    # The search does find one.
    await Account.create(display_name=f"电话 {number}", created_at=clock.now())
    assert await tables_with_a_phone() == ["accounts"]
    await Account.filter(display_name__startswith="电话").delete()
    await Account.create(display_name="x", phone_encrypted=number.encode(), phone_index=b"x", created_at=clock.now())
    assert await tables_with_a_phone() == ["accounts"]


async def test_a_second_seed_changes_nothing(district: District, database_url: str) -> None:
    async with unchanged():
        assert not await seeding.seed(database_url, silent, SMALL)


async def test_of_two_seeds_at_once_one_waits_for_the_other(travel: Travel, db: None, database_url: str) -> None:
    done = await asyncio.gather(*(seeding.seed(database_url, silent, SMALL) for _ in range(2)))
    assert sorted(done) == [False, True]
    assert await value("SELECT count(*) FROM household_heads") == SMALL.heads


async def test_a_database_with_other_data_is_left_alone(world: World, database_url: str) -> None:
    async with unchanged():
        with pytest.raises(demo.NotADemo, match="not marked as a demo"):
            await seeding.seed(database_url, silent, SMALL)
        with pytest.raises(demo.NotADemo, match="not marked as a demo"):
            await demo.bearer(Role.RESIDENT)


class Killed(Exception):
    """What a power cut would be."""


def killed_at(what: str, done: int) -> progress.Report:
    """A report that ends the seed at that point."""

    def report(doing: str, so_far: int, of: int) -> None:
        if doing == what and so_far >= done:
            raise Killed

    return report


async def foreign_keys() -> int:
    return await value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated")


async def test_a_seed_killed_while_loading_leaves_nothing(travel: Travel, db: None, database_url: str) -> None:
    before, keys = await snapshot(), await foreign_keys()
    with pytest.raises(Killed):
        await seeding.seed(database_url, killed_at(seeding.LOADING, 3_000), SMALL)
    assert await snapshot() == before
    assert await seeding.seed(database_url, silent, SMALL)
    assert await foreign_keys() == keys > 50


async def test_a_seed_killed_in_the_middle_of_the_day_goes_on(travel: Travel, db: None, database_url: str) -> None:
    with pytest.raises(ExceptionGroup):
        await seeding.seed(database_url, killed_at(seeding.PERFORMING, 2), replace(SMALL, real_wishes=12))
    marker = await Marker.get(key=MARKER)
    assert marker.value["phase"] == demo.LOADED
    with pytest.raises(demo.NotADemo, match="not seeded to its end"):
        await demo.bearer(Role.RESIDENT)
    travel.by(days=1)
    assert await seeding.seed(database_url, silent, SMALL)
    assert await value("SELECT count(*) FROM requests WHERE operation = 'wishSubmit'") == 12
    assert (
        await value(
            "SELECT count(*) FROM wish_events WHERE action = 'RATE' AND occurred_at > $1",
            clock.now() - timedelta(days=1, hours=1),
        )
        == 12
    )
    assert await reconciliation.drifts() == []
    await demo.bearer(Role.RESIDENT)


@pytest.mark.parametrize(("step", "days"), [("honour", 1), ("join", 20)])
async def test_a_seed_killed_after_its_gifts_goes_on_later(
    step: str, days: int, travel: Travel, db: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the next day, or when another month is closed; nobody is given anything twice."""

    async def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(seeding, step, killed)
        with pytest.raises(Killed):
            await seeding.seed(database_url, silent, SMALL)
    given = await database.fetch("SELECT * FROM grants WHERE source = 'THANKS' ORDER BY id")
    assert len(given) == SMALL.sets + grants.MORE
    travel.by(days=days)
    assert await seeding.seed(database_url, silent, SMALL)
    assert await database.fetch("SELECT * FROM grants WHERE source = 'THANKS' ORDER BY id") == given
    assert await reconciliation.drifts() == []
    await demo.bearer(Role.RESIDENT)


async def test_a_sparse_seed_keeps_its_promises(
    db: None, travel: Travel, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the sparse demo is to the full one, this is to the small one."""
    few = replace(SMALL, history_wishes=12, history_redemptions=4, story_wishes=8, queued_every=3)
    monkeypatch.setattr(seeding, "SPARSE", few)
    assert await seeding.seed(database_url, silent, few)
    assert not await seeding.seed(database_url, silent, few), "seeded once"
    assert await reconciliation.drifts() == []
    states = Counter(row["state"] for row in await database.fetch("SELECT state FROM wishes"))
    assert 25 < states.total() < 60 and states[WishState.SUBMITTED] >= 3
    for number in (1, 2, 3):
        _, head = await signed_in(Role.HOUSEHOLD_HEAD, number)
        assert await value(
            "SELECT balance FROM points_accounts WHERE kind = 'AVAILABLE' AND head_id = $1", head.head_id
        )
    sums = await database.fetch(
        "SELECT sum(wishes) AS wishes, sum(households) AS households FROM area_counts c"
        " JOIN areas a ON a.id = c.area_id AND a.parent_id IS NULL WHERE period = 'ALL'"
    )
    assert sums == [{"wishes": await value("SELECT count(*) FROM rewards WHERE state = 'POSTED'"), "households": 400}]


async def test_a_busy_demo_is_not_taken_for_the_sparse_one(district: District, database_url: str) -> None:
    there = await value("SELECT count(*) FROM wishes")
    ran = await asyncio.to_thread(command, database_url, "seed", DEMO="sparse")
    assert "another DATA_DIR" in refused(ran)
    ran = await asyncio.to_thread(command, database_url, "seed", DEMO="half")
    assert "DEMO" in refused(ran)
    assert await value("SELECT count(*) FROM wishes") == there


async def test_the_token_command(db: None, database_url: str) -> None:
    assert await seeding.seed(database_url, silent, SMALL)
    ran = await asyncio.to_thread(command, database_url, "token", "--role", "HOUSEHOLD_HEAD", "--set", "2")
    assert ran.returncode == 0 and ran.stderr == "" and ran.stdout.count("\n") == 1, ran
    viewer = await sessions.authenticate(ran.stdout.strip())
    assert viewer is not None and viewer.account_id == (await signed_in(Role.HOUSEHOLD_HEAD, 2))[1].account_id
    for number in ("4", "0", "-1"):
        ran = await asyncio.to_thread(command, database_url, "token", "--role", "AUDITOR", "--set", number)
        assert "choose 1 to 3" in refused(ran)
    ran = await asyncio.to_thread(command, database_url, "token", "--role", "SHOP_STAFF", "--plain")
    viewer = await sessions.authenticate(ran.stdout.strip())
    assert viewer is not None and viewer.shop_ids and not viewer.owned_shop_ids
    ran = await asyncio.to_thread(command, database_url, "token", "--role", "RESIDENT", "--plain")
    assert "SHOP_STAFF" in refused(ran)
    ran = await asyncio.to_thread(command, database_url, "token", "--role", "MAYOR")
    assert ran.returncode == 2 and ran.stdout == "" and "household_head" in ran.stderr


async def test_no_token_for_a_database_that_is_no_demo(world: World, database_url: str) -> None:
    # As when it was migrated.
    await database.execute(
        "INSERT INTO markers (key, value) VALUES ($1, to_jsonb($2::text))", markers.KEY, markers.fingerprint()
    )
    async with unchanged():
        ran = await asyncio.to_thread(command, database_url, "token", "--role", "RESIDENT")
        assert "not marked as a demo" in refused(ran)
        assert "not marked as a demo" in refused(await asyncio.to_thread(command, database_url, "seed"))
        empty = await asyncio.to_thread(
            command, database_url, "token", "--role", "RESIDENT", DATABASE_SCHEMA="no_such_schema"
        )
        assert "run `app.py migrate` first" in refused(empty)


async def test_the_shops_days_are_settled(district: District) -> None:
    """All that are over; those of the last week wait for the district, and the last for their shops too."""
    today = clock.day_of(clock.now())
    settled = await value("SELECT count(*) FROM statement_rows")
    assert settled == await value("SELECT count(*) FROM redemptions WHERE statement_day < $1", today) > 30
    assert await drifts.drifts() == [] and await closing.close_due() == 0
    assert await value("SELECT max(day) < $1 FROM statements", today)
    assert await value("SELECT count(*) FROM statements WHERE shop_acknowledged_at > $1", clock.now()) == 0
    waiting = await value("SELECT min(day) FROM statements WHERE district_acknowledged_at IS NULL")
    assert waiting is None or today - waiting < timedelta(days=10)
    assert await value("SELECT bool_and(closed_through >= $1) FROM shops", today - timedelta(days=2))
