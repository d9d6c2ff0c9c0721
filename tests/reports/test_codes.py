"""The code of a service record, written and read; and what is none."""

import base64
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import WishCategory
from services.reports.codes import (
    FORM,
    KEY_BYTES,
    MAC_BYTES,
    MAX_CODE,
    NUMBERS,
    Paper,
    Signed,
    content,
    paper,
    parsed,
    text,
)

COUNTS = st.integers(0, 65_535)
PAPERS = st.builds(
    Paper,
    head_id=st.uuids(),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=64),
    since=st.dates(date(2000, 1, 1), date(2170, 1, 1)),
    until=st.dates(date(2000, 1, 1), date(2170, 1, 1)),
    issued_at=st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)),
    deeds=COUNTS,
    households=COUNTS,
    rated=COUNTS,
    stars=st.integers(0, 5 * 65_535),
    automatic=COUNTS,
    by_category=st.dictionaries(st.sampled_from(WishCategory), COUNTS),
)
SIGNED = Signed(b"said", b"k" * KEY_BYTES, b"m" * MAC_BYTES)


@given(PAPERS)
def test_a_paper_is_read_as_it_was_written(one: Paper) -> None:
    signed = Signed(content(one), b"k" * KEY_BYTES, b"m" * MAC_BYTES)
    code = text(signed)
    assert parsed(code) == signed and paper(signed.content) == one
    assert len(code) <= MAX_CODE and code.isascii()


def test_a_usual_code_fits_a_small_qr_code() -> None:
    usual = Paper(
        uuid4(), "赵联户", date(2026, 1, 1), date(2026, 12, 31), datetime.now(UTC), 40, 20, 41, 190, 3,
        dict.fromkeys(WishCategory, 5),
    )  # fmt: skip
    assert len(text(Signed(content(usual), SIGNED.key_number, SIGNED.mac))) < 150


def test_every_category_has_its_number() -> None:
    assert set(NUMBERS) == set(WishCategory) and len(set(NUMBERS.values())) == len(NUMBERS)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "x",
        "不是编号",
        "A" * (MAX_CODE + 1),
        text(SIGNED)[:-5],
        text(SIGNED) + "=",
        text(SIGNED).replace("A", "+", 1) if "A" in text(SIGNED) else "+" + text(SIGNED),
        base64.urlsafe_b64encode(bytes([FORM + 1]) + bytes(60)).decode().rstrip("="),
    ],
)
def test_what_is_no_code(code: str) -> None:
    assert parsed(code) is None


def test_instants_are_kept_to_the_microsecond() -> None:
    at = datetime(2026, 11, 30, 5, 1, 2, 345_678, tzinfo=UTC)
    one = Paper(uuid4(), "", date(2026, 1, 1), date(2026, 1, 1), at + timedelta(microseconds=1), 0, 0, 0, 0, 0, {})
    assert paper(content(one)).issued_at == at + timedelta(microseconds=1)
