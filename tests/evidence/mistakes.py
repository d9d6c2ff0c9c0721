"""Every kind of mistake that a roster can have, and what is to be said of it."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl

from services.roster.headings import HEADINGS
from services.sheets import reading
from services.sheets.words import Kind
from tests.town.roster import A, table
from tests.town.sheets import SHEET, saved, with_part, workbook

SAYS_WHAT_TO_DO = re.compile("请|应|须|最多|要一起|不能早于|表：街道、社区")
Said = tuple[str, int, str, str, str]  # sheet, row, column, value, message

# -- rows --------------------------------------------------------------------------------------------------------------

STREET, HOME, NET = A
SHEETS = {kind.value: list(HEADINGS[kind].values()) for kind in Kind}
GOOD: dict[str, Callable[[int], dict[str, Any]]] = {
    "住户": lambda n: {"街道": STREET, "社区": HOME, "网格": NET, "楼栋": "1栋", "户编号": f"H{n}",
                    "地址": f"9{n:02}室",
                    "联系人": "李雷", "联户长": "赵联户", "联户长电话": "10000001000"},
    "联户长": lambda n: {"街道": STREET, "社区": HOME, "网格": NET, "联户长": "韩梅", "电话": f"100000080{n:02}"},
    "网格员": lambda n: {"街道": STREET, "社区": HOME, "网格": NET, "网格员": "马网格", "电话": f"100000090{n:02}"},
    "店铺": lambda n: {"街道": STREET, "社区": HOME, "店名": f"面馆{n}号", "类别": "餐饮", "地址": "香港路2号",
                    "纬度": 27.72, "经度": 106.92, "优惠名称": "八折", "方式": "打折", "力度": "8折"},
}  # fmt: skip
AS_TEXT = "请把该列设为“文本”格式后重新填写"
PERCENT = "折扣请写成“8折”“8.5折”或“减20%”这样的形式，减去 1% 到 100% 的整数"

# In which sheet, what is typed, and what is then said: of which column and cell, and how.
MISTAKES: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("住户", {"街道": None}, "街道", "", "没有填写，上面也没有可以沿用的，请填写此项"),  # in the first row
    ("住户", {"户编号": "52010119900101123X"}, "户编号", "520****1123X",
     "这里不能填身份证号（系统不保存身份证号），请改用社区自编的编号"),
    ("住户", {"地址": "901室(520302199001011234)"}, "地址", "901室(520****1234)",
     "这里有身份证号（系统不保存身份证号），请删去"),
    ("住户", {"地址": "901室电话10000009101"}, "地址", "901室电话100****9101",
     "这里有电话号码，请删去，或移到电话一列"),
    ("住户", {"联系人": "李?"}, "联系人", "李**",
     "有问号，也许是另存时丢失的字，请补全，并把文件另存为“CSV UTF-8”或 .xlsx"),
    ("住户", {"电话": "10000009101/10000009102"}, "电话", "100****9102",
     "这一格里有不止一个手机号，分不清用哪一个，请只留一个"),
    ("住户", {"地址": None}, "地址", "", "没有填写，请填写此项"),
    ("住户", {"地址": "长" * 121}, "地址", "长" * 40 + "…", "内容过长，最多 120 个字"),
    ("住户", {"联系人": 12}, "联系人", "1**", "这里应填姓名，请核对是否填错了列"),
    ("住户", {"联系人": "李雷13812345678"}, "联系人", "李**", "姓名里有号码，请把号码填到电话一列"),
    ("住户", {"联系人": "#REF!"}, "联系人", "#**", "单元格显示的是错误，不是内容，请改正公式或重新填写"),
    ("住户", {"联系人": "李\ufffd"}, "联系人", "李**",
     "有无法识别的文字（乱码），请重新填写，并把文件另存为“CSV UTF-8”或 .xlsx"),
    ("住户", {"联系人": "=F2"}, "联系人", "",
     "公式还没有计算结果：请用 Excel 或 WPS 打开、保存后再导入，或把它粘贴为数值"),
    ("住户", {"联系人": True}, "联系人", "T**", "这里是逻辑值 TRUE 或 FALSE，请填写内容"),
    ("住户", {"地址": datetime(2026, 3, 1)}, "地址", "2026-03-01", f"表格软件把它当成了日期或时间，{AS_TEXT}"),
    ("住户", {"户编号": 1.2345678e16}, "户编号", "123****0000", f"数字超过 15 位，表格软件已丢失后几位，{AS_TEXT}"),
    ("住户", {"电话": "1.38E+10"}, "电话", "****", f"号码被表格软件变成了科学计数，后几位已丢失，{AS_TEXT}"),
    ("住户", {"电话": "1381234567"}, "电话", "138****567", "手机号应为 11 位数字，请核对"),
    ("住户", {"联户长": None, "联户长电话": None}, "联户长电话", "",
     "没有填写：与上一行是同一位联户长请再写一遍，没有联户长请填“无”"),
    ("联户长", {"联户长": None, "电话": None, "社区": "B社区"}, "", "", ""),  # only a place: a heading between the rows
    ("联户长", {"联户长": None}, "联户长", "", "没有填写，请填写此项"),
    ("联户长", {"电话": "无"}, "电话", "无**", "没有填写，请填写此项"),
    ("网格员", {"网格员": None}, "网格员", "", "没有填写，请填写此项"),
    ("网格员", {"网格": None, "社区": "新社区"}, "网格", "", "没有填写，上面也没有可以沿用的，请填写此项"),
    ("店铺", {"最低星级": "同上"}, "最低星级", "同上", "“同上”的上面没有可以沿用的内容，请写明"),  # in the first row
    ("店铺", {"类别": "百货大楼"}, "类别", "百货大楼",
     "类别应是以下之一：餐饮、商超、药店、诊所、理发、维修、服装、教育、休闲、公共服务、物业、其他"),
    ("店铺", {"类别": "公共服务"}, "类别", "公共服务", "公共服务只用于共建单位：请另选类别，或把这一行写进共建单位表"),
    ("店铺", {"纬度": "27度43分"}, "纬度", "27度43分", "这里应填以度为单位的小数，例如 27.72538"),
    ("店铺", {"纬度": 106.92}, "纬度", "106.92", "这里应在 -90 到 90 之间，请核对纬度与经度是否填反"),
    ("店铺", {"每月让利上限(元)": 2_000_000_000}, "每月让利上限(元)", "2000000000",
     "最多 10000000 元，请核对单位是否为元"),
    ("店铺", {"店员": "小王"}, "店员电话", "", "店员的姓名和电话要一起填写，或都不填"),
    ("店铺", {"方式": "买一送一"}, "方式", "买一送一", "优惠方式应是以下之一：打折、立减、赠品"),
    ("店铺", {"力度": "便宜"}, "力度", "便宜", PERCENT),
    ("店铺", {"方式": "立减", "力度": "满30减5,满60减12"}, "力度", "满30减5,满60减12",
     "这里有不止一档优惠，请分成几行填写，每行一档，优惠名称不同"),
    ("店铺", {"方式": "立减", "力度": "每满30减5"}, "力度", "每满30减5",
     "系统没有“每满多少减多少”的优惠，请改成只减一次的，如“满30减5”"),
    ("店铺", {"方式": "立减", "力度": "满30减5", "最低消费(元)": 50}, "最低消费(元)", "50",
     "与力度里的消费门槛不同，请改成一样的，或只写一处"),
    ("店铺", {"优惠名称": "满30减5", "方式": "立减", "力度": "5元"}, "最低消费(元)", "",
     "优惠名称里写着消费门槛，请在这一列填写最低消费"),
    ("店铺", {"力度": "80%"}, "力度", "80%", "分不清是打折还是减去这么多，请写成“8折”或“减20%”这样的形式"),
    ("店铺", {"方式": "立减", "力度": "很多"}, "力度", "很多", "这里应填金额，单位为元，例如 20 或 12.50"),
    ("店铺", {"最低消费(元)": 12.345}, "最低消费(元)", "12.345", "金额最多两位小数，请改到分"),
    ("店铺", {"方式": "立减", "力度": "5元", "最高优惠(元)": 9}, "最高优惠(元)", "9",
     "立减优惠没有最高优惠金额，请留空"),
    ("店铺", {"所需积分": 1.5}, "所需积分", "1.5", "这里应填整数，例如 3"),
    ("店铺", {"最低星级": 6}, "最低星级", "6", "最低星级须在 1 到 5 之间"),
    ("店铺", {"最低消费(元)": 100_001}, "最低消费(元)", "100001", "最低消费须在 0.00 元到 100000 元之间"),
    ("店铺", {"开始日期": "2026-02-30"}, "开始日期", "2026-02-30", "没有这一天，请核对年月日"),
    ("店铺", {"开始日期": "下个月"}, "开始日期", "下个月", "日期请写成 2026-11-01 这样的形式（年-月-日）"),
    ("店铺", {"结束日期": date(1999, 1, 1)}, "结束日期", "1999-01-01", "日期应在 2000-01-01 到 "
"2099-12-31 之间，请核对"),
    ("店铺", {"开始日期": "2026-11-02", "结束日期": "2026-11-01"}, "结束日期", "2026-11-01",
     "结束日期不能早于开始日期"),
    ("店铺", {"星期": "有时"}, "星期", "有时", "星期请写成“每天”“工作日”“周末”“周一至周五”或“周一、周三”这样的形式"),
    ("店铺", {"时段": "早上"}, "时段", "早上",
     "时段请写成 11:00-14:00 这样的形式，只写一段；过夜写成 22:00-次日02:00，全天写“全天”"),
    ("店铺", {"时段": "08:00-次日09:00"}, "时段", "08:00-次日09:00",
     "时段不能超过一天，请核对开始与结束的时间；全天请写“全天”"),
]  # fmt: skip


def broken() -> tuple[bytes, list[Said]]:
    """One workbook with all of them, a good row beside each, and what is to be said of it."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    said: list[Said] = []
    for name, headings in SHEETS.items():
        sheet = book.create_sheet(name)
        sheet.append(headings)
        for number, (_, typed, column, value, message) in enumerate(one for one in MISTAKES if one[0] == name):
            if number:
                sheet.append([GOOD[name](2 * number).get(heading) for heading in headings])
            cells = GOOD[name](2 * number + 1) | typed
            sheet.append([cells.get(heading) for heading in headings])
            if message:
                said.append((name, sheet.max_row, column, value, message))
    return saved(book), said


