"""QR codes: what the pass and the command draw, read by a decoder that is not ours."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.graph import ids
from services.kit.errors import ErrorCode, Refusal
from services.till import codes, qr
from tests.town import story, till
from tests.town.commands import command, refused
from tests.town.documents import Api
from tests.town.servers import ROOT
from tests.town.world import Travel, World, discount

CODE = "XD1.AZClwHsecACAAAEjRWeJqw.59333333.BjoHliPZjip7cEyT_aLpsA"
NOWHERE = "postgresql://postgres@127.0.0.1:1/nowhere"  # the command asks no database
TEXTS = (
    CODE,
    "04214340161",
    "x",
    "红城星店 优惠码",
    "カード",
    "é",
    "http://例子.中国/?a=1&b=<2>",
    "'\"",
    "红" * 777,
    "a" * 2331,
)


# -- what is drawn ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:12])
def test_each_form_says_exactly_the_text(text: str) -> None:
    assert till.read_svg(qr.svg(text), 3 * len(qr.blocks(text)[0])) == [text]
    assert till.read_png(qr.png(text)) == [text]
    assert till.read_blocks(qr.blocks(text)) == [text]


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_text_goes_out_byte_for_byte(text: str) -> None:
    (found,) = till.codes_in(till.pixels(qr.blocks(text)))
    assert found.bytes == text.encode()


def test_the_svg_stands_alone_and_inside_a_page() -> None:
    document = qr.svg(CODE)
    root = ElementTree.fromstring(document)
    assert document.startswith("<svg ") and document == document.strip() and len(document) < 3000
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib == {"viewBox": "0 0 41 41"}, "version 4 has 33 modules, and 4 quiet ones on each side"
    assert {one.tag.rpartition("}")[2] for one in root} == {"path"}, "nothing that could run or load"
    assert root[0].attrib == {"fill": "#fff", "d": "M0 0h41v41h-41z"}, "white, whatever page is behind it"


@pytest.mark.parametrize("width", [82, 123, 300, 500])
def test_the_svg_is_read_at_any_size(width: int) -> None:
    assert till.read_svg(qr.svg(CODE), width) == [CODE]


def test_it_corrects_at_level_m_and_has_its_quiet_zone() -> None:
    lines = qr.blocks(CODE)
    (found,) = till.codes_in(till.pixels(lines))
    assert found.ec_level == "M" and found.format == zxingcpp.BarcodeFormat.QRCode
    assert {line.strip() for line in (*lines[:2], *lines[-2:])} == {""}
    assert all(line.startswith(" " * 4) and line.endswith(" " * 4) and len(line) == 41 for line in lines)


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ("", "text", "不能为空"),
        ("a" * 2332, "text", "最多容纳 2331 字节，这里有 2332 字节"),
        ("红" * 778, "text", "2334 字节"),
        ("1" * 100_000, "text", "100000 字节"),
        ("a\ud800", "text", "不是有效的文字"),
    ],
)
def test_what_no_qr_code_holds_is_refused(text: str, field: str, says: str) -> None:
    for draw in (qr.svg, qr.png, qr.blocks):
        with pytest.raises(Refusal, match=says) as caught:
            draw(text)  # type: ignore[operator]
        assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, field)


# -- Pass.qrSvg ------------------------------------------------------------------------------------------------------


async def shown(api: Api, world: World, pass_id: str) -> dict[str, Any]:
    return dict((await api.run(world.a.head_people[0].token, "PassQr", id=pass_id))["node"])


async def test_a_pass_draws_its_code_of_the_same_step(travel: Travel, rich: World, api: Api) -> None:
    drawn = []
    for number in range(3):
        one = rich.a.discount if number == 0 else await discount(rich.a.shop)
        drawn.append(await till.phone(api, rich.a, discount=one))
    for _ in range(3):
        travel.by(seconds=17)  # some within a step, some across
        for phone in drawn:
            node = await shown(api, rich, phone.id)
            assert till.read_svg(node["qrSvg"]) == [node["code"]] == [phone.qr()]


async def test_a_till_takes_what_it_scans_of_the_drawing(travel: Travel, rich: World, api: Api) -> None:
    for head in (0, 1):
        person = rich.a.head_people[head]
        issued = await till.issued(api, rich.a, head)
        (text,) = till.read_svg((await api.run(person.token, "PassQr", id=issued["id"]))["node"]["qrSvg"])
        payload = await till.prepare(api, rich.a.cashier, text)
        assert payload["errors"] == [] and payload["preparation"]["savedFen"] == 1760


async def test_the_drawing_of_a_step_before_last_is_no_good_any_more(travel: Travel, rich: World, api: Api) -> None:
    phone = await till.phone(api, rich.a)
    (text,) = till.read_svg((await shown(api, rich, phone.id))["qrSvg"])
    travel.by(seconds=2 * codes.STEP_SECONDS)
    assert story.code(await till.prepare(api, rich.a.cashier, text)) == "CODE_INVALID"
    (fresh,) = till.read_svg((await shown(api, rich, phone.id))["qrSvg"])
    assert fresh != text and story.code(await till.prepare(api, rich.a.cashier, fresh)) is None


async def test_a_pass_that_is_not_live_draws_nothing(travel: Travel, rich: World, api: Api) -> None:
    cancelled, spent, run_out = [
        await till.phone(api, rich.a, discount=one)
        for one in (rich.a.discount, await discount(rich.a.shop), await discount(rich.a.shop))
    ]
    head = rich.a.head_people[0]
    await story.done(api, head, "PassCancel", passId=cancelled.id)
    token = till.token(await till.prepare(api, rich.a.cashier, spent.qr()))
    assert (await till.confirm(api, rich.a.cashier, token))["errors"] == []
    travel.by(hours=24)
    for phone, state in ((cancelled, "CANCELLED"), (spent, "SPENT"), (run_out, "EXPIRED")):
        node = await shown(api, rich, phone.id)
        assert (node["state"], node["code"], node["qrSvg"], node["shortCode"]) == (state, None, None, None)


async def test_nobody_else_is_drawn_a_pass(travel: Travel, rich: World, api: Api) -> None:
    phone = await till.phone(api, rich.a)
    assert ids.find(phone.id, "Pass")
    for who in (rich.a.cashier, rich.a.head_people[1], rich.admin, rich.auditor, None):
        assert (await api.run(who.token if who else None, "PassQr", id=phone.id))["node"] is None


# -- app.py qr -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [CODE, "红城星店 优惠码", "-x --out"])
def test_the_command_draws_on_the_terminal(text: str) -> None:
    ran = command(NOWHERE, "qr", "--", text)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert till.read_blocks(ran.stdout.splitlines()) == [text], "piped: nothing but blocks"


def test_on_a_terminal_it_is_black_on_white_whatever_its_colours() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        try:
            subprocess.run([sys.executable, "app.py", "qr", CODE], cwd=ROOT, stdout=theirs, check=True, timeout=180)
        finally:
            os.close(theirs)
        drawn = b""
        try:
            while piece := screen.read(65536):
                drawn += piece
        except OSError:  # Linux says so when the other side is closed
            pass
    lines = drawn.decode().splitlines()
    marked = [re.fullmatch(r"\x1b\[38;5;16;48;5;231m(.*)\x1b\[0m", line) for line in lines]
    assert all(marked) and till.read_blocks([found[1] for found in marked if found]) == [CODE]


def test_the_command_writes_files(tmp_path: Path) -> None:
    for name, read in (("one.svg", till.read_svg), ("two.PNG", till.read_png)):
        ran = command(NOWHERE, "qr", CODE, "--out", str(tmp_path / name))
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
        file = (tmp_path / name).read_bytes()
        assert read(file.decode() if name.endswith("svg") else file) == [CODE]  # type: ignore[operator]


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "there.svg").write_text("kept")
    (tmp_path / "folder.png").mkdir()
    for name, says in (
        ("x.jpg", "须以 .svg 或 .png 结尾"),
        ("x", "须以 .svg 或 .png 结尾"),
        ("no/x.svg", "没有这个文件或文件夹"),
        ("there.svg/x.svg", "有一段不是文件夹"),
        ("there.svg", "已存在；请换一个名字"),
        ("folder.png", "是文件夹"),
        (f"{'x' * 300}.svg", "写不了"),
    ):
        with pytest.raises(Refusal, match=says) as caught:
            qr.show(CODE, tmp_path / name)
        assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "out")
    assert (tmp_path / "there.svg").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.png", "there.svg"]


def test_the_command_refuses_in_one_sentence(tmp_path: Path) -> None:
    assert "最多容纳 2331 字节" in refused(command(NOWHERE, "qr", "红" * 778))
    assert "没有这个文件或文件夹" in refused(command(NOWHERE, "qr", CODE, "--out", str(tmp_path / "no" / "x.svg")))
    not_utf8 = subprocess.run(
        [sys.executable, "app.py", "qr", b"\xff"], cwd=ROOT, capture_output=True, text=True, timeout=180, check=False
    )
    assert "不是 UTF-8 文字" in refused(not_utf8)
