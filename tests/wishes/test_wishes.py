"""Who sees which wish and what of it; the lists of households, heads and staff, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from models.accounts import Membership
from models.enums import AreaKind, Role, WishState
from models.people import Household, HouseholdHead
from schema.graph import ids
from services.db import database
from services.db.paging import PageRequest
from services.kit import clock
from services.kit.viewer import ANONYMOUS, Viewer
from services.wishes import chances, wishes
from services.wishes.chances import Chances
from services.wishes.events import may_read_event_note
from services.wishes.wishes import may_read_consent, may_read_requester
from tests.town import wishes as town_wishes
from tests.town import world as district
from tests.town.documents import Api, instant
from tests.town.story import done
from tests.town.wishes import sees
from tests.town.world import Person, Travel, World, everybody

OVERSIGHT = {"staff", "worker", "admin", "auditor"}
SEEN_BY = {
    "submitted": OVERSIGHT | {"resident"},
    "offered": OVERSIGHT | {"resident", "head", "other head"},
    "dispatched": OVERSIGHT | {"resident", "head"},
    "accepted": OVERSIGHT | {"resident", "head"},
    "completed": OVERSIGHT | {"resident", "head"},
    "rated": OVERSIGHT | {"resident", "head"},
}


@pytest.mark.parametrize("state", SEEN_BY)
async def test_who_sees_a_wish(world: World, api: Api, state: str) -> None:
    wish = await getattr(town_wishes, state)(api, world.a)
    for name, person in everybody(world).items():
        assert await sees(api, person, wish) == (name in SEEN_BY[state]), name


async def test_the_own_head_sees_not_what_others_do_for_the_household(world: World, api: Api) -> None:
    wish = await town_wishes.accepted(api, world.a, household=0, head=1)
    assert not await sees(api, world.a.head_people[0], wish)


async def test_who_filed_it_sees_it(world: World, api: Api) -> None:
    payload = await done(
        api,
        world.a.head_people[1],
        "WishSubmit",
        category="CARE",
        title="陪诊",
        requestNo="f1",
        householdId=ids.make("Household", world.a.households[2].id),
        consentNote="电话同意",
    )
    wish = payload["wish"]["id"]
    node = (await api.run(world.a.head_people[1].token, "WishDetail", id=wish))["node"]
    assert node["requesterName"] == "钱联户" and node["consentNote"] == "电话同意"
    assert not await sees(api, world.a.head_people[0], wish)


async def test_who_has_moved_out_sees_the_own_wish_no_more(world: World, api: Api) -> None:
    """It is the household's: only who filed it on behalf of others keeps it in sight."""
    resident, wish = world.a.residents[0], await town_wishes.submitted(api, world.a)
    assert await sees(api, resident, wish)
    living = Membership.filter(account_id=resident.account_id, role=Role.RESIDENT)
    assert await living.update(revoked_at=clock.now()) == 1
    assert not await sees(api, resident, wish)


async def test_notes_that_are_not_for_everybody(world: World, api: Api) -> None:
    """Why a head declined is not the household's to read; what was said in a call-back not the head's."""
    one, other = world.a.head_people
    payload = await done(
        api,
        world.a.worker,
        "WishSubmit",
        category="CARE",
        title="陪诊",
        requestNo="f1",
        householdId=ids.make("Household", world.a.households[0].id),
        consentNote="电话同意",
    )  # type: ignore[arg-type]
    wish = payload["wish"]["id"]
    await done(api, world.a.staff, "WishDispatch", wishId=wish)  # type: ignore[arg-type]
    await done(api, one, "WishDecline", wishId=wish, reason="家里有病人")
    await done(api, other, "WishAccept", wishId=wish)
    await done(api, other, "WishComplete", wishId=wish, note="陪了一上午")
    await done(api, world.a.staff, "WishRate", wishId=wish, stars=5, comment="很好", callBackNote="女儿接的电话")  # type: ignore[arg-type]
    expected = {
        "staff": {"家里有病人", "陪了一上午", "女儿接的电话"},
        "auditor": {"家里有病人", "陪了一上午", "女儿接的电话"},
        "resident": {"陪了一上午", "女儿接的电话"},
        "other head": {"陪了一上午"},
    }
    for name, notes in expected.items():
        person = everybody(world)[name]
        assert person
        node = (await api.run(person.token, "WishDetail", id=wish))["node"]
        assert {event["note"] for event in node["events"]} - {None} == notes, name
        assert node["ratingComment"] == "很好" and node["stars"] == 5
        consent = node["consentNote"]
        assert consent == (None if name == "other head" else "电话同意"), name
        offered_to = {offer["head"]["name"]: offer["state"] for offer in node["offers"]}
        assert offered_to == {
            "resident": {},
            "other head": {"钱联户": "ACCEPTED"},
        }.get(name, {"赵联户": "DECLINED", "钱联户": "ACCEPTED"})
    as_decliner = wishes.standing(Viewer(head_id=world.a.heads[0].id), (await _row(wish)))
    assert as_decliner.actors == frozenset()


