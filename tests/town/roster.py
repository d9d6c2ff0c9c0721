"""Small rosters as CSV for the world's communities, their import, and what it left of the database as it was."""

import base64
import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from models.accounts import Account, Membership
from schema.graph import ids
from services import roster
from services.accounts import sessions
from services.db import database
from services.kit.secrets import phone_index
from services.roster.report import Report
from tests.town.world import Person

NOODLES = (
    "上海路街道",
    "A社区",
    "星星面馆",
    "餐饮",
    "香港路9号",
    "27.73",
    "106.92",
    "9:00-21:00",
    "500",
    "贺店员",
    "10000009401",
)
OFFER = ("八折", "打折", "8折", "20", "5", "100", "", "", "每天", "全天")
OWN = ("上海路街道", "A社区", "A小吃店", "餐饮", "香港路1号", "27.73", "106.92", "", "", "", "")

A, B = ("上海路街道", "A社区", "第一网格"), ("上海路街道", "B社区", "第一网格")
HOUSEHOLDS = ("街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话", "联户长", "联户长电话")
HEADS = ("街道", "社区", "网格", "联户长", "电话")
WORKERS = ("街道", "社区", "网格", "网格员", "电话")
CLUSTERS = ("街道", "社区", "网格", "联户长", "联户长电话", "楼栋", "户编号", "地址", "联系人", "电话")
SHOPS = ("街道", "社区", "店名", "类别", "地址", "纬度", "经度", "营业时间", "每月让利上限(元)", "店员", "店员电话")
DISCOUNTS = (
    *SHOPS,
    "优惠名称",
    "方式",
    "力度",
    "最低消费(元)",
    "所需积分",
    "总份数",
    "开始日期",
    "结束日期",
    "星期",
    "时段",
)


def table(headings: tuple[str, ...], *rows: tuple[Any, ...]) -> bytes:
    """A CSV in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode()


def in_base64(file: bytes) -> str:
    """A file as a request carries it."""
    return base64.b64encode(file).decode()


def silent(what: str, done: int, of: int) -> None:
    """Nobody watches."""


async def load(
    content: bytes, importer: roster.Importer = roster.COMMAND_LINE, *, dry_run: bool = False, name: str = "名册.csv"
) -> Report:
    """Import a file."""
    return await roster.import_file(content, name, importer, dry_run=dry_run, report_progress=silent)


async def loaded(content: bytes, importer: roster.Importer = roster.COMMAND_LINE) -> dict[str, tuple[int, int, int]]:
    """Import a file that must have nothing wrong with it; how many of each kind were added, changed, unchanged."""
    report = await load(content, importer)
    assert report.problems == [], report.problems
    return tallies(report)


def tallies(report: Report) -> dict[str, tuple[int, int, int]]:
    return {kind: (one.added, one.changed, one.unchanged) for kind, one in report.tallies.items()}


def changes(report: Report) -> list[tuple[int, str, tuple[str, ...]]]:
    return [(one.line.row, one.what, one.columns) for one in report.changes]


async def wrong(content: bytes, importer: roster.Importer = roster.COMMAND_LINE) -> list[tuple[int, str, str, str]]:
    """What is wrong with a file of which nothing is written: row, column, value, message."""
    async with untouched(audit=True):
        report = await load(content, importer)
    assert report.problems
    return [(one.line.row, one.column, one.value, one.message) for one in report.problems]


async def versions(*, audit: bool = False) -> set[tuple[str, str, str | None]]:
    """Each row of the database with its version: an update that changes nothing is one all the same. But for what a
    server does meanwhile: it marks rows of the outbox, makes notifications and deliveries of them, and folds counts."""
    tables = await database.fetch(
        "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema()"
        " AND tablename NOT IN ('sessions', 'markers', 'tortoise_migrations',"
        " 'notifications', 'webhook_deliveries', 'area_counts', 'area_totals', 'board_counts')"
    )
    names = [row["name"] for row in tables if audit or row["name"] != "audit_entries"]
    rows = await database.fetch(
        " UNION ALL ".join(
            f"SELECT '{name}' AS name, id::text, {'xmin::text' if name != 'outbox_entries' else 'NULL'} AS xmin"
            f" FROM {name}"
            for name in names
        )
    )
    return {(row["name"], row["id"], row["xmin"]) for row in rows}


@asynccontextmanager
async def untouched(*, audit: bool = False) -> AsyncIterator[None]:
    """Fails the test when meanwhile any row was added, changed or only written again; audit rows may have been
    added."""
    before = await versions(audit=audit)
    yield
    assert await versions(audit=audit) ^ before == set()


def shop_id(shop: Any) -> str:
    return ids.make("Shop", shop.id)


# For community A of the world: its second household is given a number and another name; and a row with a phone that
# is none. One column says nothing to us.
_ONE = ("街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话", "房屋面积")
CORRECTED = table(_ONE, (*A, "1栋", "H1", "1栋101室", "李大民", "'10000001101", "90"))
BROKEN = table(_ONE, (*A, "1栋", "H1", "1栋101室", "李大民", "1234567", "90"))


async def importer_of(person: Person) -> roster.Importer:
    viewer = await sessions.authenticate(person.token)
    assert viewer
    return roster.Importer.of(viewer)


async def account_of(phone: str) -> Account | None:
    return await Account.get_or_none(phone_index=phone_index(phone))


async def roles_of(phone: str) -> list[str]:
    """The roles that an account has, by its phone."""
    account = await account_of(phone)
    assert account
    return sorted(row.role for row in await Membership.filter(account_id=account.id, revoked_at=None))


def changed(row: tuple[Any, ...], **cells: str) -> tuple[Any, ...]:
    """A row with other cells, by place: `c3` is the fourth."""
    return tuple(cells.get(f"c{place}", cell) for place, cell in enumerate(row))
