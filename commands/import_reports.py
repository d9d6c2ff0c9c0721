"""The report of an import at a terminal."""

import sys
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from commands import terminal
from services.roster.report import MAX_CHANGES, MAX_PROBLEMS, Report


def show(report: Report, as_json: bool) -> None:
    """Print what was done to stdout, or all of it as one JSON object; print mistakes to stderr, as a table."""
    if as_json:
        terminal.document(asdict(report))
    for notice in report.notices:
        terminal.remark(f"注意：{notice}")
    if report.notes and not as_json:
        _print(_notes(report), sys.stderr)
    if report.problems:
        _print(_problems(report), sys.stderr)
        terminal.remark(_refused(report))
    elif not as_json:
        _print(_tallies(report), sys.stdout)
        if report.changes:
            _print(_changes(report), sys.stdout)
        print("这是试运行，没有写入任何内容" if report.dry_run else "已导入")


def _refused(report: Report) -> str:
    more = f"超过 {MAX_PROBLEMS} 处问题（只列出前 {MAX_PROBLEMS} 处）"
    found = more if report.more_problems else f" {len(report.problems)} 处问题"
    return f"发现{found}，没有写入任何内容；请改正后重新导入"


def _problems(report: Report) -> Table:
    table = Table("工作表", "行", "列", "内容", "问题", box=None, pad_edge=False)
    for one in report.problems:
        table.add_row(*map(escape, (one.line.sheet, str(one.line.row or ""), one.column, one.value, one.message)))
    return table


def _notes(report: Report) -> Table:
    table = Table("工作表", "行", "列", "内容", "怎样读取", box=None, pad_edge=False)
    for one in report.notes:
        more = f" 等 {one.count} 行" if one.count > len(one.rows) else ""
        rows = "、".join(map(str, one.rows)) + more
        table.add_row(*map(escape, (one.sheet, rows, one.column, one.value, one.message)))
    return table


def _tallies(report: Report) -> Table:
    table = Table("", "新增", "修改", "不变", box=None, pad_edge=False)
    for kind, tally in report.tallies.items():
        table.add_row(kind, str(tally.added), str(tally.changed), str(tally.unchanged))
    return table


def _changes(report: Report) -> Table:
    title = f"前 {MAX_CHANGES} 处修改" if len(report.changes) == MAX_CHANGES else None
    table = Table("工作表", "行", "修改了", "列", box=None, pad_edge=False, title=title, title_justify="left")
    for one in report.changes:
        table.add_row(*map(escape, (one.line.sheet, str(one.line.row), one.what, "、".join(one.columns))))
    return table


def _print(table: Table, file: Any) -> None:
    console = Console(file=file)
    if not console.is_terminal:
        console.width = terminal.WIDTH
    console.print(table)
