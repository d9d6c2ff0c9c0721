"""Rosters written back: imported again they change nothing, and no cell of them is a formula."""

import csv
import re
import stat
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.accounts import Account
from models.audit import AuditEntry
from models.discounts import Discount
from models.enums import DiscountKind, ShopCategory, ShopKind, ShopState
from models.people import Area, Household, HouseholdHead
from models.shops import Shop
from services import roster
from services.demo.district import District
from services.entry import signing_in
from services.kit import clock
from services.kit.errors import Refusal
from services.roster import writing
from services.roster.writing import KINDS, WrittenKind
from services.sheets import cells
from services.sheets.words import Kind
from services.sheets.writing import Format, guarded
from tests.town import roster as rosters
from tests.town import world as making
from tests.town.emptying import Emptying
from tests.town.roster import silent, untouched
from tests.town.world import World

FORMULAS = ("=1+1", "+86", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "'=1", "''-1", "'ab", "''ab", "\t=1")
DANGEROUS = re.compile("[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")


async def export(
    out: Path,
    kind: str = "all",
    form: str = "csv",
    area: str | None = None,
    *,
    phones: bool = True,
    force: bool = False,
) -> dict[Kind, int]:
    return await writing.export(
        KINDS[WrittenKind(kind)], Format(form), out, area, with_phones=phones, force=force, report_progress=silent
    )


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def import_again(*paths: Path) -> dict[str, tuple[int, int, int]]:
    """Import exported files, which must change not one row."""
    tallies: dict[str, tuple[int, int, int]] = {}
    async with untouched():
        for path in paths:
            report = await roster.import_file(
                path, path.name, roster.COMMAND_LINE, dry_run=False, report_progress=silent
            )
            assert report.problems == [], report.problems
            tallies |= rosters.tallies(report)
    assert all(added == changed == 0 for added, changed, _ in tallies.values())
    return tallies


@pytest.fixture
async def odd(world: World) -> World:
    """The world with much that is rare: no building, no head, no phone, each kind of discount, names like formulas."""
    a = world.a
    for number, name in enumerate(FORMULAS):
        await making.household(a.grid, a.heads[0], f"{name}某", f"1000000{3000 + number}")
    await Household.filter(contact_name="=1+1某").update(address="=HYPERLINK(1)", head_id=None, code="H1")
    await Household.filter(contact_name="+86某").update(phone_encrypted=None, phone_index=None, code="007")
    await Area.filter(id=world.b.building.id).update(name="-2栋")
    await HouseholdHead.filter(id=a.heads[1].id).update(name="@钱")
    shop = await making.shop(
        a.community, "=小店", opening_hours="9:00-21:00", monthly_ceiling_fen=123_456, latitude=-0.1
    )
    await making.discount(
        shop, title="+送伞", kind=DiscountKind.GIFT, gift="-雨伞", valid_from=clock.day_of(clock.now()), weekdays=65,
        from_minute=1320, until_minute=120, min_spend_fen=1, stock_total=5,
    )  # fmt: skip
    await making.discount(shop, title="立减", kind=DiscountKind.AMOUNT_OFF, amount_off_fen=1050, limit_per_day=2)
    await making.discount(shop, title="85折", percent_off=15, max_saved_fen=999)
    await making.shop(a.community, "=医院", kind=ShopKind.PARTNER, category=ShopCategory.PUBLIC_SERVICE)
    await making.shop(a.community, "物业", kind=ShopKind.PARTNER, category=ShopCategory.PROPERTY)
    await making.shop(a.community, "歇业店", state=ShopState.SUSPENDED)
    await making.shop(a.community, "走了店", state=ShopState.LEFT)
    for person, phone in ((a.worker, "10000001900"), (world.b.worker, "10000002900"), (a.cashier, "10000001901")):
        assert person
        await Account.filter(id=person.account_id).update(**making.phone_columns(phone))
    return world


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_is_exported_and_imported_again_changes_nothing(odd: World, tmp_path: Path, form: str) -> None:
    out = tmp_path / ("out" if form == "csv" else "all.xlsx")
    counts = await export(out, form=form)
    assert counts == {
        Kind.HOUSEHOLDS: 6 + len(FORMULAS),
        Kind.HEADS: 4,
        Kind.WORKERS: 2,
        Kind.SHOPS: 6,
        Kind.PARTNERS: 2,
    }
    files = [out / f"{kind}.csv" for kind in Kind] if form == "csv" else [out]
    tallies = await import_again(*files)
    assert tallies["住户"] == (0, 0, 6 + len(FORMULAS)) and tallies["联户长"] == (0, 0, 4)
    assert tallies["网格员"] == (0, 0, 2) and tallies["共建单位"] == (0, 0, 2)
    assert tallies["店铺"] == (0, 0, 4) and tallies["优惠"] == (0, 0, 5)


async def test_into_an_empty_database_it_makes_the_same_again(odd: World, tmp_path: Path, empty: Emptying) -> None:
    await export(tmp_path / "all.xlsx", form="xlsx")
    await export(tmp_path / "before")
    await empty()
    await making.area(None, making.AreaKind.DISTRICT, "d", "汇川区")
    content = (tmp_path / "all.xlsx").read_bytes()
    assert (await rosters.loaded(content))["优惠"] == (5, 0, 0)
    await signing_in.open_for("10000001901")  # a shop's contact is invited, and accepts by signing in
    await export(tmp_path / "after")
    for kind in Kind:
        before, after = (read(tmp_path / folder / f"{kind}.csv") for folder in ("before", "after"))
        # The order follows the new ids, and what stands for white space is read as such.
        kept = [[cell.replace("\t", "") for cell in row] for row in before]
        assert sorted(kept) == sorted(after), kind


