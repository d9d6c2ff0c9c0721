"""The audit: that every mutation leaves a row, and that an auditor of the district finds it by whatever is known."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise.connection import get_connection
from uuid_utils.compat import uuid7

from models.audit import AuditEntry
from models.enums import Role
from schema.graph import ids
from services.accounts import sessions
from services.audit import log as audit
from services.audit import search as audit_entries
from services.audit.search import Sought
from services.db import database
from services.db.paging import PageRequest
from services.kit import clock
from tests.house import permissions_scene as scenes
from tests.house import permissions_steps as steps
from tests.house import permissions_table as table
from tests.town import wishes
from tests.town import world as district
from tests.town.documents import Api, instant
from tests.town.postgres import fetched, unchanged
from tests.town.story import done
from tests.town.world import Travel, World, everybody

# Of each case of the table of permissions, the one who is tried here: the first who may do it.
WHO = {
    case: min(actor for actor, answer in row.items() if answer == table.OK)
    for case, row in table.MUTATIONS.items()
    if table.OK in row.values()
}

# Changes of a shop, of which the audit keeps both values; its name and address are free text, though nobody's own.
OLD_AND_NEW, PUBLIC_TEXTS = {"shop.edit", "shop_change.ask"}, {"name", "address"}


def beside_old_and_new(action: str, details: str) -> str:
    """What a row tells, without what a shop was called and where it lay before and after."""
    told = json.loads(details)
    for side in ("old", "new") if action in OLD_AND_NEW else ():
        told[side] = {column: value for column, value in told.get(side, {}).items() if column not in PUBLIC_TEXTS}
    return json.dumps(told, ensure_ascii=False)


# Whoever sends these acts as the account that is signed in to, made, or not yet known.
AS_SOMEBODY = {
    "householdJoin",
    "shopInvitationShowCode",
    "signInByCode",
    "signInByPhone",
    "wechatBind",
    "wechatBindOwn",
}


@pytest.mark.parametrize("case", WHO)
async def test_every_mutation_leaves_a_row(travel: Travel, world: World, api: Api, case: str) -> None:
    """Of its own account, about something, and with nothing personal among the details."""
    name, actor = case.split(",", maxsplit=1)[0], WHO[case]
    person = (await scenes.people(world))[actor]
    assert person
    await steps.give_points(world)
    prepared = await steps.PREPARED[case](api, world.a)
    before = {row["id"] for row in await database.fetch("SELECT id FROM audit_entries")}
    given = steps.given_by(actor, name, prepared)
    assert steps.refused(await steps.send(api, person, name, given)) is None
    rows = [row for row in await database.fetch("SELECT * FROM audit_entries") if row["id"] not in before]
    assert rows, "nobody would ever know"
    assert {row["account_id"] for row in rows} == {person.account_id} or name in AS_SOMEBODY
    texts = [value for value in prepared.values() if isinstance(value, str) and not value.isascii()]
    told = [beside_old_and_new(row["action"], row["details"]) for row in rows]
    assert not [text for text in texts for one in told if text in one], "free text from people"


# -- the search ------------------------------------------------------------------------------------------------------


async def found(api: Api, world: World, **given: Any) -> list[str] | None:
    """The actions that an auditor finds."""
    entries = (await api.run(world.auditor.token, "AuditEntries", **given))["auditEntries"]
    return entries and [edge["node"]["action"] for edge in entries["edges"]]


async def test_who_searches_the_audit(world: World, api: Api) -> None:
    await wishes.submitted(api, world.a)
    narrow = await district.person("街道审计", Role.AUDITOR, area=world.a.community)
    for who, person in {**everybody(world), "narrow": narrow}.items():
        entries = (await api.run(person.token if person else None, "AuditEntries"))["auditEntries"]
        assert (entries is not None) == (who == "auditor"), who


@database.transactional
async def recorded(action: str, subject: str, subject_id: UUID, **details: Any) -> None:
    audit.record(None, action, subject, subject_id, **details)


async def test_an_entry_in_full(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    assert a.staff
    wish = await wishes.submitted(api, a)
    travel.by(minutes=5)
    await done(api, a.staff, "WishDispatch", wishId=wish)
    key = uuid7()
    await recorded("preparation.expire", "Preparation", key)
    entries = (await api.run(world.auditor.token, "AuditEntries"))["auditEntries"]["edges"]
    ended, dispatched, submitted = [edge["node"] for edge in entries]
    assert dispatched == {
        "action": "wish.dispatch",
        "subject": "Wish",
        "subjectId": wish,
        "who": "吴社工",
        "accountId": ids.make("Account", a.staff.account_id),
        "occurredAt": instant(clock.now()),
        "details": [
            {"name": "was", "value": "SUBMITTED"},
            {"name": "actor", "value": "STAFF"},
            {"name": "state", "value": "DISPATCHED"},
        ],
    }
    assert [one["name"] for one in submitted["details"]] == ["actor", "state"], "what is null is left out"
    assert (ended["action"], ended["who"], ended["accountId"]) == ("preparation.expire", None, None)
    assert ended["subjectId"] == str(key), "a preparation is no node"
    assert (await api.query(a.staff.token, "query($id: ID!) { node(id: $id) { __typename } }", id=wish))["node"]


async def test_details_that_are_no_texts_are_told_as_json(world: World, api: Api) -> None:
    await recorded("test.it", "Test", uuid7(), count=3, list=["一", 2], flag=False, none=None, text="好")
    (edge,) = (await api.run(world.auditor.token, "AuditEntries"))["auditEntries"]["edges"]
    told = {one["name"]: one["value"] for one in edge["node"]["details"]}
    assert told == {"count": "3", "list": '["一", 2]', "flag": "false", "text": "好"}


async def made(world: World) -> dict[str, UUID]:
    """Rows at noon, an hour apart, the last one first to be found."""
    one, other = uuid7(), uuid7()
    accounts = {"staff": world.a.staff, "admin": world.admin, "system": None}
    rows = [
        ("wish.submit", "Wish", one, "staff"),
        ("wish.accept", "Wish", one, "admin"),
        ("wish.accept", "Wish", other, "staff"),
        ("wisher.do", "Wisher", one, "system"),
        ("pass.issue", "Pass", other, "admin"),
        ("pass.issue", "Redemption", other, "admin"),
    ]
    for hours, (action, subject, key, who) in enumerate(rows):
        person = accounts[who]
        await AuditEntry.create(
            action=action,
            subject=subject,
            subject_id=key,
            account_id=person and person.account_id,
            details={},
            occurred_at=clock.now() + timedelta(hours=hours),
        )
    return {"one": one, "other": other}


async def test_by_whatever_is_known(travel: Travel, world: World, api: Api) -> None:
    keys = await made(world)
    assert world.a.staff
    staff, one, other = ids.make("Account", world.a.staff.account_id), str(keys["one"]), ids.make("Wish", keys["other"])
    noon, every = clock.now(), ["pass.issue", "pass.issue", "wisher.do", "wish.accept", "wish.accept", "wish.submit"]

    def at(hours: int) -> str:
        return (noon + timedelta(hours=hours)).isoformat()

    expected: list[tuple[dict[str, Any], list[str] | None]] = [
        ({}, every),
        ({"action": "wish."}, every[3:]),
        ({"action": "wish"}, every[2:]),
        ({"action": "wish.accept"}, ["wish.accept"] * 2),
        ({"action": "accept"}, []),
        ({"action": "%"}, []),
        ({"action": ""}, every),
        ({"subject": "Wish"}, every[3:]),
        ({"subject": "Redemption"}, ["pass.issue"]),
        ({"subject": "Wis"}, []),
        ({"action": "pass.", "subject": "Pass"}, ["pass.issue"]),
        ({"action": "pass.", "subject": "Wish"}, []),
        ({"subjectId": one}, ["wisher.do", "wish.accept", "wish.submit"]),
        ({"subjectId": one, "subject": "Wish"}, ["wish.accept", "wish.submit"]),
        ({"subjectId": one, "action": "wish.s"}, ["wish.submit"]),
        ({"subjectId": other}, ["wish.accept"]),
        ({"subjectId": other, "subject": "Wish"}, ["wish.accept"]),
        ({"subjectId": other, "subject": "Pass"}, None),
        ({"subjectId": str(UUID(int=1))}, []),
        ({"accountId": staff}, ["wish.accept", "wish.submit"]),
        ({"accountId": staff, "action": "wish.a"}, ["wish.accept"]),
        ({"accountId": staff, "subjectId": one}, ["wish.submit"]),
        ({"accountId": staff, "subject": "Pass"}, []),
        ({"accountId": ids.make("Account", UUID(int=1))}, []),
        ({"from": at(4)}, every[:2]),
        ({"until": at(1)}, ["wish.submit"]),
        ({"from": at(1), "until": at(3)}, ["wish.accept"] * 2),
        ({"from": at(1), "until": at(3), "action": "wish.", "accountId": staff}, ["wish.accept"]),
        ({"from": at(1), "until": at(3), "subject": "Wish"}, ["wish.accept"] * 2),
        ({"from": at(3), "until": at(1)}, []),
    ]
    for given, actions in expected:
        assert await found(api, world, **given) == actions, given


@pytest.mark.parametrize(
    "given", [{}, {"action": "pass."}, {"subject": "Pass"}, {"subjectId": "one"}, {"who": "staff"}]
)
async def test_pages_go_through_all_that_is_found_once(
    travel: Travel, world: World, api: Api, given: dict[str, str]
) -> None:
    """Also where many happened in the same instant."""
    key = uuid7()
    assert world.a.staff
    await AuditEntry.bulk_create(
        [
            AuditEntry(
                action=("pass.issue", "pass.cancel")[number % 2],
                subject="Pass",
                subject_id=key,
                details={},
                account_id=world.a.staff.account_id,
                occurred_at=clock.now() + timedelta(seconds=number // 10),
            )
            for number in range(40)
        ]
    )
    meant = {"one": str(key), "staff": ids.make("Account", world.a.staff.account_id)}
    asked = {name: meant.get(value, value) for name, value in given.items()}
    seen: list[str] = []
    after = None
    while True:
        entries = (await api.run(world.auditor.token, "AuditEntries", first=7, after=after, **asked))["auditEntries"]
        seen += [edge["cursor"] for edge in entries["edges"]]
        after = entries["pageInfo"]["endCursor"]
        if not entries["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 40
    document = (
        "query($before: String!, $action: String, $subject: String, $subjectId: ID, $accountId: ID) { auditEntries("
        "last: 7, before: $before, action: $action, subject: $subject, subjectId: $subjectId, accountId: $accountId)"
        " { edges { cursor } } }"
    )
    back = await api.query(world.auditor.token, document, before=seen[20], **asked)
    assert [edge["cursor"] for edge in back["auditEntries"]["edges"]] == seen[13:20]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"action": "长" * 49}, "action"),
        ({"subject": "x" * 33}, "subject"),
        ({"action": "a\nb"}, "action"),
        ({"from": "1999-12-31T00:00:00+08:00"}, "from"),
        ({"until": "2200-01-02T00:00:00+08:00"}, "until"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "from"),
        ({"until": "9999-12-31T23:59:59-12:00"}, "until"),
        ({"from": "2026-05-15T00:00:00"}, "from"),
    ],
)
async def test_what_can_not_be_searched_for_is_refused(
    world: World, api: Api, given: dict[str, str], place: str
) -> None:
    document = (
        "query($action: String, $subject: String, $from: DateTime, $until: DateTime)"
        " { auditEntries(action: $action, subject: $subject, from: $from, until: $until, first: 1) { __typename } }"
    )
    answer = (await api.send(world.auditor.token, {"query": document, "variables": given})).json()
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"


async def test_reading_leaves_no_row_and_nothing_else(world: World, api: Api) -> None:
    await wishes.submitted(api, world.a)
    await api.run(world.auditor.token, "AuditEntries")
    async with unchanged():
        await api.run(world.auditor.token, "AuditEntries", action="wish.")


async def test_no_search_walks_through_the_audit(world: World) -> None:
    """Of some thousands of rows, a page of each kind is read at most, and no more than match."""
    assert world.a.staff
    rare, busy, key = world.a.staff.account_id, world.admin.account_id, uuid7()
    await database.execute(
        "INSERT INTO audit_entries (id, account_id, action, subject, subject_id, details, occurred_at)"
        " SELECT gen_random_uuid(), CASE WHEN n = 5 THEN $1::uuid ELSE $2::uuid END,"
        " CASE WHEN n = 7 THEN 'head.leave' ELSE 'wish.step' || n % 10 END,"
        " CASE WHEN n = 7 THEN 'HouseholdHead' ELSE 'Wish' END,"
        " CASE WHEN n = 9 THEN $3::uuid ELSE gen_random_uuid() END, '{}', now() - n * interval '1 hour'"
        " FROM generate_series(1, 4000) n",
        rare,
        busy,
        key,
    )
    await database.fetch("ANALYZE audit_entries")
    auditor = await sessions.authenticate(world.auditor.token)
    assert auditor
    long_ago = clock.now() - timedelta(hours=3900)
    asked = [
        Sought(), Sought(action="wish."), Sought(action="head."), Sought(action="none."),
        Sought(subject="HouseholdHead"), Sought(subject_id=key), Sought(account_id=rare), Sought(account_id=busy),
        Sought(until=long_ago),
        Sought(until=long_ago, action="wish."), Sought(until=long_ago, account_id=busy), Sought(since=long_ago),
    ]  # fmt: skip
    for sought in asked:
        async with get_connection("default")._in_transaction():
            await database.fetch("SET LOCAL enable_seqscan = off")
            before = await fetched("audit_entries")
            for _ in range(7):
                await audit_entries.search(auditor, sought, PageRequest(5))
            # 11 kinds with 6 rows of each, and the hops from kind to kind.
            assert (await fetched("audit_entries")) - before <= 7 * 120, sought