async def _row(wish: str) -> wishes.Wish:
    found = await wishes.read(ANONYMOUS, ids.find(wish, "Wish"))  # type: ignore[arg-type]
    assert found is not None and not found[1], "anonymous sees no wish"
    return found[0]


async def test_no_phone_anywhere(world: World, api: Api) -> None:
    wish = await town_wishes.rated(api, world.a)
    for person in everybody(world).values():
        response = await api.client.post(
            "/graphql",
            json={
                "query": "query($id: ID!) { node(id: $id) { ... on Wish { household { phone } } } }",
                "variables": {"id": wish},
            },
            headers={"authorization": f"Bearer {person.token}"} if person else {},
        )
        assert "Cannot query field 'phone'" in response.text
        assert "10000001100" not in str(await api.run(person.token if person else None, "WishDetail", id=wish))


async def pages(api: Api, person: Person, operation: str, find: Any, **variables: Any) -> list[list[str]]:
    """All the pages of a list, by its cursors."""
    found, after = [], None
    while True:
        connection = find(await api.run(person.token, operation, after=after, **variables))
        found.append([edge["node"]["id"] for edge in connection["edges"]])
        after = connection["pageInfo"]["endCursor"]
        if not connection["pageInfo"]["hasNextPage"]:
            return found


async def test_a_household_s_wishes_newest_first(world: World, api: Api) -> None:
    made = [await town_wishes.submitted(api, world.a) for _ in range(5)]
    await town_wishes.submitted(api, world.a, household=1)
    found = await pages(
        api, world.a.residents[0], "MyWishes", lambda data: data["viewer"]["household"]["wishes"], first=2
    )
    assert found == [made[4:2:-1], made[2:0:-1], made[:1]]


async def test_a_head_has_in_hand_what_is_offered_and_assigned(world: World, api: Api) -> None:
    offered, dispatched = await town_wishes.offered(api, world.a), await town_wishes.dispatched(api, world.a)
    accepted, completed = await town_wishes.accepted(api, world.a), await town_wishes.completed(api, world.a)
    rated = await town_wishes.rated(api, world.a)
    await town_wishes.accepted(api, world.a, head=1)
    await town_wishes.submitted(api, world.a)
    query = (
        "query($states: [WishState!], $first: Int = 10, $after: String) { viewer { householdHead {"
        " wishes(states: $states, first: $first, after: $after)"
        " { edges { cursor node { id state availableActions } } pageInfo { hasNextPage endCursor } } } } }"
    )

    async def of(head: int, **variables: Any) -> list[str]:
        data = await api.query(world.a.head_people[head].token, query, **variables)
        return [edge["node"]["id"] for edge in data["viewer"]["householdHead"]["wishes"]["edges"]]

    assert await of(0) == [completed, accepted, dispatched, offered]
    assert await of(0, states=["RATED"]) == [rated]
    assert await of(0, states=["DISPATCHED"]) == [dispatched, offered]
    assert await of(0, states=[]) == []
    assert offered in await of(1) and len(await of(1)) == 2
    await done(api, world.a.head_people[1], "WishAccept", wishId=offered)
    assert offered not in await of(0)


async def test_what_a_household_sees_of_its_head_s_wishes(world: World, api: Api) -> None:
    own, neighbours = await town_wishes.accepted(api, world.a), await town_wishes.accepted(api, world.a, household=1)
    query = "{ viewer { household { head { wishes(first: 10) { edges { node { id } } } } } } }"
    for index, wish in ((0, own), (1, neighbours)):
        data = await api.query(world.a.residents[index].token, query)
        edges = data["viewer"]["household"]["head"]["wishes"]["edges"]
        assert [edge["node"]["id"] for edge in edges] == [wish]


