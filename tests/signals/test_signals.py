"""Signals are read by those above and by nobody whom they are about; judged once; and nothing else ever reads them."""

import ast
import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from models.audit import AuditEntry
from models.enums import Role, SignalJudgement, SignalKind, SignalState
from models.signals import Signal
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.signals import signals
from services.signals.rules import CodeGuesses
from services.work import due
from tests.town import signals as signalling
from tests.town import story, till, wishes
from tests.town.documents import Api, instant, nodes
from tests.town.postgres import snapshot, unchanged
from tests.town.signals import flagged
from tests.town.world import FRIDAY_NOON, Person, Travel, World, grant, person

ROOT = Path(__file__).parents[2]
CODE_GUESSES = SignalKind.CODE_GUESSES
JUDGED = {"state": "HARMLESS", "judgement": "已核实,老主顾"}


async def listed(api: Api, who: Person | None, **given: Any) -> list[str] | None:
    """The kinds that somebody is shown, newest first; None where there is no list for them."""
    found = (await api.run(who.token if who else None, "Signals", **given))["signals"]
    return None if found is None else [one["kind"] for one in nodes(found)]


async def sees(api: Api, who: Person, signal: str) -> bool:
    return (await api.run(who.token, "SignalDetail", id=signal))["node"] is not None


async def one_of_each(world: World) -> dict[SignalKind, str]:
    return {kind: await flagged(world.a, kind, world.b) for kind in SignalKind}


# Raising.


async def test_the_same_is_raised_once(travel: Travel, world: World) -> None:
    @database.transactional
    async def raising() -> bool:
        figures = CodeGuesses(20, 2, 1, 30, 20)
        return await signals.raise_alert(CODE_GUESSES, "k", clock.day_of(clock.now()), figures, shop_id=world.a.shop.id)

    assert sorted(await asyncio.gather(*(raising() for _ in range(4)))) == [False, False, False, True]
    assert await Signal.all().count() == 1 == await AuditEntry.filter(action="signal.raise", account_id=None).count()
    travel.by(days=1)
    async with unchanged():
        assert await raising() is False


async def test_a_signal_has_the_figures_of_its_kind(world: World) -> None:
    with pytest.raises(AssertionError):
        await signals.raise_alert(SignalKind.BURST, "k", clock.day_of(clock.now()), CodeGuesses(1, 1, 1, 1, 1))


# Reading.


async def test_who_is_shown_what(travel: Travel, world: World, api: Api) -> None:
    every = await one_of_each(world)
    newest_first = [kind.value for kind in reversed(list(SignalKind))]
    sub_admin = await person("街道管理员", Role.DISTRICT_ADMIN, area=world.a.community)
    for who in (world.admin, world.auditor, sub_admin):
        assert await listed(api, who) == newest_first
        assert [await sees(api, who, one) for one in every.values()] == [True] * len(every)
    assert await listed(api, world.a.staff) == ["CODE_GUESSES"]
    assert [kind for kind, one in every.items() if await sees(api, world.a.staff, one)] == [CODE_GUESSES]
    assert await listed(api, world.b.staff) == [], "nothing of the other community's"
    foreign_admin = await person("外管理", Role.DISTRICT_ADMIN, area=world.b.community)
    assert await listed(api, foreign_admin) == ["FAR_APART"], "whose second shop lies there"
    for who in (world.a.cashier, *world.a.head_people, world.a.residents[0], world.a.worker, None):
        assert await listed(api, who) is None
    for who in (world.a.cashier, *world.a.head_people, world.a.residents[0], world.a.worker):
        assert [kind for kind, one in every.items() if await sees(api, who, one)] == []


@pytest.mark.parametrize("whose", ["shop", "other shop", "head", "household"])
@pytest.mark.parametrize("role", [Role.DISTRICT_ADMIN, Role.AUDITOR])
async def test_nobody_is_shown_what_is_about_themselves(
    travel: Travel, world: World, api: Api, whose: str, role: Role
) -> None:
    every = await one_of_each(world)
    a = world.a
    people = {"shop": a.cashier, "other shop": world.b.cashier, "head": a.head_people[0], "household": a.residents[0]}
    who = people[whose]
    assert who
    await grant(who.account_id, role, area=world.district)
    about = {
        "shop": {"MUTUAL_SHARE", "OUTSIDE_OPENING_HOURS", "JUST_ABOVE_MINIMUM", "FAR_APART"},
        "other shop": {"FAR_APART"},
        "head": {"MUTUAL_SHARE", "BURST", "FAR_APART", "WISH_CYCLE", "SHARED_DEVICE"},
        "household": {"WISH_CYCLE", "SHARED_DEVICE"},
    }[whose]
    shown = {kind.value for kind in SignalKind} - about
    assert set(await listed(api, who) or []) == shown
    assert {kind.value for kind, one in every.items() if await sees(api, who, one)} == shown


