"""What a head must have done, line by line; and what is kept of it."""

from dataclasses import replace

import pytest

from models.enums import SeasonSubject
from services.honours.rules import Evidence, Rule, unmet, with_rule
from services.kit.errors import Refusal

ENOUGH = Evidence(wishes=6, households=3, months=6, ratings=4, stars=18, reversals=0, suspended=False, in_office=False)
NOTHING = Rule(0, 0, 0, 0, 0)


def test_what_is_just_enough() -> None:
    assert unmet(Rule(), ENOUGH) == []


@pytest.mark.parametrize(
    ("less", "words"),
    [
        ({"months": 5}, "任联户长未满 6 个月"),
        ({"wishes": 5}, "评过的心愿不足 6 件"),
        ({"households": 2}, "帮助的住户不足 3 户"),
        ({"ratings": 2, "stars": 10}, "由人评的不足 3 次"),
        ({"stars": 17}, "平均星级不到 4.5 星"),
        ({"reversals": 1}, "期间有积分被冲正"),
        ({"suspended": True}, "已暂停"),
        ({"in_office": True}, "在职的网格员、社区工作者和管理人员不参评"),
    ],
)
def test_each_thing_that_is_missing_is_told(less: dict[str, int], words: str) -> None:
    assert unmet(Rule(), replace(ENOUGH, **less)) == [words]


def test_who_did_nothing_meets_a_rule_that_asks_for_nothing() -> None:
    assert unmet(NOTHING, Evidence(wishes=0, households=0)) == []
    assert len(unmet(Rule(), Evidence(wishes=0, households=0))) == 4, "an average of nothing is no failing"


def test_only_heads_have_a_rule() -> None:
    assert unmet(None, Evidence(wishes=0, households=0)) == []
    assert with_rule(SeasonSubject.HEAD, None) == Rule() and with_rule(SeasonSubject.HEAD, NOTHING) == NOTHING
    assert with_rule(SeasonSubject.BUILDING, NOTHING) is None


def test_what_is_kept_reads_back_the_same() -> None:
    assert Rule.of('{"months":1,"wishes":2,"households":3,"ratings":4,"average_tenths":5}') == Rule(1, 2, 3, 4, 5)
    assert Rule(1, 2, 3, 4, 5).kept() == {"months": 1, "wishes": 2, "households": 3, "ratings": 4, "average_tenths": 5}
    assert Evidence.of('{"wishes": 1, "households": 1}') == Evidence(1, 1)
    assert Evidence(1, 1).kept() == {"wishes": 1, "households": 1}


def test_an_average_is_of_what_people_gave() -> None:
    assert (ENOUGH.average, replace(ENOUGH, ratings=0, stars=0).average) == (4.5, None)


@pytest.mark.parametrize("name", ["months", "wishes", "households", "ratings", "average_tenths"])
@pytest.mark.parametrize("value", [-1, 1001])
def test_a_rule_has_bounds(name: str, value: int) -> None:
    assert Rule().checked() == Rule()
    with pytest.raises(Refusal) as caught:
        replace(Rule(), **{name: value}).checked()
    assert caught.value.field == f"terms.rule.{'averageTenths' if name == 'average_tenths' else name}"
