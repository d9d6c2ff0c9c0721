"""The community, its heads and households; and the part of the story in which it looks after them."""

import base64
import json
from typing import Any

from models.people import Household
from schema.graph import ids
from services.db import database
from tests.town import roster, story, wishes
from tests.town.documents import nodes
from tests.town.story import Story
from tests.town.world import World

# Spellings of one name, and of two.
ONE_NAME = [
    ("王小明", "王 小 明"),
    ("王小明", "\u3000王小明\u00a0"),
    ("王小明", "王小\u200b明\ufeff"),
    ("王小明", "王小明\t"),
    ("阿依古丽·买买提", "阿依古丽•买买提"),
    ("阿依古丽·买买提", "阿依古丽・买买提"),
    ("阿依古丽·买买提", "阿依古丽.买买提"),
    ("阿依古丽·买买提", "阿依古丽．买买提"),
    ("阿依古丽·买买提", "阿依古丽･买买提"),
    ("阿依古丽·买买提", "阿依古丽买买提"),
    ("马方长", "⻢⽅⻓"),
    ("龙青见", "⻰⻘⻅"),
    ("金一", "⾦⼀"),
    ("户大", "⼾大"),
    ("金一", "\uf90a一"),
    ("John Smith", "ＪＯＨＮ　ｓｍｉｔｈ"),
    ("王(小)明", "王（小）明"),
]
TWO_NAMES = [("王小明", "王晓明"), ("王小明", "王小"), ("王小明", "王小明2"), ("马方长", "馬方長"), ("王", "")]


async def the_community_knows_its_people(told: Story) -> None:
    a, staff = told.a, told.staff
    await Household.filter(id=a.households[0].id).update(code="HC-001")
    community, grid = ids.make("Area", a.community.id), ids.make("Area", a.grid.id)
    building = {"id": ids.make("Area", a.building.id), "name": "1栋"}
    whole = (await told.run(None, "District"))["district"]
    assert (whole["id"], whole["kind"]) == (ids.make("Area", told.world.district.id), "DISTRICT")
    (street,) = nodes(whole["children"])
    assert (street["kind"], whole["name"]) == ("SUBDISTRICT", told.world.district.name)
    below = (await told.run(None, "AreaChildren", id=community))["node"]
    assert (below["id"], below["kind"], below["name"]) == (community, "COMMUNITY", "A社区")
    assert nodes(below["children"]) == [{"id": grid, "kind": "GRID", "name": "第一网格"}]
    below = (await told.run(staff, "AreaChildren", id=grid))["node"]
    assert nodes(below["children"]) == [{**building, "kind": "BUILDING"}]

    home = {
        "id": ids.make("Household", a.households[0].id),
        "code": "HC-001",
        "contactName": "孙居民",
        "address": "1栋100室",
        "building": building,
    }
    head = {"id": ids.make("HouseholdHead", a.heads[0].id), "name": "赵联户"}
    opened = (await told.run(staff, "HouseholdDetail", id=home["id"]))["node"]
    assert (opened["contactName"], opened["building"], opened["head"]["name"]) == ("孙居民", building, "赵联户")
    assert opened["availableActions"] == ["SUBMIT_WISH", "MOVE", "CHANGE_PHONE", "SHOW_CODE"]
    for search in ("1栋100", "孙", "HC-001", "10000001100"):
        (row,) = nodes((await told.run(staff, "Households", areaId=community, search=search))["households"])
        assert row.pop("availableActions") == ["SUBMIT_WISH", "MOVE", "CHANGE_PHONE", "SHOW_CODE"]
        assert row == {**home, "grid": {"id": grid, "name": "第一网格"}, "head": head}, search
    page = (await told.run(told.head, "HeadHouseholds"))["viewer"]["householdHead"]
    assert page["id"] == head["id"] and nodes(page["households"])[0] == {**home, "availableActions": ["SUBMIT_WISH"]}

    completed, waiting = await wishes.completed(told.api, a), await wishes.dispatched(told.api, a)
    page = (await told.run(told.head, "HeadWishes"))["viewer"]["householdHead"]
    assert page["onBoard"] is True and nodes(page["wishes"])[0]["availableActions"] == ["ACCEPT", "DECLINE"]
    assert {completed, waiting} <= {row["id"] for row in nodes(page["wishes"])}
    page = (await told.run(told.head, "HeadWishes", states=["RATED"]))["viewer"]["householdHead"]
    assert {row["state"] for row in nodes(page["wishes"])} == {"RATED"}


