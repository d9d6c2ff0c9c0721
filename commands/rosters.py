"""Rosters (名册): imported and exported."""

from pathlib import Path
from typing import Annotated

import typer

from commands import import_reports, terminal
from commands.cli import DATA, AsJson, OnDemo, cli
from commands.running import with_database
from services import roster
from services.kit import progress
from services.kit.settings import current
from services.roster import writing
from services.roster.writing import KINDS, WrittenKind
from services.sheets.words import Kind
from services.sheets.writing import Format


@cli.command("import", rich_help_panel=DATA)
def import_roster(
    file: Annotated[Path, typer.Argument(help="A roster (名册): .csv of any size, or .xlsx.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, tell it, and undo it (试运行).")] = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """Load areas, households, heads, grid workers and shops (导入名册): all of the file or nothing.

    The same file again changes nothing, a corrected one only what was corrected. Exit 1 when anything in it is wrong.
    """

    async def load() -> roster.Report:
        with progress.bar() as report:
            return await roster.import_file(
                file, file.name, roster.COMMAND_LINE, dry_run=dry_run, report_progress=report
            )

    report = with_database(load, current(), on_demo=on_demo or dry_run)
    import_reports.show(report, as_json)
    if report.problems:
        raise typer.Exit(1)


@cli.command("export", rich_help_panel=DATA)
def export_roster(
    out: Annotated[Path, typer.Option(help="The file (文件); for all kinds as csv the folder for theirs (文件夹).")],
    kind: Annotated[WrittenKind, typer.Option(case_sensitive=False, help="What (导出什么).")] = WrittenKind.ALL,
    file_format: Annotated[
        Format | None,
        typer.Option("--format", case_sensitive=False, help="If not as --out ends, else csv; xlsx up to 20,000 rows."),
    ] = None,
    area: Annotated[str | None, typer.Option(help="Of one area (区域) only: 街道/社区/网格.")] = None,
    with_phones: Annotated[
        bool, typer.Option("--with-phones", help="With the phones (手机号); it is audited.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there (覆盖).")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a roster (导出名册) in the formats of import. With phones, importing it again changes nothing.

    Without, the columns of phones are left out; heads and grid workers can then not be imported, for they are known
    by nothing else.
    """

    async def write() -> dict[Kind, int]:
        with progress.bar() as report:
            return await writing.export(
                KINDS[kind],
                file_format or Format.of(out),
                out,
                area,
                with_phones=with_phones,
                force=force,
                report_progress=report,
            )

    counts = with_database(write, current())
    if as_json:
        terminal.document({"rows": {one.name.lower(): count for one, count in counts.items()}})
    else:
        print("\n".join(f"{one} {count}" for one, count in counts.items()))
