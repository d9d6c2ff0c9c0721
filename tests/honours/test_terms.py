"""The terms of a season: each bound, and the sentence for each mistake."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from models.enums import SeasonSubject
from services.honours.rules import Rule
from services.honours.terms import Benefit, Terms, fit, largest_quota
from services.kit.errors import ErrorCode, Refusal

TODAY = date(2026, 5, 15)
BENEFIT = Benefit(UUID(int=1), 1, 366)
FIT = Terms(
    title=" 年度优秀联户长 ",
    subject=SeasonSubject.HEAD,
    basis="一份文件",
    criteria="热心\n公道",
    deeds_from=date(2025, 5, 1),
    deeds_until=TODAY,
    nominate_from=TODAY,
    nominate_until=TODAY,
    quota=150,
    benefit=BENEFIT,
)


def test_what_is_fit_is_cleaned_and_has_a_rule() -> None:
    found = fit(FIT, TODAY)
    assert found == replace(FIT, title="年度优秀联户长", rule=Rule())
    assert fit(replace(FIT, subject=SeasonSubject.UNIT, benefit=None), TODAY).rule is None


@pytest.mark.parametrize(
    ("amiss", "field", "words"),
    [
        ({"title": ""}, "title", "请填写"),
        ({"basis": "长" * 121}, "basis", "最多 120"),
        ({"criteria": "长" * 501}, "criteria", "最多 500"),
        ({"quota": 0}, "quota", "1 到 150"),
        ({"quota": 151}, "quota", "1 到 150"),
        ({"notice_days": 4}, "noticeDays", "5 到 30"),
        ({"deeds_from": TODAY + timedelta(days=1)}, "deedsUntil", "事迹期间的截止日不能早于起始日"),
        ({"deeds_from": TODAY - timedelta(days=732)}, "deedsUntil", "事迹期间最长 731 天"),
        ({"nominate_from": TODAY + timedelta(days=1)}, "nominateUntil", "提名期间的截止日不能早于起始日"),
        ({"nominate_until": TODAY + timedelta(days=93)}, "nominateUntil", "提名期间最长 92 天"),
        (
            {"nominate_from": TODAY - timedelta(days=9), "nominate_until": TODAY - timedelta(days=1)},
            "nominateUntil",
            "不能早于今天",
        ),
        (
            dict.fromkeys(("nominate_from", "nominate_until"), TODAY + timedelta(days=732)),
            "nominateUntil",
            "两年之内",
        ),
        ({"deeds_until": TODAY + timedelta(days=1)}, "deedsUntil", "不能晚于提名的截止日"),
        ({"deeds_from": date(1999, 12, 31), "deeds_until": date(2000, 1, 31)}, "deedsFrom", "不能早于 2000 年"),
        ({"rule": Rule(months=61)}, "rule.months", "0 到 60"),
        ({"benefit": Benefit(UUID(int=1), 11, 1)}, "benefit.quantity", "1 到 10"),
        ({"benefit": Benefit(UUID(int=1), 1, 367)}, "benefit.validDays", "1 到 366"),
        ({"subject": SeasonSubject.BUILDING}, "benefit", "只有优秀联户长可以附带优惠"),
        ({"subject": SeasonSubject.BUILDING, "benefit": None, "rule": Rule()}, "rule", "只有优秀联户长可以设评选条件"),
    ],
)
def test_each_mistake_has_its_sentence(amiss: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        fit(replace(FIT, **amiss), TODAY)
    refused = caught.value
    assert (refused.code, refused.field) == (ErrorCode.INVALID_INPUT, f"terms.{field}") and words in refused.message


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Refusal) as caught:
        fit(replace(FIT, title="", quota=0, deeds_from=TODAY + timedelta(days=1)), TODAY)
    assert [one.field for one in caught.value.all] == ["terms.title", "terms.deedsUntil", "terms.quota"]


@pytest.mark.parametrize(("heads", "most"), [(0, 0), (19, 0), (20, 1), (39, 1), (2400, 120), (3000, 150), (5986, 150)])
def test_a_quota_is_five_in_a_hundred(heads: int, most: int) -> None:
    assert largest_quota(heads) == most
