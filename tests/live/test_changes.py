"""What is told about changes: whatever a row says arrives as it was meant, in notifications that PostgreSQL takes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import LeaderboardPeriod as Period
from services.kit import clock
from services.kit.periods import Window
from services.kit.viewer import ANONYMOUS, Viewer
from services.live import changes
from services.live.changes import ALWAYS, Change, Interest, Topic

ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
FRIDAY = datetime(2026, 5, 15, 12, 0, tzinfo=clock.SHANGHAI)

instants = st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2199, 12, 30), timezones=st.just(UTC))
paths = st.lists(st.text("ab0é社", min_size=1, max_size=3), min_size=1, max_size=6).map(
    lambda codes: "/".join(codes) + "/"
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
told = st.builds(
    Change,
    st.sampled_from(Topic),
    st.uuids(),
    st.none() | st.lists(st.uuids().map(changes.head_key) | paths.map(changes.area_key), max_size=100).map(tuple),
    st.none() | instants,
)


def heard(texts: list[str]) -> list[Change]:
    found = [changes.heard(text) for text in texts]
    assert None not in found
    return [change for some in found for change in some or []]


@given(st.lists(told, max_size=60))
def test_what_is_told_is_heard_in_its_order(many: list[Change]) -> None:
    texts = list(changes.notifications(many))
    assert all(0 < len(text.encode()) <= 7999 for text in texts)
    assert heard(texts) == [one if fits(one) else Change(one.topic, one.subject_id, None) for one in many]


def fits(change: Change) -> bool:
    at = change.posted_at.isoformat() if change.posted_at else None
    said = [[change.topic, str(change.subject_id), change.concerns, at]]
    return len(json.dumps(said, separators=(",", ":"))) <= 7999


def test_as_many_go_into_a_notification_as_it_holds() -> None:
    change = Change(Topic.WISH, ONE, (changes.household_key(TWO), changes.head_key(THREE)))
    (alone,) = changes.notifications([change])
    fits = (7999 - 1) // (len(alone) - 1)
    assert len(list(changes.notifications([change] * fits))) == 1
    assert [len(heard([text])) for text in changes.notifications([change] * (fits + 1))] == [fits, 1]
    assert list(changes.notifications([])) == []


@pytest.mark.parametrize("length", [7999, 8000])
def test_a_change_that_alone_is_too_long_concerns_everybody(length: int) -> None:
    short = Change(Topic.WISH, ONE, ("",))
    (text,) = changes.notifications([short])
    long = Change(Topic.WISH, TWO, ("x" * (length - len(text)),))
    first, *others = heard(list(changes.notifications([long, short])))
    assert first == (long if length <= 7999 else Change(Topic.WISH, TWO, None)) and others == [short]


def test_a_row_full_of_heads_fits() -> None:
    heads = [str(UUID(int=number)) for number in range(changes.MAX_HEADS)]
    change = changes.change_of("wish.changed", ONE, {"household_id": str(TWO), "path": "d/s/", "head_ids": heads})
    assert change is not None and change.concerns is not None and len(change.concerns) == 102
    assert heard(list(changes.notifications([change]))) == [change]


@pytest.mark.parametrize(
    ("topic", "payload", "concerns"),
    [
        (
            "wish.changed",
            {"household_id": str(TWO), "path": "d/s/", "head_ids": [str(THREE)]},
            (f"household:{TWO}", "area:d/s/", f"head:{THREE}"),
        ),
        (
            "wish.changed",
            {"household_id": str(TWO), "path": "d/s/", "head_ids": [], "state": "RATED"},
            (f"household:{TWO}", "area:d/s/"),
        ),
        ("redemption.changed", {"head_id": str(TWO), "shop_id": str(THREE)}, (f"head:{TWO}", f"shop:{THREE}")),
        ("shop.alerted", {"shop_id": str(TWO), "path": "d/s/"}, (f"shop:{TWO}", "area:d/s/")),
        ("leaderboard.changed", {"path": "d/s/", "posted_at": None}, ("area:d/s/",)),
        ("notification.added", {"account_id": str(TWO)}, (f"account:{TWO}",)),
    ],
)
def test_a_row_says_whom_it_concerns(topic: str, payload: dict[str, Any], concerns: tuple[str, ...]) -> None:
    assert changes.change_of(topic, ONE, payload) == Change(Topic(topic), ONE, concerns)


def test_a_row_about_the_board_says_when_it_was_posted() -> None:
    payload = {"path": "d/", "posted_at": FRIDAY.isoformat()}
    assert changes.change_of("leaderboard.changed", ONE, payload) == Change(
        Topic.LEADERBOARD, ONE, ("area:d/",), FRIDAY
    )


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("wish.changed", {}),
        ("wish.changed", {"household_id": str(TWO), "head_id": None}),
        ("wish.changed", {"household_id": "x", "path": "d/s/", "head_ids": []}),
        ("wish.changed", {"household_id": str(TWO), "head_ids": []}),  # of an earlier version
        ("redemption.changed", {"state": "CONFIRMED"}),
        ("shop.alerted", {"shop_id": str(TWO)}),
        ("shop.alerted", {"shop_id": str(TWO), "path": "d"}),
        ("leaderboard.changed", {"posted_at": FRIDAY.isoformat()}),
        ("leaderboard.changed", {"path": "d/", "posted_at": "2026-05-15T12:00:00"}),
        ("leaderboard.changed", {"path": "d", "posted_at": None}),
        ("notification.added", {"account": str(TWO)}),
    ],
)
def test_a_row_that_names_nobody_concerns_everybody(topic: str, payload: dict[str, Any]) -> None:
    assert changes.change_of(topic, ONE, payload) == Change(Topic(topic), ONE, None)


KNOWN = ["account_id", "household_id", "head_ids", "head_id", "shop_id", "path", "posted_at"]


@given(st.sampled_from(Topic), st.dictionaries(st.sampled_from(KNOWN), json_values))
def test_no_row_is_too_odd_to_be_told(topic: Topic, payload: dict[str, Any]) -> None:
    change = changes.change_of(topic, ONE, payload)
    assert change is not None and heard(list(changes.notifications([change])))[0].subject_id == ONE


def test_what_nobody_listens_to_is_not_told() -> None:
    assert changes.change_of("shop.changed", ONE, {}) is None


@given(st.text() | json_values.map(json.dumps))
def test_what_is_none_of_ours_is_not_understood(text: str) -> None:
    found = changes.heard(text)
    assert found is None or found == []


@pytest.mark.parametrize(
    "entry",
    [
        ["wish.changed", str(ONE), "head:x", None],
        ["wish.changed", str(ONE), [5], None],
        ["other", str(ONE), [], None],
        ["wish.changed", "x", [], None],
        ["wish.changed", 5, [], None],
        ["wish.changed", str(ONE), []],
        ["wish.changed", str(ONE), [], "today"],
        ["wish.changed", str(ONE), [], "2026-05-15T12:00:00"],
        ["wish.changed", str(ONE), [], 5],
        ["wish.changed", str(ONE), [], 0],
        ["wish.changed", str(ONE), [], ""],
    ],
)
def test_what_another_version_tells_is_not_understood(entry: list[Any]) -> None:
    assert changes.heard(json.dumps([entry])) is None


def test_everybody_hears_of_the_own() -> None:
    viewer = Viewer(household_ids=(ONE, TWO), head_id=THREE, shop_ids=(ONE,), worker_paths=("d/s/",))
    assert changes.own_wishes(viewer) == Interest(
        Topic.WISH, frozenset({f"household:{ONE}", f"household:{TWO}", f"head:{THREE}", "area:d/s/"}), ALWAYS
    )
    assert changes.own_wishes(Viewer(staff_paths=("d/",))).keys == {"area:d/"}
    assert changes.own_wishes(Viewer(admin_paths=("d/",), auditor_paths=("d/",))).keys == frozenset()
    assert changes.own_redemptions(viewer) == Interest(
        Topic.REDEMPTION, frozenset({f"shop:{ONE}", f"head:{THREE}"}), ALWAYS
    )
    assert changes.own_wishes(ANONYMOUS).keys == changes.own_redemptions(ANONYMOUS).keys == frozenset()
    assert changes.own_notifications(Viewer(account_id=ONE)) == Interest(
        Topic.NOTIFICATION, frozenset({f"account:{ONE}"}), ALWAYS
    )
    assert changes.own_notifications(ANONYMOUS).keys == frozenset()


@given(paths, paths)
def test_a_board_hears_of_its_subtree_alone(above: str, below: str) -> None:
    def reached(path: str) -> bool:
        change = Change(Topic.LEADERBOARD, ONE, (changes.area_key(path),))
        return not changes.board(above, Period.WEEK, FRIDAY).keys.isdisjoint(changes.addresses(change))

    assert reached(above) and reached(above + below)
    assert reached(below) == below.startswith(above)


def test_an_alert_is_heard_in_its_shop_and_above_it() -> None:
    change = changes.change_of("shop.alerted", ONE, {"shop_id": str(ONE), "path": "d/s/a/"})
    assert change is not None
    told = set(changes.addresses(change))
    for viewer, hears in (
        (Viewer(shop_ids=(TWO, ONE), owned_shop_ids=(TWO, ONE)), True),
        (Viewer(staff_paths=("d/s/a/",)), True),
        (Viewer(admin_paths=("d/",)), True),
        (Viewer(auditor_paths=("d/s/",)), True),
        (Viewer(owned_shop_ids=(TWO,)), False),
        (Viewer(shop_ids=(ONE,)), False),
        (ANONYMOUS, False),
        (Viewer(staff_paths=("d/s/a/b/",)), False),
        (Viewer(staff_paths=("d/s/b/",)), False),
        (Viewer(worker_paths=("d/s/a/",), head_id=ONE, household_ids=(ONE,)), False),
    ):
        assert (not changes.shop_alerts(viewer).keys.isdisjoint(told)) == hears, viewer


def test_other_changes_are_found_by_what_they_name() -> None:
    assert list(changes.addresses(Change(Topic.WISH, ONE, ("household:a/b", "head:c")))) == ["household:a/b", "head:c"]
    assert list(changes.addresses(Change(Topic.WISH, ONE, None))) == []


@pytest.mark.parametrize(
    ("period", "starts_at", "ends_at"),
    [
        (Period.WEEK, datetime(2026, 5, 11), datetime(2026, 5, 18)),
        (Period.MONTH, datetime(2026, 5, 1), datetime(2026, 6, 1)),
        (Period.QUARTER, datetime(2026, 4, 1), datetime(2026, 7, 1)),
        (Period.YEAR, datetime(2026, 1, 1), datetime(2027, 1, 1)),
    ],
)
def test_a_board_hears_of_what_was_posted_in_its_window(period: Period, starts_at: datetime, ends_at: datetime) -> None:
    starts_at, ends_at = starts_at.replace(tzinfo=clock.SHANGHAI), ends_at.replace(tzinfo=clock.SHANGHAI)
    wanted = changes.board("d/", period, FRIDAY).window
    assert wanted == Window(starts_at, ends_at)
    moment = timedelta(microseconds=1)
    for at, there in (
        (starts_at, True),
        (starts_at - moment, False),
        (ends_at - moment, True),
        (ends_at, False),
        (None, True),
    ):
        assert changes.in_window(Change(Topic.LEADERBOARD, ONE, ("area:d/",), at), wanted) == there


@given(instants)
def test_the_board_of_all_time_hears_of_all(at: datetime) -> None:
    assert changes.in_window(Change(Topic.LEADERBOARD, ONE, (), at), changes.board("d/", Period.ALL, FRIDAY).window)


def test_a_channel_bears_the_schemas_name_and_fits() -> None:
    assert changes.channel("public") == "xingdian:public"
    longest = ["a" * 63, "a" * 62 + "b", "a" * 55, "a" * 54]
    names = [changes.channel(schema) for schema in longest]
    assert len(set(names)) == 4 and all(len(name) <= 63 for name in names)
    assert names[3] == "xingdian:" + longest[3]
