"""Upkeep of a district: migrations, what is due, and reconciliation."""

import json
import sys
from contextlib import nullcontext
from typing import Annotated

import typer

from commands import terminal
from commands.cli import SERVE, SETTLEMENT, AsJson, cli
from commands.running import to_its_end, with_database
from services.db import database, embedded, grants
from services.kit import progress
from services.kit.settings import current
from services.work import due, reconciliation, retention, tick


@cli.command(rich_help_panel=SERVE)
def migrate(as_json: AsJson = False) -> None:
    """Create the tables, or bring them up to date (建表或升级)."""
    settings = current()
    with embedded.owner_url(settings) as url:
        made = to_its_end(database.migrate(url, settings))
    if as_json:
        terminal.document({"migrations": made})
    else:
        print("\n".join(made) or "已是最新")


@cli.command("grants", rich_help_panel=SERVE)
def print_grants(to: Annotated[str, typer.Option(help="The role that serves (服务用的数据库角色).")]) -> None:
    """Print the SQL that lets a role serve, and do no more (最小权限); `migrate` runs it for DATABASE_URL's role."""
    for statement in grants.statements(current().database_schema, to):
        print(f"{statement};")


@cli.command("tick", rich_help_panel=SERVE)
def run_tick(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of each kind.")] = 500,
    as_json: AsJson = False,
) -> None:
    """Do what is due by time (到期处理), once: run it every minute. Exit 1 when something failed."""
    counts = with_database(lambda: tick.run(limit), current())
    print(json.dumps(counts) if as_json else "\n".join(f"{name} {count}" for name, count in counts.items()))
    if counts["failed"]:
        raise typer.Exit(1)


@cli.command("due", rich_help_panel=SERVE)
def show_due(as_json: AsJson = False) -> None:
    """Show what is due by time and what waits (待办); exit 1 when tick or relay are more than 5 minutes late."""
    waiting = with_database(due.waiting, current())
    late = any(one.late for one in waiting)
    terminal.rows("waiting", waiting, as_json, late=late)
    if late:
        raise typer.Exit(1)


@cli.command("retention", rich_help_panel=SERVE)
def run_retention(
    audit_days: Annotated[
        int | None,
        typer.Option(min=retention.MIN_DAYS, help="Keep the audit (审计记录) for so many days; else for ever."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Delete what is older than it must be (保存期限), as the role that owns the tables: run it by a timer."""
    deleted = 0
    if audit_days is not None:
        days = audit_days
        deleted = with_database(lambda: retention.sweep(days), current(), owner=True)
    if as_json:
        terminal.document({"audit": deleted})
    else:
        print(f"删除审计记录 {deleted} 条" if audit_days is not None else "审计记录全部保留，没有删除")


@cli.command(rich_help_panel=SETTLEMENT)
def reconcile(as_json: AsJson = False) -> None:
    """Recompute every stored total (对账): points, stock, ceilings, promises, statements; exit 1 when any disagrees.

    It goes through the heads and then the shops, some thousands at a time, each time in one snapshot and without locks:
    it may run beside normal work. At a terminal it shows how far it is.
    """
    patient = {"database_statement_timeout_seconds": reconciliation.TIMEOUT_SECONDS}
    with progress.bar() if sys.stderr.isatty() else nullcontext(lambda *_: None) as report:
        drifts = with_database(lambda: reconciliation.drifts(report), current().model_copy(update=patient))
    if as_json:
        terminal.document({"drifts": drifts})
    else:
        print("\n".join(drifts) or "账目一致")
    if drifts:
        raise typer.Exit(1)
