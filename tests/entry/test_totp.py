"""Codes of a second factor: as RFC 6238 computes them, each step once, and as people type them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from services.entry import totp
from services.kit.errors import ErrorCode, Refusal

# RFC 6238, appendix B: the last six of its eight digits.
RFC_SECRET = b"12345678901234567890"
RFC = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
SECRET = b"twenty known bytes.."
AT = datetime(2026, 5, 15, 4, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(("second", "code"), RFC.items())
def test_it_computes_the_codes_of_the_rfc(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert totp.code_at(RFC_SECRET, totp.step_at(at)) == code
    assert totp.step_of(RFC_SECRET, code, at, after=0) == second // 30


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_right_one_step_early_or_late(steps: int, right: bool) -> None:
    now = totp.step_at(AT)
    found = totp.step_of(SECRET, totp.code_at(SECRET, now + steps), AT, after=0)
    assert found == (now + steps if right else None)


@pytest.mark.parametrize(("used", "right"), [(-1, True), (0, False), (1, False)])
def test_a_step_must_be_later_than_the_last_one_used(used: int, right: bool) -> None:
    now = totp.step_at(AT)
    assert (totp.step_of(SECRET, totp.code_at(SECRET, now), AT, after=now + used) is not None) == right
    assert totp.step_of(SECRET, totp.code_at(SECRET, now), AT + timedelta(seconds=19), after=0) == now


@pytest.mark.parametrize(
    ("as_typed", "plain"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("１２３４５６", "123456"),
        ("abcde-fghjk", "ABCDEFGHJK"),
        ("ABCDE FGH23", "ABCDEFGH23"),
    ],
)
def test_a_code_is_taken_as_people_type_it(as_typed: str, plain: str) -> None:
    assert totp.typed(as_typed) == plain
    assert totp.is_recovery(plain) == (len(plain) == 10)


@pytest.mark.parametrize(
    "nothing", ["", "12345", "1234567", "12345a", "一二三四五六", "ABCDEFGHI1", "٣٣٣٣٣٣", "1" * 9999]
)
def test_what_can_be_no_code_is_refused(nothing: str) -> None:
    with pytest.raises(Refusal) as refused:
        totp.typed(nothing)
    assert (refused.value.code, refused.value.field) == (ErrorCode.CODE_INVALID, "code")


def test_recovery_codes_are_many_and_not_mistaken() -> None:
    seen = [code for _ in range(50) for code in totp.new_recovery_codes()]
    assert len(set(seen)) == 500 and all(totp.typed(code.lower()) == code for code in seen)
    assert set("".join(seen)) == set(totp.RECOVERY_ALPHABET) and len(totp.RECOVERY_ALPHABET) == 32
    assert not set("01IO") & set(totp.RECOVERY_ALPHABET)


def test_secrets_have_160_random_bits_and_an_apps_form() -> None:
    made = {totp.new_secret() for _ in range(100)}
    assert len(made) == 100 and {len(one) for one in made} == {20}
    assert base64.b32decode(totp.in_base32(SECRET)) == SECRET
    assert totp.uri(SECRET, "王**") == (
        "otpauth://totp/%E7%BA%A2%E5%9F%8E%E6%98%9F%E5%BA%97:%E7%8E%8B%2A%2A?digits=6"
        f"&secret={totp.in_base32(SECRET)}&algorithm=SHA1&issuer=%E7%BA%A2%E5%9F%8E%E6%98%9F%E5%BA%97&period=30"
    )