async def a_roster_is_imported(told: Story) -> None:
    async def imported(file: bytes, **given: Any) -> dict[str, Any]:
        content = roster.in_base64(file)
        return await told.done(told.staff, "RosterImport", fileName="住户.csv", contentBase64=content, **given)

    refused = await story.act(told.api, told.staff, "RosterImport", fileName="住户.csv", contentBase64="%")
    assert refused == {
        "report": None,
        "errors": [
            {
                "code": "INVALID_INPUT",
                "message": "文件内容不完整，请重新选择文件",
                "field": ["input", "contentBase64"],
            }
        ],
    }
    report = await imported(roster.BROKEN)
    assert report["problems"] == [
        {"sheet": "住户.csv", "row": 2, "column": "电话", "value": "123****", "message": "手机号应为 11 位数字，请核对"}
    ]
    assert (report["tallies"], report["changes"], report["moreProblems"]) == ([], [], False)
    file = {"fileName": "住户.csv", "contentBase64": roster.in_base64(roster.BROKEN), "dryRun": True}
    returned = (await told.run(told.staff, "RosterImport", input=file, refusedRows=True))["rosterImport"]["refusedRows"]
    assert returned["fileName"] == "名册-有问题的行.xlsx"
    assert base64.b64decode(returned["contentBase64"])[:2] == b"PK"
    tried = await imported(roster.CORRECTED, dryRun=True)
    assert tried["problems"] == [] and (tried["rows"], len(tried["notices"])) == (1, 1)
    assert tried["changes"] == [{"sheet": "住户.csv", "row": 2, "what": "住户 H1", "columns": ["户编号", "联系人"]}]
    assert tried["tallies"][-1] == {"kind": "住户", "added": 0, "changed": 1, "unchanged": 0}
    done = await imported(roster.CORRECTED)
    assert done == {**tried, "dryRun": False}
    assert (await imported(roster.CORRECTED))["changes"] == []
    back = roster.CORRECTED.replace("李大民".encode(), "李居民".encode())
    assert (await imported(back))["changes"][0]["columns"] == ["联系人"]


# What community staff may always do with a head in office.
DESK = ["LEAVE", "CHANGE_PHONE", "SHOW_CODE"]


