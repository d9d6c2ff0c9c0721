"""What a roster says: nothing personal in it is printed by accident."""

import pytest

from models.enums import ShopCategory
from services.roster.records import HeadRecord, HouseholdRecord, Line, Place, Record, ShopRecord, WorkerRecord

LINE, GRID = Line("名册", 2), Place("上海路街道", "A社区", "第一网格")
PHONE, OLD = "10000001001", "10000001002"


@pytest.mark.parametrize(
    "record",
    [
        HeadRecord(LINE, GRID, "赵联户", PHONE, OLD),
        HouseholdRecord(LINE, GRID, None, "1栋", "孙居民", PHONE, PHONE, old_phone=OLD),
        WorkerRecord(LINE, GRID, "郑网格", PHONE, OLD),
        ShopRecord(LINE, GRID, "小吃店", ShopCategory.FOOD, "香港路", 27.7, 106.9, "", None, "王店员", PHONE),
    ],
    ids=lambda record: type(record).__name__,
)
def test_no_phone_is_printed(record: Record) -> None:
    """Whatever a log or a traceback shows of a record."""
    assert PHONE not in repr(record) and OLD not in repr(record) and "名册" in repr(record)


def test_a_place_ends_at_its_smallest_level() -> None:
    assert (GRID.building, Place("上海路街道", "A社区").grid) == ("", "")