async def queue(api: Api, person: Person | None, **variables: Any) -> list[str] | None:
    data = await api.run(person.token if person else None, "WishQueue", **variables)
    return None if data["wishes"] is None else [edge["node"]["id"] for edge in data["wishes"]["edges"]]


async def test_the_queue_reaches_as_far_as_one_s_work(world: World, api: Api) -> None:
    here = [await town_wishes.submitted(api, world.a), await town_wishes.accepted(api, world.a)]
    there = await town_wishes.submitted(api, world.b)
    next_grid = await district.area(world.a.community, AreaKind.GRID, "g2", "第二网格")
    everywhere = [there, *here[::-1]]
    for name, person in everybody(world).items():
        wanted: list[str] | None = None
        if name in {"admin", "auditor"}:
            wanted = everywhere
        elif name in {"staff", "worker"}:
            wanted = here[::-1]
        elif name in {"foreign staff", "foreign worker"}:
            wanted = [there]
        assert await queue(api, person) == wanted, name
    area = {
        "district": ids.make("Area", world.district.id),
        "a": ids.make("Area", world.a.community.id),
        "grid": ids.make("Area", world.a.grid.id),
        "next": ids.make("Area", next_grid.id),
        "b": ids.make("Area", world.b.community.id),
        "wrong": ids.make("Household", world.a.households[0].id),
        "malformed": "?",
    }
    reach = {
        "staff": {"district": here[::-1], "a": here[::-1], "grid": here[::-1], "next": [], "b": None},
        "worker": {"district": here[::-1], "a": here[::-1], "grid": here[::-1], "next": None, "b": None},
        "admin": {"district": everywhere, "a": here[::-1], "grid": here[::-1], "next": [], "b": [there]},
    }
    for name, answers in reach.items():
        for key, wanted in {**answers, "wrong": None, "malformed": None}.items():
            assert await queue(api, everybody(world)[name], areaId=area[key]) == wanted, (name, key)


async def test_the_queue_by_state_and_page(world: World, api: Api) -> None:
    submitted = [await town_wishes.submitted(api, world.a, household) for household in (0, 1, 2, 0, 1)]
    accepted = await town_wishes.accepted(api, world.a)
    staff = world.a.staff
    assert staff
    assert await queue(api, staff, states=["ACCEPTED"]) == [accepted]
    assert await queue(api, staff, states=[]) == []
    assert await queue(api, staff, states=["SUBMITTED", "ACCEPTED"]) == [accepted, *submitted[::-1]]
    found = await pages(api, staff, "WishQueue", lambda data: data["wishes"], states=["SUBMITTED"], first=2)
    assert found == [submitted[4:2:-1], submitted[2:0:-1], submitted[:1]]


async def candidates(api: Api, person: Person | None, wish: str, **page: Any) -> list[dict[str, Any]] | None:
    data = await api.run(person.token if person else None, "DispatchCandidates", wishId=wish, **page)
    found = data["node"] and data["node"]["candidates"]
    return None if found is None else [edge["node"] for edge in found["edges"]]


async def offered(api: Api, world: World, head: Any, *, ago: timedelta) -> None:
    """A wish that was offered to a head once, and ended."""
    wish = await town_wishes.submitted(api, world.a)
    assert world.a.staff
    await done(api, world.a.staff, "WishDispatch", wishId=wish, headId=ids.make("HouseholdHead", head.id))
    await done(api, world.a.staff, "WishRecall", wishId=wish)
    await database.execute(
        "UPDATE wish_offers SET offered_at = $2 WHERE wish_id = $1", ids.find(wish, "Wish"), clock.now() - ago
    )


