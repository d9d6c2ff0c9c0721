"""What a discount asks for and gives, in phrases as shops write them."""

import pytest

from services.kit.errors import Refusal
from services.sheets.spends import Phrase, at_most, at_once, from_spend, names_spend, off, phrase


@pytest.mark.parametrize(
    ("typed", "spend", "given"),
    [
        ("满30减5", 30, "5元"),
        ("满30元减5元", 30, "5元"),
        ("满 30 元 减 5 元", 30, "5元"),
        ("消费满30立减5元", 30, "5元"),
        ("满30-5", 30, "5元"),
        ("30减5", 30, "5元"),
        ("满三十减五", 30, "5元"),
        ("满1,000元减50", 1000, "50元"),
        ("单笔满30元以上即减5元", 30, "5元"),
        ("满30可减5", 30, "5元"),
        ("满30元优惠5元", 30, "5元"),
        ("满30省5", 30, "5元"),
        ("满100打8折", 100, "打8折"),
        ("满100元享八折", 100, "八折"),
        ("满100减20%", 100, "减20%"),
        ("消费满100元可享8.8折优惠", 100, "8.8折优惠"),
        ("满50送鸡蛋", 50, "鸡蛋"),
        ("满50元即送鸡蛋一盒", 50, "鸡蛋一盒"),
        ("购物满50元免费赠送鸡蛋", 50, "鸡蛋"),
        ("满100减20元", 100, "20元"),
        ("满壹佰减贰拾", 100, "20元"),
        ("滿30減5", 30, "5元"),
        ("满100元,减20元", 100, "20元"),
        ("满100抵20", 100, "20元"),
        ("每单满30减5", 30, "5元"),
        ("满50打8折", 50, "打8折"),
        ("8折(满50可用)", 50, "8折"),
        ("8折,满50元使用", 50, "8折"),
        ("5元(消费满30)", 30, "5元"),
        ("鸡蛋一盒(满50元)", 50, "鸡蛋一盒"),
    ],
)
def test_phrases(typed: str, spend: int, given: str) -> None:
    assert phrase(typed) == Phrase(spend * 100, given)
    assert names_spend(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "5元",
        "减5元",
        "立减5",
        "8折",
        "减20%",
        "买一送一",
        "30-5",
        "鸡蛋一盒",
        "",
        None,
        5,
        "满2件减10元",
        "满100返20",
        "消费满50赠送",
        "8折(满2件)",
    ],
)
def test_what_names_no_spend(typed: object) -> None:
    assert phrase(typed) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "typed", ["满30减5,满60减12", "满30减5满50减10", "每满30减5", "每消费满30元减5元", "每30减5", "满30减5上不封顶"]
)
def test_steps_and_what_repeats(typed: str) -> None:
    with pytest.raises(Refusal, match="请"):
        phrase(typed)
    assert names_spend(typed)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("50", 5000),
        (50, 5000),
        ("满50元", 5000),
        ("满50", 5000),
        ("消费满50元", 5000),
        ("满50元可用", 5000),
        ("50元以上", 5000),
        ("50元起", 5000),
        ("≥50元", 5000),
        (">=50", 5000),
        ("不低于50元", 5000),
        ("至少50", 5000),
        ("满五十元", 5000),
        ("单笔消费满50元及以上可使用", 5000),
        ("无门槛", 0),
        ("30元(含)以上", 3000),
        ("30元以上(含30元)", 3000),
        ("满三十元(含)", 3000),
        ("30元/单", 3000),
        ("滿50元", 5000),
        ("无最低消费", 0),
        ("没有门槛", 0),
        ("无消费门槛", 0),
        ("不设最低消费", 0),
        ("无要求", 0),
        ("0门槛", 0),
    ],
)
def test_minimum_spends(typed: str | int, fen: int) -> None:
    assert from_spend(typed) == fen


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("20", 2000),
        ("最高20元", 2000),
        ("最多减20元", 2000),
        ("20元封顶", 2000),
        ("不超过20元", 2000),
        ("3,000元/月", 300_000),
        ("每月3000元", 300_000),
        ("1.5万元", 1_500_000),
        ("≤20", 2000),
    ],
)
def test_limits(typed: str, fen: int) -> None:
    assert at_most(typed) == fen


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("5", 500), ("减5元", 500), ("立减五元", 500), ("五元", 500), ("优惠5元", 500), ("直减5", 500),
     ("省5元", 500), ("抵扣5元", 500), ("5元立减", 500), ("減5元", 500), ("¥5", 500), (5.5, 550), ("十元", 1000)],
)  # fmt: skip
def test_amounts_off(typed: str | float, fen: int) -> None:
    assert off(typed) == fen


@pytest.mark.parametrize("typed", ["30-5", "5元优惠券", "满减5元", "很多", "5 6", "", "首单减5元"])
def test_amounts_that_nobody_can_be_sure_of(typed: str) -> None:
    with pytest.raises(Refusal, match=r"金额|不止一个数"):
        off(typed)


def test_what_says_that_nothing_is_to_be_spent() -> None:
    assert at_once("立减5元") and at_once("减5元,无门槛") and not at_once("减5元") and not at_once(5)


def test_what_repeats_is_no_minimum() -> None:
    with pytest.raises(Refusal, match="每满多少"):
        from_spend("每满30")
    assert not names_spend("1.00E+02")


@pytest.mark.parametrize("typed", ["满", "很多", "满50件", "满5折"])
def test_what_is_no_amount(typed: str) -> None:
    for reading in (from_spend, at_most):
        with pytest.raises(Refusal, match="金额"):
            reading(typed)
