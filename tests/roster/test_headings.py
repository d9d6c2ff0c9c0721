"""Which kind of sheet a row of headings makes."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.roster.headings import HEADINGS, Layout, Misfit, likeness, recognise, wanted
from services.sheets.words import Kind


def known(headings: str | list, title: str = "") -> Layout:
    found = recognise(headings.split() if isinstance(headings, str) else headings, title)
    assert isinstance(found, Layout), found
    return found


def misfit(headings: str | list, title: str = "") -> Misfit:
    found = recognise(headings.split() if isinstance(headings, str) else headings, title)
    assert isinstance(found, Misfit), found
    return found


@pytest.mark.parametrize("kind", Kind)
def test_what_is_written_is_recognised_in_any_order(kind: Kind) -> None:
    found = known(list(HEADINGS[kind].values()))
    assert found.kind == kind and list(found.columns) == list(HEADINGS[kind]) and found.ignored == ()
    assert [found.columns[field] for field in HEADINGS[kind]] == list(range(len(HEADINGS[kind])))


@given(st.permutations(list(HEADINGS[Kind.SHOPS].items())))
def test_the_order_is_free(items: list[tuple[str, str]]) -> None:
    found = known([heading for _, heading in items])
    assert found.kind == Kind.SHOPS and dict(found.columns) == {field: place for place, (field, _) in enumerate(items)}


def test_aliases_units_stars_spaces_and_widths() -> None:
    found = known(
        [
            "序号",
            " 所 属 街道*",
            "社区(村)",
            "网格名称:",
            "门牌/地址",
            "户主姓名",
            "户主手机号\n(必填)",
            "\uff2e\uff4f.",
        ]
    )
    assert found.kind == Kind.HOUSEHOLDS
    assert dict(found.columns) == {
        "subdistrict": 1,
        "community": 2,
        "grid": 3,
        "address": 4,
        "contact_name": 5,
        "contact_phone": 6,
    }
    assert found.headings["contact_phone"] == "户主手机号(必填)" and found.ignored == ()


def test_a_bare_phone_belongs_to_the_person_to_its_left() -> None:
    found = known("街道 社区 网格 联户长 联系电话 门牌号 户主 联系电话")
    assert found.kind == Kind.HEADS and found.households
    assert (found.columns["head_phone"], found.columns["contact_phone"]) == (4, 7)
    assert known("电话 网格员 街道 社区 网格").columns["worker_phone"] == 0  # nobody to the left: the first


def test_a_head_to_the_left_has_and_one_to_the_right_is_had() -> None:
    left = known("街道 社区 网格 联户长 联户长电话 地址 联系人 电话")
    right = known("街道 社区 网格 地址 联系人 电话 联户长 联户长电话")
    assert (left.kind, left.households, right.kind, right.households) == (Kind.HEADS, True, Kind.HOUSEHOLDS, False)
    alone = known("街道 社区 网格 联户长 联户长电话 地址 户编号")
    assert (alone.kind, alone.households, alone.ignored) == (Kind.HEADS, False, ("地址", "户编号"))
    assert known("街道 社区 网格 地址 联系人 电话 联户长").has("head_name")  # a name says who, without a phone


def test_a_bare_name_belongs_to_whom_the_title_names() -> None:
    headings = "街道 社区 网格 姓名 电话"
    assert known(headings, "2026年网格员名册.csv").kind == Kind.WORKERS
    assert known(headings, "联户长").kind == Kind.HEADS
    assert known("街道 社区 网格 地址 姓名 电话", "居民").kind == Kind.HOUSEHOLDS
    assert known("街道 社区 网格 姓名 电话", "居民联户长").kind == Kind.HEADS
    assert "联户长、电话" in misfit(headings, "名册").message or "网格员、电话" in misfit(headings, "名册").message


def test_columns_that_say_nothing_are_told() -> None:
    found = known("序号 街道 社区 网格 网格员 电话 年龄 备注 类别 政治面貌")
    assert found.ignored == ("年龄", "类别", "政治面貌")
    lonely = known("街道 社区 店名 类别 地址 纬度 经度 店员")
    assert lonely.ignored == ("店员",) and not lonely.has("staff_name")


@pytest.mark.parametrize(
    ("headings", "says"),
    [
        ("街道 社区 网格 地址 电话", "住户表，但缺少这些列：联系人"),
        ("街道 社区 店名 类别 地址", "店铺表，但缺少这些列：纬度、经度"),
        ("街道 社区 店名 类别 地址 纬度 经度 优惠名称", "店铺表，但缺少这些列：方式、力度"),
        ("社区 网格 网格员 电话", "网格员表，但缺少这些列：街道"),
        ("街道 社区 网格 联户长", "联户长表，但缺少这些列：电话"),
        ("街道 社区 网格 网格员 电话 手机号", "电话、手机号：都是同一项"),
        ("街道 社区 网格 网格 网格员 电话", "网格、网格：都是同一项"),
    ],
)
def test_what_is_missing_or_twice_is_told(headings: str, says: str) -> None:
    found = misfit(headings)
    assert says in found.message and found.likeness >= 3


def test_what_is_twice_but_ignored_does_no_harm() -> None:
    assert known("街道 社区 网格 网格员 电话 地址 住址").ignored == ("地址", "住址")


def test_other_rows_look_like_nothing() -> None:
    assert misfit([None, 3, "2026年名册", 4.5, True]).likeness == 0
    assert misfit([]).likeness == 0
    assert misfit("上海路街道 香港路社区 第一网格 王小明 10000000001").likeness == 0


def test_it_says_what_is_wanted() -> None:
    assert all(f"{kind}表：街道、社区" in wanted() for kind in Kind)


def test_upper_headings_say_whose_the_lower_are() -> None:
    upper = ["序号", "街道", "社区", "网格", "联户长信息", "", "住户信息", ""]
    lower = ["", "", "", "", "姓名", "电话", "门牌号", "姓名", "电话"]
    found = recognise(lower, "名册", upper)
    assert isinstance(found, Layout) and found.kind == Kind.HEADS and found.households
    assert [found.columns[field] for field in ("head_name", "head_phone", "contact_name", "contact_phone")] == [
        4,
        5,
        7,
        8,
    ]
    turned = recognise(["", "", "", "", "电话", "姓名", "门牌号", "电话", "姓名"], "名册", upper)
    assert isinstance(turned, Layout) and (turned.columns["head_phone"], turned.columns["contact_phone"]) == (4, 7)
    mixed = recognise(
        ["", "", "", "", "楼栋", "备注", "门牌号", "户主", "电话", "联户长", "电话"],
        "名册",
        [*upper[:4], *["住户信息"] * 7],
    )
    assert isinstance(mixed, Layout) and (mixed.columns["contact_phone"], mixed.columns["head_phone"]) == (8, 10)
    plain = recognise(lower, "名册", ["名册" * 20, "街道"])  # a title is no row of headings
    assert isinstance(plain, Misfit)
    workers = recognise(["街道", "社区", "网格", "姓名", "电话"], "联户长名册", ["所在", "", "", "网格员信息", ""])
    assert isinstance(workers, Layout) and workers.kind == Kind.WORKERS  # the nearer word counts


def test_how_many_headings_of_a_row_are_known() -> None:
    assert likeness(["街道", "社区", "某", None, datetime(2026, 3, 1)]) == 2 and likeness([]) == 0


@pytest.mark.parametrize(
    ("headings", "owner", "ignored"),
    [
        ("联系人 联系电话", True, ()),
        ("负责人 电话", True, ()),
        ("店主 店主手机号", True, ()),
        ("店员 店员电话 联系人 联系电话", False, ("联系人", "联系电话")),
        ("联系人", False, ("联系人",)),
        ("姓名 电话", True, ()),
        ("法定代表人 手机", True, ()),
        ("店铺联系人 店铺电话", True, ()),
        ("商户联系人 商户联系电话", True, ()),
        ("店铺负责人 商家电话", True, ()),
        ("联系电话", False, ("联系电话",)),
        ("负责人 负责人电话 联系人 联系电话", True, ("联系人", "联系电话")),
    ],
)
def test_who_speaks_for_a_shop(headings: str, owner: bool, ignored: tuple[str, ...]) -> None:
    found = known("街道 社区 店名 类别 地址 纬度 经度 " + headings)
    assert (found.owner, found.ignored) == (owner, ignored) and found.has("staff_name") == (
        headings not in {"联系人", "联系电话"}
    )
    assert "联系人" in misfit("街道 社区 店名 类别 地址 纬度 经度 联系人 联系人 联系电话").message


words = st.sampled_from(["街道", "社区", "网格", "姓名", "电话", "联户长", "联系人", "地址", "店名", "优惠", "店员"])


@given(st.lists(st.one_of(st.none(), st.text(max_size=8), st.integers(), words), max_size=12), st.text(max_size=8))
def test_any_row_is_recognised_or_not(row: list, title: str) -> None:
    found = recognise(row, title)
    assert isinstance(found, Layout) or found.message


def test_an_old_number_is_that_of_the_person_before_it() -> None:
    assert known("街道 社区 网格 联户长 电话 原电话").columns["head_old_phone"] == 5
    assert known("街道 社区 网格 地址 户主 电话 旧手机").columns["contact_old_phone"] == 6
    assert known("街道 社区 网格 网格员 电话 网格员原电话").columns["worker_old_phone"] == 5
    nobody = known("原电话 街道 社区 网格 联户长 电话")
    assert "head_old_phone" not in nobody.columns and nobody.ignored == ("原电话",), "nobody stands before it"


@pytest.mark.parametrize(
    "headings",
    [
        "姓名 联户长",
        "姓名 电话 联户长",
        "联户长 姓名 电话",
        "户主 电话 所属联户长",
        "户主 联户长名称",
        "户主 负责联户长",
        "联系人 对应联户长",
        "业主 联户长姓名",
    ],
)
def test_a_household_and_the_name_of_its_head(headings: str) -> None:
    found = known(f"街道 社区 网格 门牌号 {headings}")
    assert found.kind == Kind.HOUSEHOLDS and not found.ignored
    assert {"contact_name", "head_name"} <= found.columns.keys() and "head_phone" not in found.columns
    assert ("contact_phone" in found.columns) == ("电话" in headings)


@pytest.mark.parametrize(
    "headings",
    [
        "街道 社区 网格 地址 户主 联户长/电话",
        "街道 社区 网格 联户长/电话",
        "街道 社区 网格 地址 户主 联户长及电话",
        "街道 社区 网格 地址 户主 联户长、联系电话",
        "街道 社区 店名 类别 地址 纬度 经度 联系人/电话",
        "街道 社区 店名 类别 地址 纬度 经度 负责人和手机号",
    ],
)
def test_a_name_and_a_phone_in_one_column_are_asked_about(headings: str) -> None:
    found = recognise(headings.split(), "")
    assert isinstance(found, Misfit) and found.message.endswith("把姓名和电话写在一列里，请分成姓名、电话两列")
