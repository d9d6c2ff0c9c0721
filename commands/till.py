"""The till."""

from pathlib import Path
from typing import Annotated

import typer

from commands.cli import DATA, cli
from services.till import qr


@cli.command("qr", rich_help_panel=DATA)
def show_qr(
    text: Annotated[str, typer.Argument(help="What it says (内容): a pass's code, or anything.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="A new file (文件), .svg or .png, instead of the terminal.")] = None,
) -> None:
    """Draw a QR code (二维码) of a text, as it is, on the terminal or into a file."""
    qr.show(text, out)