async def test_no_cell_is_a_formula(odd: World, tmp_path: Path) -> None:
    await export(tmp_path / "csv")
    await export(tmp_path / "all.xlsx", form="xlsx")
    written = [cell for kind in Kind for row in read(tmp_path / "csv" / f"{kind}.csv") for cell in row]
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    inside = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in inside} == {"s"}
    for cell in (*written, *(str(cell.value) for cell in inside)):
        assert not DANGEROUS.match(cell), cell
    assert "'=HYPERLINK(1)" in written and "'@钱" in written and "'-0.1000000" in written


@given(
    st.text(st.sampled_from("'’‘`=+-@ａ＝＋－＠x张"), max_size=6)
    | st.sampled_from(["同上", "〃", '"', "“”", "''", "'"])
)
def test_the_guard_is_taken_off_exactly(text: str) -> None:
    assert not DANGEROUS.match(guarded(text))
    assert not cells.ditto(guarded(text))
    assert cells.line(guarded(text)) == " ".join(unicodedata.normalize("NFKC", text).split())


async def test_without_phones_households_keep_theirs(odd: World, tmp_path: Path) -> None:
    await export(tmp_path / "out", phones=False)
    texts = {kind: (tmp_path / "out" / f"{kind}.csv").read_text() for kind in Kind}
    assert not any(re.search("1000000[0-9]{4}|电话", text) for text in texts.values())
    assert "王店员" not in texts[Kind.SHOPS]
    tallies = await import_again(tmp_path / "out" / "住户.csv", tmp_path / "out" / "店铺.csv")
    assert tallies["住户"] == (0, 0, 6 + len(FORMULAS))
    (entry,) = await AuditEntry.filter(action="roster.export")
    assert entry.details["phones"] is False, "names and addresses leave a trace, too"
    assert (await rosters.wrong((tmp_path / "out" / "联户长.csv").read_bytes()))[0][3].startswith("看起来是")


async def test_an_export_with_phones_is_audited(world: World, tmp_path: Path) -> None:
    await export(tmp_path / "a.csv", "households", area="A社区")
    (entry,) = await AuditEntry.filter(action="roster.export")
    assert entry.details == {"path": world.a.community.path, "rows": {"households": 3}, "phones": True}


async def test_an_area_is_named_as_far_as_it_takes(world: World, tmp_path: Path) -> None:
    for number, (area, count) in enumerate(
        ((None, 6), ("A社区", 3), ("A社区/第一网格", 3), ("汇川区/上海路街道/B社区", 3), ("上海路街道", 6))
    ):
        assert await export(tmp_path / f"{number}.csv", "households", area=area) == {Kind.HOUSEHOLDS: count}
    for area, words in (("第一网格", "不止一处"), ("C社区", "找不到"), ("第一网格/A社区", "找不到"), ("", "找不到")):
        with pytest.raises(Refusal, match=words):
            await export(tmp_path / "x.csv", "households", area=area)
    assert names(tmp_path) == {f"{number}.csv" for number in range(5)}, "nothing half-written is left"


async def test_files_are_whole_private_and_replaced_only_when_told(world: World, tmp_path: Path) -> None:
    out = tmp_path / "heads.csv"
    await export(out, "heads")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600 and out.read_bytes().startswith(b"\xef\xbb\xbf")
    out.write_text("mine")
    with pytest.raises(Refusal, match="--force"):
        await export(out, "heads")
    assert out.read_text() == "mine"
    await export(out, "heads", force=True)
    assert len(read(out)) == 5
    with pytest.raises(Refusal, match="文件夹"):
        await export(tmp_path, "heads")
    with pytest.raises(Refusal, match="写不了"):
        await export(tmp_path / "nowhere" / "heads.csv", "heads")


async def test_a_workbook_has_its_limit(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_ROWS", 6)
    with pytest.raises(Refusal, match="--format csv"):
        await export(tmp_path / "x.xlsx", "households", "xlsx")
    assert names(tmp_path) == set()
    monkeypatch.setattr(writing, "MAX_ROWS", 7)
    await export(tmp_path / "x.xlsx", "households", "xlsx")


async def test_many_lots_are_one_list(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await export(tmp_path / "whole.csv", "households")
    monkeypatch.setattr(writing, "LOT", 2)
    await export(tmp_path / "lots.csv", "households")
    assert (tmp_path / "whole.csv").read_bytes() == (tmp_path / "lots.csv").read_bytes()


async def test_a_head_without_a_phone_is_not_taken_for_the_one_above(world: World, tmp_path: Path) -> None:
    await HouseholdHead.filter(id=world.a.heads[1].id).update(phone_encrypted=None, phone_index=None)
    await export(tmp_path / "x.csv", "households")
    wrong = await rosters.wrong((tmp_path / "x.csv").read_bytes())
    assert [(column, value) for _, column, value, _ in wrong] == [("联户长电话", "未**")]


async def test_the_demo_district_comes_back_as_it_is(district: District, tmp_path: Path) -> None:
    counts = await export(tmp_path / "out")
    assert counts[Kind.HOUSEHOLDS] == 400 and counts[Kind.HEADS] == 36
    await import_again(*(tmp_path / "out" / f"{kind}.csv" for kind in Kind))
    assert await Shop.all().count() == 9 and await Discount.all().count() > 5