async def test_by_area_kind_and_state_and_page(travel: Travel, world: World, api: Api) -> None:
    admin = world.admin
    for place in (world.a, world.a, world.b):
        await flagged(place, SignalKind.BURST)
    judged = await flagged(world.a, SignalKind.MUTUAL_SHARE)
    await story.done(api, admin, "SignalJudge", signalId=judged, **JUDGED)
    assert await listed(api, admin) == ["BURST"] * 3
    assert await listed(api, admin, areaId=ids.make("Area", world.b.grid.id)) == ["BURST"]
    assert await listed(api, admin, areaId=ids.make("Area", world.b.community.id), kinds=["MUTUAL_SHARE"]) == []
    assert await listed(api, admin, states=["HARMLESS"]) == ["MUTUAL_SHARE"]
    assert await listed(api, admin, states=["HARMLESS", "OPEN"], kinds=["MUTUAL_SHARE"]) == ["MUTUAL_SHARE"]
    assert await listed(api, admin, states=[]) == []
    assert await listed(api, world.a.staff, areaId=ids.make("Area", world.b.community.id)) is None
    assert await listed(api, admin, areaId="x") is None
    seen, after = [], None
    for _ in range(3):
        page = (await api.run(admin.token, "Signals", first=1, after=after))["signals"]
        seen += [ids.find(one["id"], "Signal") for one in nodes(page)]
        after = page["pageInfo"]["endCursor"]
    assert len(set(seen)) == 3 and page["pageInfo"]["hasNextPage"] is False and seen == sorted(seen, reverse=True)


