"""The codes of a pass: the published form, what is accepted, what is caught."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.till.codes import QrCode, ShortCode, matching_step, parse, qr_text, short_text, step_at, steps_around

SECRET = bytes(range(32))
PASS = UUID("0190a5c0-7b1e-7000-8000-0123456789ab")
STEP = 59_333_333
QR = "XD1.AZClwHsecACAAAEjRWeJqw.59333333.BjoHliPZjip7cEyT_aLpsA"
SHORT = "04214340161"

secrets = st.binary(min_size=32, max_size=32)
steps = st.integers(0, 2**40)
slots = st.integers(0, 9999)


def test_known_answers() -> None:
    """What a phone must compute: these never change."""
    assert qr_text(SECRET, PASS, STEP) == QR
    assert short_text(SECRET, PASS, 421, STEP) == SHORT


def test_the_algorithm_as_it_is_written_down() -> None:
    """Computed here from the docstring alone."""

    def mac(label: str) -> bytes:
        return hmac.new(SECRET, label.encode() + b"\0" + PASS.bytes + STEP.to_bytes(8, "big"), hashlib.sha256).digest()

    _, key, step, tag = QR.split(".")
    assert base64.urlsafe_b64decode(key + "==") == PASS.bytes and int(step) == STEP
    assert base64.urlsafe_b64decode(tag + "==") == mac("xingdian-qr-1")[:16]
    assert SHORT[:4] == "0421"
    assert int(SHORT[4:10]) == int.from_bytes(mac("xingdian-short-1")[:4], "big") % 1_000_000


def test_steps() -> None:
    at = datetime(2026, 5, 15, 12, 0, 29, 999999, tzinfo=UTC)
    assert step_at(at) + 1 == step_at(at + timedelta(microseconds=1))
    assert list(steps_around(at)) == [step_at(at) - 1, step_at(at), step_at(at) + 1]


def test_the_check_digit_is_damms() -> None:
    """Damm's own example: 572 has the check digit 4."""
    from services.till.codes import _damm

    assert _damm("572") == 4 and _damm("5724") == 0


@given(secrets, st.uuids(), slots, steps)
def test_what_is_shown_is_read(secret: bytes, pass_id: UUID, slot: int, step: int) -> None:
    scanned, typed = parse(qr_text(secret, pass_id, step)), parse(short_text(secret, pass_id, slot, step))
    assert isinstance(scanned, QrCode) and (scanned.pass_id, scanned.step) == (pass_id, step)
    assert isinstance(typed, ShortCode) and typed.slot == slot
    assert matching_step(scanned, secret, pass_id, [step]) == step
    assert matching_step(typed, secret, pass_id, [step]) == step
    assert len(scanned.mac) * 8 >= 128


@given(secrets, st.uuids(), steps)
def test_a_qr_code_is_good_for_its_own_pass_secret_and_step_only(secret: bytes, pass_id: UUID, step: int) -> None:
    scanned = parse(qr_text(secret, pass_id, step))
    assert scanned is not None
    assert matching_step(scanned, secret, pass_id, [step - 1, step + 1] if step else [step + 1]) is None
    assert matching_step(scanned, secret, UUID(int=pass_id.int ^ 1), [step]) is None
    assert matching_step(scanned, bytes(32) if secret != bytes(32) else b"1" * 32, pass_id, [step]) is None
    assert matching_step(scanned, secret, pass_id, []) is None


def test_a_qr_code_may_not_name_another_step_than_its_mac() -> None:
    moved = parse(QR.replace(str(STEP), str(STEP + 1)))
    assert isinstance(moved, QrCode) and moved.step == STEP + 1
    assert matching_step(moved, SECRET, PASS, [STEP - 1, STEP, STEP + 1]) is None


def test_of_several_steps_the_one_that_matches() -> None:
    typed, scanned = parse(SHORT), parse(QR)
    assert typed is not None and scanned is not None
    around = [STEP - 1, STEP, STEP + 1]
    assert matching_step(typed, SECRET, PASS, around) == STEP
    assert matching_step(scanned, SECRET, PASS, around) == STEP


def test_both_forms_are_separate() -> None:
    """The short code tells nothing of the QR code's MAC: each has a label of its own."""
    tag = base64.urlsafe_b64decode(QR.rsplit(".", 1)[1] + "==")
    assert int.from_bytes(tag[:4], "big") % 1_000_000 != int(SHORT[4:10])


@given(secrets, st.uuids(), slots, steps, st.integers(0, 10), st.integers(0, 9))
def test_every_wrong_digit_is_caught(
    secret: bytes, pass_id: UUID, slot: int, step: int, place: int, digit: int
) -> None:
    code = short_text(secret, pass_id, slot, step)
    typed = code[:place] + str(digit) + code[place + 1 :]
    assert (parse(typed) is None) is (typed != code)


@given(secrets, st.uuids(), slots, steps, st.integers(0, 9))
def test_every_swap_of_neighbours_is_caught(secret: bytes, pass_id: UUID, slot: int, step: int, place: int) -> None:
    code = short_text(secret, pass_id, slot, step)
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (parse(typed) is None) is (typed != code)


@pytest.mark.parametrize(
    "typed",
    [
        SHORT,
        f" {SHORT}\n",
        f"{SHORT[:4]} {SHORT[4:7]} {SHORT[7:]}",
        f"{SHORT[:4]}\u3000{SHORT[4:]}",
        "".join(chr(ord("\uff10") + int(digit)) for digit in SHORT),
    ],
)
def test_people_type_in_many_ways(typed: str) -> None:
    assert parse(typed) == parse(SHORT) is not None


@pytest.mark.parametrize(
    "code",
    [
        "",
        " ",
        SHORT[:-1],
        SHORT + "0",
        "-" + SHORT,
        "①" * 11,
        "٠" * 11,  # Arabic digits are digits to Python
        "二" * 11,
        QR[:-1],
        QR + "=",
        QR.lower(),
        QR.replace("XD1", "XD2"),
        QR.replace(str(STEP), "0" + str(STEP)),
        QR.replace(str(STEP), "-1"),
        QR.replace(str(STEP), "9" * 19),
        QR[:-1] + "B",  # the same bytes, spelled otherwise
        QR.replace("AZClwHsecACAAAEjRWeJqw", "AZClwHsecACAAAEjRWeJqx"),
        QR + "\0",
        SHORT + " " * 200,
        "1" * 100_000,
    ],
)
def test_what_is_no_code(code: str) -> None:
    assert parse(code) is None


@given(st.text(max_size=130))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert parse(text) is None or isinstance(parse(text), QrCode | ShortCode)