async def heads_come_and_go(told: Story) -> None:
    a, staff = told.a, told.staff
    first, second = (ids.make("HouseholdHead", one.id) for one in a.heads)
    left = await told.done(told.head, "HeadLeaveBoard", headId=first)
    assert (left["id"], left["onBoard"]) == (first, False) and left["points"]["available"] >= 0
    joined = await told.done(told.head, "HeadJoinBoard", headId=first)
    assert left["availableActions"] == ["JOIN_BOARD", "LEAVE"]
    assert joined.pop("availableActions") == ["LEAVE_BOARD", "LEAVE"]
    assert joined == {"id": first, "onBoard": True, "rank": 6}

    suspended = await told.done(staff, "HeadSuspend", headId=second, reason="核实情况")
    assert suspended.pop("suspendedAt")
    assert suspended.pop("availableActions") == ["RESUME", *DESK]
    assert suspended == {"id": second, "name": "钱联户", "stateReason": "核实情况"}
    (row,) = nodes((await told.run(staff, "Heads", search="钱"))["heads"])
    assert row["suspendedAt"] and row["stateReason"] == "核实情况"
    opened = (await told.run(staff, "HeadDetail", id=second))["node"]
    assert opened["suspendedAt"] == row["suspendedAt"] and opened["leftAt"] is None
    assert await told.done(staff, "HeadResume", headId=second, reason="已核实") == {
        "id": second,
        "name": "钱联户",
        "suspendedAt": None,
        "stateReason": "已核实",
        "availableActions": ["SUSPEND", *DESK],
    }

    home = ids.make("Household", a.households[1].id)
    payload = await story.done(told.api, staff, "HouseholdsMove", householdIds=[home], headId=second)
    head = {"id": second, "name": "钱联户"}
    actions = {"availableActions": ["SUBMIT_WISH", "MOVE", "CHANGE_PHONE", "SHOW_CODE"]}
    assert payload["households"] == [
        {"id": home, "contactName": "李居民", "address": "1栋101室", "head": head, **actions}
    ]
    assert await told.done(staff, "HeadChangePhone", headId=second, name="钱联户", phone="13800000077") == {
        "id": second,
        "name": "钱联户",
        "availableActions": ["SUSPEND", *DESK],
    }
    assert await told.done(staff, "HouseholdChangePhone", householdId=home, name="李居民", phone="13800000078") == {
        "id": home,
        "contactName": "李居民",
        **actions,
    }
    gone = await told.done(staff, "HeadLeave", headId=second, reason="搬离本区", successorId=first)
    assert gone.pop("leftAt")
    assert gone == {"id": second, "name": "钱联户", "stateReason": "搬离本区", "onBoard": False, "availableActions": []}
    opened = (await told.run(staff, "HeadDetail", id=second))["node"]
    assert opened["leftAt"] and nodes(opened["households"]) == opened["availableActions"] == []
    opened = (await told.run(staff, "HeadDetail", id=first))["node"]
    assert [row["contactName"] for row in nodes(opened["households"])] == ["孙居民", "李居民", "周居民"]
    page = (await told.run(told.head, "HeadHouseholds"))["viewer"]["householdHead"]["households"]
    assert [row["contactName"] for row in nodes(page)] == ["孙居民", "李居民", "周居民"]
    rows = nodes((await told.run(staff, "Heads"))["heads"])
    assert [(row["name"], row["onBoard"], row["leftAt"] is None) for row in rows] == [
        ("赵联户", True, True),
        ("钱联户", False, False),
    ]
    place = rows[0]["grid"]
    assert (rows[0]["starLevel"], place["name"], place["parent"]["name"]) == (1, "第一网格", "A社区")


async def the_auditor_looks_back(told: Story) -> None:
    head, staff = ids.make("HouseholdHead", told.a.heads[1].id), told.staff

    async def found(**given: Any) -> list[dict[str, Any]]:
        return nodes((await told.run(told.world.auditor, "AuditEntries", **given))["auditEntries"])

    (entry, *before) = await found(subjectId=head)
    assert (entry["action"], entry["subject"], entry["subjectId"], entry["who"]) == (
        "head.leave",
        "HouseholdHead",
        head,
        "吴社工",
    )
    assert {"name": "households", "value": "2"} in entry["details"]
    assert [one["action"] for one in before] == ["head.resume", "head.suspend"]
    whole = await found(accountId=entry["accountId"], action="household.", **{"from": entry["occurredAt"]})
    assert [(one["who"], one["action"]) for one in whole] == [
        (staff.name, f"household.{what}") for what in ("move", "move", "change_phone", "move")
    ], "one moved and got another phone, then two handed over"
    assert await found(action="head.", until=before[-1]["occurredAt"]) == []
    assert (await told.run(staff, "AuditEntries"))["auditEntries"] is None


def head_id(world: World, index: int = 0) -> str:
    return ids.make("HouseholdHead", world.a.heads[index].id)


def leaving(world: World, index: int = 0, **more: Any) -> dict[str, Any]:
    return {"headId": head_id(world, index), "reason": "搬家离开", **more}


async def households_of(world: World, index: int | None = 0) -> list[int]:
    """Which of A's households the head has; of nobody for None."""
    head = None if index is None else world.a.heads[index].id
    rows = {one.id for one in await Household.filter(head_id=head)}
    return [place for place, one in enumerate(world.a.households) if one.id in rows]


async def audited(subject: Any) -> list[tuple[str, Any, dict[str, Any]]]:
    rows = await database.fetch(
        "SELECT action, account_id, details FROM audit_entries WHERE subject_id = $1 ORDER BY id", subject
    )
    return [(row["action"], row["account_id"], json.loads(row["details"])) for row in rows]
