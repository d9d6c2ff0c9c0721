"""The problems of a form: all at once, in order, and not too many."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from services.kit import text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import MAX_PROBLEMS, Form, together

NOON = datetime(2026, 5, 15, 12, tzinfo=UTC)


def unfit(field: str) -> None:
    raise Refusal(ErrorCode.INVALID_INPUT, f"请填写{field}", field, NOON)


def missing() -> None:
    raise not_found("wishId")


def test_what_is_fit_is_returned() -> None:
    with Form() as form:
        title = form(text.clean, " 修水管 ", "title", most=60)
        count = form(text.whole, 3, "count", least=1, most=5)
    assert (title, count) == ("修水管", 3)


def refused(*checks: Callable[[], object]) -> Refusal:
    """What a form of these checks raises."""
    try:
        with Form() as form:
            for check in checks:
                form(check)
    except Refusal as refusal:
        return refusal
    raise AssertionError("it was taken")


def test_all_that_is_unfit_is_raised_together() -> None:
    found = refused(
        lambda: text.clean("", "title", least=1, most=60),
        lambda: text.clean("好", "details", most=60),
        lambda: text.whole(9, "count", least=1, most=5),
    )
    assert [(one.code, one.field) for one in found.all] == [
        (ErrorCode.INVALID_INPUT, "title"),
        (ErrorCode.INVALID_INPUT, "count"),
    ]
    assert found.field == "title" and "1 到 5" in found.others[0].message


def test_a_form_within_a_form_is_one() -> None:
    def within() -> None:
        raise refused(lambda: unfit("b"), lambda: unfit("c"))

    found = refused(lambda: unfit("a"), within)
    assert [one.field for one in found.all] == ["a", "b", "c"] and found.retry_at == NOON


def test_another_refusal_ends_it_at_once() -> None:
    found = refused(lambda: unfit("a"), missing)
    assert found.code == ErrorCode.NOT_FOUND and found.others == ()


def test_a_fault_is_not_hidden_by_a_problem() -> None:
    with pytest.raises(ZeroDivisionError):
        refused(lambda: unfit("a"), lambda: 1 // 0)


def test_there_are_no_more_than_can_be_read() -> None:
    many = [Refusal(ErrorCode.INVALID_INPUT, "请填写此项", str(number)) for number in range(MAX_PROBLEMS + 5)]
    found = together(many).all
    assert len(found) == MAX_PROBLEMS and [one.field for one in found] == [one.field for one in many[:MAX_PROBLEMS]]
