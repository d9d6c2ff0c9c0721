"""Phone numbers: whatever people type becomes 11 digits or a problem, and masks hide what they must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import ErrorCode, Refusal
from services.kit.phones import mask_phone, phone


@pytest.mark.parametrize(
    "typed",
    ["13812345678", " 138 1234 5678 ", "138-1234-5678", "138–1234—5678", "+8613812345678", "+86 138 1234 5678",
     "＋86－138－1234－5678", "0086 13812345678", "8613812345678", "１３８１２３４５６７８", "138\u30001234\u00a05678",
     "\u202d+86 138 1234 5678\u202c", "138\u200b12345678"],
)  # fmt: skip
def test_a_phone_is_its_11_digits_however_it_was_typed(typed: str) -> None:
    assert phone(typed, "phone") == "13812345678"


@pytest.mark.parametrize("digits", ["10000001000", "19900000000", "11111111111", "18600000000"])
def test_any_beginning_will_do(digits: str) -> None:
    assert phone(digits, "phone") == digits


@pytest.mark.parametrize(
    "bad",
    ["1381234567", "138123456789", "23812345678", "086 13812345678", "+85213812345678", "+1 13812345678", "1381234567x",
     "138.1234.5678", "13812345678;", "138\n12345678", "١٣٨١٢٣٤٥٦٧٨", "①③⑧12345678", "0851-28123456", "1+3812345678",
     "138" + " " * 40 + "12345678", "1" * 100_000, "-" * 100_000, "电话"],
)  # fmt: skip
def test_what_is_no_mobile_number_is_refused(bad: str) -> None:
    with pytest.raises(Refusal) as caught:
        phone(bad, "cashierPhone")
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "cashierPhone")
    assert bad not in caught.value.message


@pytest.mark.parametrize("nothing", [None, "", "  ", "\u3000"])
def test_a_phone_must_be_given(nothing: str | None) -> None:
    with pytest.raises(Refusal, match="请填写手机号"):
        phone(nothing, "phone")


@given(st.integers(0, 10**10 - 1), st.text(" -\u3000\u00a0－—", max_size=6), st.sampled_from(["", "+86", "86", "0086"]))
def test_reading_a_phone_is_final(number: int, between: str, prefix: str) -> None:
    digits = f"1{number:010}"
    typed = prefix + between + digits[:3] + between + digits[3:7] + between + digits[7:]
    assert phone(typed, "phone") == digits == phone(digits, "phone")


def test_a_phone_keeps_seven_digits_and_anything_else_keeps_none() -> None:
    assert mask_phone("10000000001") == "100****0001"
    for odd in ("", "1", "1234567", "+8610000000001", "1000000000a", "\uff11" * 11, "100000000012"):
        assert mask_phone(odd) == "****", odd