async def test_candidates_the_own_head_first_then_in_turn(travel: Travel, world: World, api: Api) -> None:
    grid = world.a.grid
    twice, once, lately, long_ago, never = [
        await district.head(grid, name) for name in ("两次", "一次", "上月", "久前", "从未")
    ]
    suspended = await district.head(grid, "停")
    await district.head(world.b.grid, "外")
    for head, stars in ((never, 1), (long_ago, 2), (lately, 3), (once, 4), (twice, 5)):
        head.ratings_count, head.ratings_sum = 3, 3 * stars  # whoever is rated best is not the first for it
        await head.save()
    suspended.suspended_at = clock.now()
    await suspended.save()
    day = timedelta(days=1)
    for head, days in ((long_ago, 60), (lately, 30), (once, 2), (twice, 25), (twice, 20), (twice, 40)):
        await offered(api, world, head, ago=days * day)
    await town_wishes.accepted(api, world.a, head=0)
    await town_wishes.accepted(api, world.a, head=0)
    await town_wishes.dispatched(api, world.a, head=1)
    await town_wishes.completed(api, world.a, head=1)
    wish = await town_wishes.submitted(api, world.a)
    found = await candidates(api, world.a.staff, wish)
    assert found is not None
    now = clock.now()
    assert [
        (*(one[name] for name in ("ownHead", "openLoad", "recentOffers", "lastOfferedAt", "averageRating")),)
        for one in found
    ] == [
        (True, 2, 2, instant(now), None),
        (False, 0, 0, None, 1.0),
        (False, 0, 0, instant(now - 60 * day), 2.0),
        (False, 0, 0, instant(now - 30 * day), 3.0),
        (False, 0, 1, instant(now - 2 * day), 4.0),
        (False, 0, 2, instant(now - 20 * day), 5.0),
        (False, 1, 2, instant(now), None),
    ]
    assert [one["head"]["name"] for one in found] == ["赵联户", "从未", "久前", "上月", "一次", "两次", "钱联户"]
    assert world.a.staff
    paged = []
    after = None
    for _ in range(7):
        data = await api.run(world.a.staff.token, "DispatchCandidates", wishId=wish, first=1, after=after)
        [edge] = data["node"]["candidates"]["edges"]
        paged.append(edge["node"])
        after = edge["cursor"]
    assert paged == found


async def test_the_own_head_of_another_grid_is_the_first_too(world: World, api: Api) -> None:
    """To who may dispatch there: the grid's own workers may not."""
    a = world.a
    beside = await district.area(a.community, AreaKind.GRID, "g2", "第二网格")
    own = await district.head(beside, "孙联户")
    await Household.filter(id=a.households[0].id).update(head_id=own.id)
    wish = await town_wishes.submitted(api, a)
    found = await candidates(api, a.staff, wish)
    assert found and [(one["head"]["name"], one["ownHead"]) for one in found] == [
        ("孙联户", True), ("赵联户", False), ("钱联户", False),
    ]  # fmt: skip
    by_worker = await candidates(api, a.worker, wish)
    assert by_worker and [one["head"]["name"] for one in by_worker] == ["赵联户", "钱联户"]
    await done(api, a.staff, "WishDispatch", wishId=wish, headId=found[0]["head"]["id"])


async def test_whoever_was_dispatched_to_waits_for_the_others(travel: Travel, world: World, api: Api) -> None:
    """Six wishes of a household without a head go round among three heads, whatever their ratings."""
    a = world.a
    best = await district.head(a.grid, "最好")
    await HouseholdHead.filter(id=best.id).update(ratings_count=9, ratings_sum=45)
    await Household.filter(id=a.households[0].id).update(head_id=None)
    asked = []
    for _ in range(6):
        travel.by(minutes=5)
        wish = await town_wishes.submitted(api, a)
        found = await candidates(api, a.staff, wish)
        assert found and a.staff
        asked.append(found[0]["head"]["name"])
        await done(api, a.staff, "WishDispatch", wishId=wish, headId=found[0]["head"]["id"])
        await done(api, a.staff, "WishRecall", wishId=wish)
    assert sorted(asked[:3]) == sorted({"赵联户", "钱联户", "最好"}) and asked[3:] == asked[:3]


