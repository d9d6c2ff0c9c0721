"""Statements (结算单): listed and written to files."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commands import terminal
from commands.cli import After, AnyShop, AsJson, Limit, Month, settlement
from commands.running import with_database
from services.db.paging import PageRequest
from services.kit.settings import current
from services.settlement import export as statement_export


@settlement.command("list")
def list_statements(
    shop: AnyShop = None, month: Month = None, limit: Limit = 31, after: After = None, as_json: AsJson = False
) -> None:
    """List shops' closed days (结算单列表), newest first."""
    page = PageRequest(limit, after)
    found = with_database(lambda: statement_export.listed(page, shop, month and month.date()), current())
    terminal.page("statements", found, as_json)


@settlement.command("export")
def export_statements(
    shop: Annotated[str, typer.Option(help="The shop (店铺): its name, 社区/店名, or its id.")],
    out: Annotated[Path, typer.Option(help="The file (文件): .csv, .xlsx, or .json for one day's canonical form.")],
    month: Month = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of this day (日期) only.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there (覆盖).")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a shop's statements of a month or a day (导出结算单), with Chinese headings."""
    of = day and day.date(), month and month.date()
    counts = with_database(lambda: statement_export.export(shop, *of, out, force=force), current())
    if as_json:
        terminal.document(counts)
    else:
        print("\n".join(f"{name} {count}" for name, count in counts.items()))
