"""Output and questions at a terminal: tables for people, one JSON document for programs.

Results go to stdout; questions and remarks go to stderr, so that stdout can be piped.
"""

import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.db.paging import Page
from services.kit import clock, logs
from services.kit.errors import XingdianError

WIDTH = 240  # of a table when stdout is no terminal
YES = {"y", "yes", "是"}
# The columns of each table, with their headings.
HEADINGS = {
    "memberships": {
        "role": "身份 role",
        "display_name": "姓名 name",
        "phone": "手机号 phone",
        "scope": "范围 scope",
        "owner": "店主 owner",
        "granted_at": "授予 granted",
        "revoked_at": "收回 revoked",
    },
    "accounts": {
        "id": "编号 id",
        "display_name": "姓名 name",
        "phone": "手机号 phone",
        "disabled_at": "停用 disabled",
        "merged_into_id": "并入 merged into",
    },
    "sessions": {
        "id": "编号 id",
        "display_name": "姓名 name",
        "phone": "手机号 phone",
        "label": "备注 label",
        "created_at": "登录 created",
        "last_seen_at": "最近 last seen",
        "expires_at": "到期 expires",
    },
    "statements": {
        "day": "结算日 day",
        "shop": "店铺 shop",
        "redemptions": "核销 redemptions",
        "corrections": "更正 corrections",
        "saved_fen": "优惠(分) saved fen",
        "payable_fen": "实付(分) paid fen",
        "points": "积分 points",
        "shop_acknowledged_at": "店铺确认 shop",
        "district_acknowledged_at": "区里确认 district",
        "sha256": "SHA-256",
    },
    "documents": {
        "id": "documentId",
        "operation": "操作 operation",
        "file": "文件 file",
    },
    "waiting": {
        "words": "事项 what",
        "kind": "kind",
        "by": "归谁 whose",
        "count": "数量 how many",
        "since": "最早 since",
        "late": "逾期 late",
    },
}

# Printed in place of an empty table.
NONE = {
    "memberships": "没有符合条件的身份。No roles.",
    "sessions": "没有符合条件的登录。No sessions.",
    "statements": "没有符合条件的结算单。No statements.",
    "documents": "没有可信文档。No trusted documents.",
    "waiting": "没有待办。Nothing is waiting.",
}


class NotConfirmed(XingdianError):
    """The operator did not confirm, so nothing was changed."""


def steady_streams() -> None:
    """Ensure the three standard streams: replace closed ones by /dev/null, and escape what a terminal can't show."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush() -> None:
    """Flush stdout. Raises OSError while it can still be reported."""
    sys.stdout.flush()


def give_up() -> None:
    """Drop unprinted output, so that the interpreter does not complain of it on exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def document(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, ensure_ascii=False, default=_plain))


def rows(name: str, found: Sequence[Any], as_json: bool, **beside: Any) -> None:
    """Print frozen dataclasses: as a table by HEADINGS, as NONE's sentence if there are none, or as JSON.

    As JSON, `name` holds all attributes of each, next to the keys of `beside`.
    """
    headings = HEADINGS[name]
    if as_json:
        document({name: [asdict(row) for row in found], **beside})
        return
    if not found:
        print(NONE[name])
        return
    table = Table(*headings.values(), box=None, pad_edge=False)
    for row in found:
        table.add_row(*(_shown(getattr(row, attribute)) for attribute in headings))
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    console.print(table)


def page(name: str, found: Page[Any], as_json: bool) -> None:
    """Print a page, and the cursor of the next one: in the document, or as a remark."""
    following = found.cursor(-1) if found.has_next else None
    rows(name, found.rows, as_json, next=following)
    if following and not as_json:
        remark(f"There is more (还有): --after {following}")


def remark(text: str) -> None:
    """Print a remark to stderr, or log it where logs are JSON."""
    if logs.wanted_json():
        logs.log.info(text)
    else:
        print(text, file=sys.stderr)


def confirm(question: str, yes: bool) -> None:
    """Ask before a destructive change. Raises NotConfirmed without a clear yes, and without a terminal."""
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise NotConfirmed(f"{question} There is no terminal to ask at: add --yes to do it.")
    # While the event loop runs, a SIGINT would only be recorded, and the question would go on waiting.
    noted = signal.signal(signal.SIGINT, lambda number, _: sys.exit(128 + number))
    try:
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    finally:
        signal.signal(signal.SIGINT, noted)
    if answer.strip().lower() not in YES:
        raise NotConfirmed("Nothing was changed.")


def _plain(value: Any) -> Any:
    """Return a value for JSON."""
    if isinstance(value, datetime):
        return clock.local(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Enum):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _shown(value: Any) -> str:
    """Return a value for a table. (User text is not mark-up.)"""
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "是 yes" if value else ""
    return escape("" if value is None else str(value))