async def test_the_chances_of_heads(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    first, second = (head.id for head in a.heads)
    with database.observed_statements() as seen:
        found = await chances.offers_of(ANONYMOUS, [first, second])
    assert len(seen) == 1 and found == {first: Chances(first, 0, 0), second: Chances(second, 0, 0)}
    await town_wishes.offered(api, a)  # to both
    await town_wishes.accepted(api, a, head=0)
    assert await chances.offers_of(ANONYMOUS, [first, second]) == {
        first: Chances(first, 2, 1),
        second: Chances(second, 1, 0),
    }
    travel.by(days=30)
    assert await chances.offers_of(ANONYMOUS, [first]) == {first: Chances(first, 0, 0)}


async def test_candidates_are_for_dispatchers(world: World, api: Api) -> None:
    wish = await town_wishes.submitted(api, world.a)
    for name, person in everybody(world).items():
        assert (await candidates(api, person, wish) is not None) == (name in {"staff", "worker"}), name


async def test_a_very_long_story_is_cut_at_its_beginning(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.wishes.events.MAX_EVENTS", 3)
    monkeypatch.setattr("services.wishes.events.MAX_OFFERS", 1)
    wish = await town_wishes.offered(api, world.a)
    assert world.a.staff
    await done(api, world.a.staff, "WishRecall", wishId=wish)
    await done(api, world.a.staff, "WishDispatch", wishId=wish)
    node = (await api.run(world.a.staff.token, "WishDetail", id=wish))["node"]
    assert [event["action"] for event in node["events"]] == ["DISPATCH", "RECALL", "DISPATCH"]
    assert [offer["state"] for offer in node["offers"]] == ["OPEN"]


async def test_a_household_that_moves_keeps_its_open_wishes(world: World, api: Api) -> None:
    wish = await town_wishes.accepted(api, world.a)
    await database.execute(
        "UPDATE households SET head_id = $2, grid_id = $3 WHERE id = $1",
        world.a.households[0].id,
        world.b.heads[0].id,
        world.b.grid.id,
    )
    assert await sees(api, world.a.staff, wish) and not await sees(api, world.b.staff, wish)
    await done(api, world.a.head_people[0], "WishComplete", wishId=wish)
    await done(api, world.a.residents[0], "WishRate", wishId=wish, stars=5)


@pytest.mark.parametrize("rule", ["requester", "consent"])
def test_who_reads_the_requester_and_the_consent(rule: str) -> None:
    household, requester, head = (district.Account().id for _ in range(3))

    def allowed(viewer: Viewer) -> bool:
        if rule == "consent":
            return may_read_consent(viewer, household, requester, "d/s/a/g/")
        return may_read_requester(viewer, household, requester, head, "d/s/a/g/")

    assert allowed(Viewer(account_id=head, household_ids=(household,)))
    assert allowed(Viewer(account_id=requester))
    assert allowed(Viewer(account_id=head, head_id=head)) == (rule == "requester")
    assert allowed(Viewer(account_id=head, worker_paths=("d/s/a/g/",)))
    assert not allowed(Viewer(account_id=head, staff_paths=("d/s/b/",)))
    assert not allowed(ANONYMOUS)
    assert not may_read_requester(Viewer(account_id=head), household, requester, None, "d/s/a/g/")


@pytest.mark.parametrize(
    ("who", "plain", "declined", "called_back"),
    [
        ("staff", True, True, True),
        ("own", True, True, True),
        ("home", True, False, True),
        ("other", True, False, False),
    ],
)
def test_who_reads_the_note_of_a_step(who: str, plain: bool, declined: bool, called_back: bool) -> None:
    actor, household = district.Account().id, district.Account().id
    viewer = {
        "staff": Viewer(account_id=household, staff_paths=("d/s/a/",)),
        "own": Viewer(account_id=actor),
        "home": Viewer(account_id=household, household_ids=(household,)),
        "other": Viewer(account_id=household, head_id=household),
    }[who]

    def allowed(**kind: bool) -> bool:
        return may_read_event_note(
            viewer, actor, household, "d/s/a/g/", **{"declined": False, "called_back": False, **kind}
        )

    assert (allowed(), allowed(declined=True), allowed(called_back=True)) == (plain, declined, called_back)
    assert not may_read_event_note(ANONYMOUS, None, household, "d/s/a/g/", declined=True, called_back=False)


async def test_pages_of_several_parents_come_in_one_statement(world: World, api: Api) -> None:
    made = {household: await town_wishes.accepted(api, world.a, household) for household in (0, 1, 2)}
    viewer = Viewer(account_id=world.admin.account_id, admin_paths=("d/",))
    with database.observed_statements() as statements:
        found = await wishes.of_households(viewer, [one.id for one in world.a.households], PageRequest(5))
    assert len(statements) == 1
    assert [ids.make("Wish", found[world.a.households[index].id].rows[0].id) for index in made] == list(made.values())
    with database.observed_statements() as statements:
        of_heads = await wishes.of_heads(
            viewer, [one.id for one in world.a.heads], PageRequest(2), [WishState.ACCEPTED]
        )
    assert len(statements) == 1
    assert [len(page.rows) for page in of_heads.values()] == [2, 0]
    assert of_heads[world.a.heads[0].id].has_next
    assert clock.now() - found[world.a.households[0].id].rows[0].submitted_at < timedelta(minutes=1)