def sheets(**rows: list[dict[str, Any]]) -> bytes:
    """A workbook of these rows, each as the good one but for what is given."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, given in rows.items():
        sheet = book.create_sheet(name)
        sheet.append(SHEETS[name])
        for number, typed in enumerate(given, start=50):
            cells = GOOD[name](number) | typed
            sheet.append([cells.get(heading) for heading in SHEETS[name]])
    return saved(book)


# -- whole files -------------------------------------------------------------------------------------------------------

WORKERS = SHEETS["网格员"]
ROW = [*A, "马网格", "10000009001"]
SAVE_AGAIN = "请用 Excel 或 WPS 打开，另存为 .xlsx 或“CSV UTF-8”后再导入"
SAVED_ANEW = "请用 Excel 或 WPS 打开后另存为新的 .xlsx"
WANTED = (
    "住户表：街道、社区、网格、地址、联系人；联户长表：街道、社区、网格、联户长、电话；"
    "网格员表：街道、社区、网格、网格员、电话；店铺表：街道、社区、店名、类别、地址、纬度、经度；"
    "共建单位表：街道、社区、单位名称、类别、地址、纬度、经度"
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
BOOK = workbook(WORKERS, ROW)


def in_sheet(old: bytes, new: bytes) -> bytes:
    """The workbook with something of its sheet replaced."""
    return with_part(BOOK, SHEET, lambda part: part.replace(old, new))


def locked() -> bytes:
    content = bytearray(BOOK)
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def merged(area: str) -> bytes:
    return in_sheet(b"</sheetData>", f'</sheetData><mergeCells><mergeCell ref="{area}"/></mergeCells>'.encode())


def of_sheets(count: int) -> bytes:
    book = openpyxl.Workbook()
    for number in range(count - 1):
        book.create_sheet(str(number))
    return saved(book)


# The limits are made small while these are read.
SMALL = {"MAX_BYTES": 200_000, "MAX_ROWS": 30, "MAX_CELLS": 3_000, "MAX_EMPTY_ROWS": 50, "MAX_ELEMENTS": 9_000}
FILES: list[tuple[bytes, str]] = [
    (b"", f"文件里没有可以导入的内容。各表需要的标题：{WANTED}"),
    ("请按要求填写\r\n".encode(), f"看不出这是哪一种表。{WANTED}"),
    (table(tuple(WORKERS[:4]), A), "看起来是网格员表，但缺少这些列：电话。请补上（标题写在同一行）"),
    (table((*WORKERS, "联系电话"), ROW), "电话、联系电话：都是同一项，分不清用哪一列，请改名或删去多余的"),
    (table(tuple(WORKERS), ROW) + '"乱'.encode(), "这一行的双引号不成对，"
"或有一格过长：请改正（格子里的双引号要写两遍）"),
    (b"x" * (reading.MAX_LINE + 1), f"有一行超过 {reading.MAX_LINE} 个字，不像表格：{SAVE_AGAIN}"),
    (b"<html><table>", f"这不是表格文件，也许是网页或 PDF 改了名字：{SAVE_AGAIN}"),
    (b"\x89PNG\r\n\x1a\n\0\0", f"这不是表格文件：{SAVE_AGAIN}"),
    (OLD_OFFICE, f"这是旧版 .xls 文件，无法读取：{SAVE_AGAIN}"),
    (OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"), "文件有密码保护：请去掉密码后重新保存"),
    (locked(), "文件有密码保护：请去掉密码后重新保存"),
    (b"PK\x05\x06" + bytes(18), f"这不是 .xlsx 文件：{SAVE_AGAIN}"),
    (BOOK[: len(BOOK) // 2], f"文件已损坏，或不是 .xlsx 文件：{SAVE_AGAIN}"),
    (in_sheet(b'r="2"', b'r="0"'), f"文件已损坏（行号不对）：{SAVED_ANEW}"),
    (merged("1A"), f"文件已损坏（合并单元格不对）：{SAVED_ANEW}"),
    (with_part(BOOK, SHEET, lambda _: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
     f"文件的内部格式有问题，无法读取：{SAVED_ANEW}"),
    (of_sheets(reading.MAX_SHEETS + 1), f"一个文件最多 {reading.MAX_SHEETS} 张工作表：请拆成几个文件"),
    (with_part(BOOK, "xl/media/a.png", lambda _: bytes(300_000)),
     "文件解压后过大，无法读取：请把数据复制到新的工作簿，只保留要导入的表，或另存为 CSV"),
    (workbook(WORKERS, *[ROW] * 31), "一个 .xlsx 文件最多 30 行：请拆成几个文件，或另存为 CSV（不限行数）"),
    (merged("A3:Z999"),
     "工作簿里带格式的单元格过多（也许整列合并或整表设了格式）：请把数据复制到新的工作簿，或另存为 CSV"),
    (in_sheet(b"</sheetData>", b'<row ht="20"/>' * 51 + b"</sheetData>"),
     "带格式的空行或单元格过多（也许整列合并，或整表设了格式）：请只把数据复制到新的工作簿，或另存为 CSV"),
    (with_part(BOOK, "xl/x.xml", lambda _: b"<a>" + b"<b/>" * 9_000 + b"</a>"),
     "工作簿的内容过多：请把数据复制到新的工作簿，或另存为 CSV"),
]  # fmt: skip