async def test_a_signal_keeps_its_explanation_when_the_settings_change(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = await flagged(world.a, SignalKind.MUTUAL_SHARE)
    monkeypatch.setenv("SIGNAL_SHARE_PERCENT", "90")
    shown = (await api.run(world.admin.token, "SignalDetail", id=signal))["node"]
    assert shown["explanation"].endswith("提示线：双方均不低于 50% 且不少于 5 笔")
    assert {"name": "占该店核销的比例", "value": "50%", "threshold": "不低于 50%"} in shown["figures"]


async def test_what_is_due_says_that_there_is_something_to_judge(travel: Travel, world: World, api: Api) -> None:
    signal = await flagged(world.a)
    at = clock.now()
    travel.by(days=3)
    (row,) = [one for one in await due.waiting() if one.kind == "signals_to_judge"]
    assert (row.words, row.by, row.count, row.since, row.late) == ("异常提示待研判", "people", 1, at, False)
    await story.done(api, world.admin, "SignalJudge", signalId=signal, **JUDGED)
    assert [one.count for one in await due.waiting() if one.kind == "signals_to_judge"] == [0]


async def test_wrong_codes_at_half_past_one_are_of_the_ending_day(travel: Travel, world: World, api: Api) -> None:
    night = FRIDAY_NOON.replace(hour=1, minute=30) + timedelta(days=1)
    days = []
    for at in (night, night + timedelta(minutes=30)):
        travel.to(at)
        await signalling.alerted(world.a)
        days.append(nodes((await api.run(world.admin.token, "Signals"))["signals"])[0]["day"])
    assert days == ["2026-05-15", "2026-05-16"]


# Judging.


async def test_judging_is_noted_and_changes_nothing_else(travel: Travel, world: World, api: Api) -> None:
    signal = await flagged(world.a)
    travel.by(minutes=5)
    before = await snapshot()
    payload = await story.done(api, world.admin, "SignalJudge", signalId=signal, **JUDGED)
    after = await snapshot()
    assert {table for table in after if after[table] != before[table]} == {"signals", "audit_entries"}
    assert payload["signal"] == {
        "id": signal,
        **JUDGED,
        "judgedBy": "管理员",
        "judgedAt": instant(clock.now()),
        "availableActions": [],
    }
    (entry,) = await AuditEntry.filter(action="signal.judge")
    assert entry.account_id == world.admin.account_id and entry.subject_id == ids.find(signal, "Signal")
    assert entry.details == {"state": "HARMLESS", "kind": "WISH_CYCLE"}, "and not what was written"


async def test_again_the_same_is_fine_and_anything_else_is_too_late(travel: Travel, world: World, api: Api) -> None:
    signal = await flagged(world.a)
    await story.done(api, world.admin, "SignalJudge", signalId=signal, **JUDGED)
    other = await person("另一位管理员", Role.DISTRICT_ADMIN, area=world.district)
    travel.by(minutes=1)
    async with unchanged():
        again = await story.done(api, world.admin, "SignalJudge", signalId=signal, **JUDGED)
        assert again["signal"]["judgedBy"] == "管理员"
        for who, given in (
            (world.admin, JUDGED | {"state": "FOLLOWED_UP"}),
            (world.admin, JUDGED | {"judgement": "改主意了"}),
            (other, JUDGED),
        ):
            assert story.code(await story.act(api, who, "SignalJudge", signalId=signal, **given)) == "INVALID_STATE"


async def test_of_several_at_once_one_judges(travel: Travel, world: World, api: Api) -> None:
    signal = await flagged(world.a)
    payloads = await asyncio.gather(
        *(
            story.act(api, world.admin, "SignalJudge", signalId=signal, state="HARMLESS", judgement=f"第{place}次")
            for place in range(4)
        )
    )
    assert sorted(map(str, map(story.code, payloads))) == ["INVALID_STATE"] * 3 + ["None"]
    assert await AuditEntry.filter(action="signal.judge").count() == 1


@pytest.mark.parametrize("given", [{"judgement": " "}, {"judgement": "长" * 201}])
async def test_what_is_no_judgement(travel: Travel, world: World, api: Api, given: dict[str, str]) -> None:
    signal = await flagged(world.a)
    async with unchanged():
        payload = await story.act(api, world.admin, "SignalJudge", signalId=signal, **{**JUDGED, **given})
    assert story.code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", *given]


async def test_a_judgement_is_every_state_but_open() -> None:
    assert {*SignalJudgement} == {*SignalState} - {SignalState.OPEN}


async def test_who_judges_what(travel: Travel, world: World, api: Api) -> None:
    cycle, guesses = await flagged(world.a), await flagged(world.a, CODE_GUESSES)
    both = await person("管理兼店员", Role.DISTRICT_ADMIN, area=world.district)
    await grant(both.account_id, Role.SHOP_STAFF, shop=world.a.shop)
    audits = await person("审计兼社工", Role.AUDITOR, area=world.district)
    await grant(audits.account_id, Role.COMMUNITY_STAFF, area=world.b.community)
    head_too = world.a.head_people[0]
    await grant(head_too.account_id, Role.DISTRICT_ADMIN, area=world.district)
    said: dict[tuple[str, str], str | None] = {}
    async with unchanged():
        for name, who in (("both", both), ("audits", audits), ("staff", world.a.staff), ("foreign", world.b.staff)):
            for kind, signal in (("cycle", cycle), ("guesses", guesses)):
                if (name, kind) not in (("both", "cycle"), ("staff", "guesses")):
                    payload = await story.act(api, who, "SignalJudge", signalId=signal, **JUDGED)
                    said[name, kind] = story.code(payload)
        own = await story.act(api, both, "SignalJudge", signalId=guesses, **JUDGED)
        assert "与您有关" in own["errors"][0]["message"]
        assert story.code(await story.act(api, head_too, "SignalJudge", signalId=cycle, **JUDGED)) == "NOT_FOUND"
    assert said == {
        ("both", "guesses"): "FORBIDDEN",
        ("audits", "cycle"): "FORBIDDEN",
        ("audits", "guesses"): "FORBIDDEN",
        ("staff", "cycle"): "NOT_FOUND",
        ("foreign", "cycle"): "NOT_FOUND",
        ("foreign", "guesses"): "NOT_FOUND",
    }
    await story.done(api, both, "SignalJudge", signalId=cycle, **JUDGED)
    await story.done(api, world.a.staff, "SignalJudge", signalId=guesses, **JUDGED)


async def test_what_may_be_done_is_what_is_offered(travel: Travel, world: World, api: Api) -> None:
    both = await person("管理兼店员", Role.DISTRICT_ADMIN, area=world.district)
    await grant(both.account_id, Role.SHOP_STAFF, shop=world.a.shop)
    for kind in (SignalKind.WISH_CYCLE, CODE_GUESSES):
        for who in (world.admin, world.auditor, world.a.staff, both):
            signal = await flagged(world.a, kind)
            node = (await api.run(who.token, "SignalDetail", id=signal))["node"]
            offered = bool(node and node["availableActions"])
            payload = await story.act(api, who, "SignalJudge", signalId=signal, **JUDGED)
            assert (story.code(payload) is None) == offered, (kind, who.name)


SHOP, OTHER_SHOP, HEAD, HOUSEHOLD, SOMEBODY = (UUID(int=number) for number in range(1, 6))


@pytest.mark.parametrize(
    ("whose", "concerned"),
    [
        ({}, False),
        ({"shop_ids": (SOMEBODY,)}, False),
        ({"shop_ids": (SOMEBODY, SHOP)}, True),
        ({"shop_ids": (OTHER_SHOP,)}, True),
        ({"head_id": HEAD}, True),
        ({"head_id": SOMEBODY}, False),
        ({"household_ids": (SOMEBODY, HOUSEHOLD)}, True),
        ({"household_ids": (SOMEBODY,)}, False),
    ],
)
@pytest.mark.parametrize("kind", [SignalKind.FAR_APART, CODE_GUESSES])
def test_nobody_judges_what_is_about_themselves(kind: SignalKind, whose: dict[str, Any], concerned: bool) -> None:
    """By the rule itself, whether such a signal would be shown at all or not."""
    signal = signals.Signal(
        id=UUID(int=9), kind=kind, day=clock.day_of(clock.now()), content="{}", raised_at=clock.now(),
        state=SignalState.OPEN, shop_id=SHOP, shop_path="d/s/a/", other_shop_id=OTHER_SHOP, other_shop_path="d/s/b/",
        head_id=HEAD, head_path="d/s/c/g/", household_id=HOUSEHOLD, judged_by_id=None, judged_by_name=None,
        judged_at=None, judgement=None,
    )  # fmt: skip
    for reach in ("d/", "d/s/a/", "d/s/b/", "d/s/c/"):
        admin = Viewer(account_id=SOMEBODY, admin_paths=(reach,), **whose)
        assert signals.concerns(admin, signal) == concerned
        assert signals.may_judge(admin, signal) == (not concerned)
    assert not signals.may_judge(Viewer(account_id=SOMEBODY, admin_paths=("d/t/",)), signal)
    assert signals.may_judge(Viewer(account_id=SOMEBODY, staff_paths=("d/s/a/",)), signal) == (kind == CODE_GUESSES)
    about_a_shop_alone = replace(signal, other_shop_id=None, head_id=None, household_id=None)
    assert not signals.concerns(Viewer(account_id=SOMEBODY), about_a_shop_alone), "nothing is nobody's"


async def test_the_service_itself_refuses_who_stands_nowhere(travel: Travel, world: World) -> None:
    found = ids.find(await flagged(world.a), "Signal")
    assert found
    with pytest.raises(Refusal) as caught:
        await signals.judge(Viewer(account_id=world.admin.account_id), found, SignalJudgement.HARMLESS, "好")
    assert caught.value.code == ErrorCode.NOT_FOUND


# Never a punishment.

OWN = ("services/signals/", "schema/signals/")
# Who else knows of them: the list of upkeep, the till, which counts mistyped codes, and a shop's alerts.
ELSEWHERE = {
    "schema/accounts/todo.py",  # how many wait for the viewer
    "services/work/parts.py", "services/work/privacy.py", "services/till/attempts.py", "services/entry/devices.py",
    "schema/shops/types.py", "schema/root.py",
}  # fmt: skip
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE) \"?signals\b", re.IGNORECASE)


