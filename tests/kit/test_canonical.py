"""Canonical forms: RFC 8785, for what is hashed here."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.kit.canonical import MAX_SAFE_INTEGER, instant, jcs


def test_keys_in_order_without_spaces_and_texts_as_they_are() -> None:
    assert jcs({"b": [1, None, True], "a": '中"\n\u0001', "A": {}}) == (
        '{"A":{},"a":"中\\"\\n\\u0001","b":[1,null,true]}'.encode()
    )


@pytest.mark.parametrize("form", [{"a": MAX_SAFE_INTEGER + 1}, {"a": [{"b": -MAX_SAFE_INTEGER - 1}]}])
def test_a_number_that_json_does_not_carry_is_refused(form: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="beyond"):
        jcs(form)


def test_the_largest_exact_numbers_are_written() -> None:
    assert jcs({"a": [MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER]}) == b'{"a":[9007199254740991,-9007199254740991]}'


def test_an_instant_is_in_utc_with_six_decimals() -> None:
    noon = datetime(2026, 5, 15, 12, tzinfo=timezone(timedelta(hours=8)))
    assert instant(noon) == instant(noon.astimezone(UTC)) == "2026-05-15T04:00:00.000000Z"