def knows_of_signals(path: Path) -> bool:
    """Whether a module imports what raises or reads them, or names their table in a statement."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [f"{node.module}.{one.name}" for one in node.names] if isinstance(node, ast.ImportFrom) else []
        names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if any(
            re.search(r"\b(?:services|models|schema)\.signals(?!\.(?:words|opening_hours))", name) for name in names
        ):
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TABLE.search(node.value):
            return True
    return False


def test_no_rule_and_no_mutation_reads_a_signal() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("services", "schema")
        for path in (ROOT / folder).rglob("*.py")
        if knows_of_signals(path)
    }
    assert {one for one in found if not one.startswith(OWN)} == ELSEWHERE
    assert re.findall(r"^  signal\w+\(", (ROOT / "schema.graphql").read_text(), re.MULTILINE) in (
        ["  signalJudge(", "  signals("],
        ["  signals(", "  signalJudge("],
    )


async def test_with_a_signal_a_head_and_a_shop_go_on_as_before(travel: Travel, rich: World, api: Api) -> None:
    for kind in SignalKind:
        judged = await flagged(rich.a, kind)
        await story.done(api, rich.admin, "SignalJudge", signalId=judged, state="FOLLOWED_UP", judgement="已约谈")
        await flagged(rich.a, kind)
    await till.redeemed(api, rich.a)
    await wishes.rated(api, rich.a)
    states = [SignalState.FOLLOWED_UP, SignalState.OPEN] * len(SignalKind)
    assert [one.state for one in await signalling.raised()] == states
