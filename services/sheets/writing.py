"""Write an export's files: whole or not at all, readable by their owner alone; workbooks for an answer, in memory.

No cell acts as a formula.
"""

import codecs
import csv
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any, Protocol

from services.kit.errors import ErrorCode, Refusal, why
from services.sheets.cells import APOSTROPHES, ditto
from services.sheets.words import Kind

# What a spreadsheet may take for a formula, fullwidth too (OWASP, CSV injection): an apostrophe before it makes it
# text. So that `cells` can strip exactly that one, texts that begin with an apostrophe, or would mean the cell above
# (同上), get one too.
_DANGEROUS = re.compile(f"[{APOSTROPHES}=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")


_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")
MAX_TITLE = 31  # characters of a sheet's name


class Format(StrEnum):
    """What kind of file."""

    CSV = "csv"
    XLSX = "xlsx"

    @classmethod
    def of(cls, out: Path) -> "Format":
        """Return the format of a file name's suffix; CSV without one."""
        return cls.XLSX if out.suffix.lower() == ".xlsx" else cls.CSV


class Sheet(Protocol):
    """Takes the rows of one kind, the headings first."""

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell of a workbook; `marked` ones are coloured."""

    text: str
    marked: bool = False


def workbook(pages: Mapping[str, Iterable[Sequence[Marked]]]) -> bytes:
    """Return a workbook with a sheet for each page, by its title; the first row of each is its headings.

    The texts have no unprintable characters.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import PatternFill

    fill = PatternFill("solid", fgColor="FFF2CC")
    book = Workbook(write_only=True)
    for title, rows in pages.items():
        page = book.create_sheet(_NOT_IN_A_TITLE.sub(" ", title)[:MAX_TITLE])
        page.freeze_panes = "A2"
        for row in rows:
            cells = [WriteOnlyCell(page, guarded(one.text)) for one in row]
            for cell, one in zip(cells, row, strict=True):
                cell.number_format = "@"  # numbers stay as they were typed when they are corrected
                if one.marked:
                    cell.fill = fill
            page.append(cells)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def guarded(cell: str) -> str:
    """Return the cell harmless to a spreadsheet; an import reads it as it was."""
    if not (_DANGEROUS.match(cell) or ditto(cell)):
        return cell
    made = f"'{cell}"
    return f"`{cell}" if ditto(made) else made  # two apostrophes alone would mean the cell above


class Files:
    """The files of an export while they are written."""

    def __init__(self, kinds: Sequence[Kind], file_format: Format, opened: Sequence[IO[bytes]]) -> None:
        self._kinds, self._format, self._opened = kinds, file_format, opened
        self._book: Any = None

    def begin(self) -> dict[Kind, Sheet]:
        """Return an empty sheet for each kind; discard whatever was written before."""
        self.give_up()
        if self._format == Format.CSV:
            return {kind: _Csv(file) for kind, file in zip(self._kinds, self._opened, strict=True)}
        from openpyxl import Workbook  # a tenth of a second, which a CSV can do without

        self._book = Workbook(write_only=True)
        return {kind: _Page(self._book.create_sheet(kind.value)) for kind in self._kinds}

    def finish(self) -> None:
        """Write the rest."""
        if self._book is not None:
            # Into memory first: a ZipFile whose disk is full raises once more when collected.
            content = BytesIO()
            self._book.save(content)
            self._opened[0].write(content.getbuffer())

    def give_up(self) -> None:
        """Discard what was written, before its files are closed: an open sheet raises when collected."""
        for sheet in self._book.worksheets if self._book is not None else ():
            with suppress(Exception):
                sheet.close()


@contextmanager
def files(kinds: Sequence[Kind], file_format: Format, out: Path, *, force: bool) -> Iterator[Files]:
    """Open the files of an export, which appear under their names when the block ends well: `out`, or for several CSVs
    one of each kind's name in the folder `out`.

    A folder made for them is removed where it ends badly. Raises INVALID_INPUT for an existing file without `force`;
    OSError.
    """
    several = len(kinds) > 1 and file_format == Format.CSV
    targets = [out / f"{kind}.csv" for kind in kinds] if several else [out]
    for target in targets:
        check_free(target, force=force)
    with ExitStack() as stack:
        if several and not out.exists():
            stack.enter_context(_made(out))
        made = Files(kinds, file_format, [stack.enter_context(appearing(target)) for target in targets])
        try:
            yield made
            made.finish()
        except BaseException:
            made.give_up()
            raise


def check_free(target: Path, *, force: bool | None) -> None:
    """Raise INVALID_INPUT where a file can't be written: a folder, or, without `force`, an existing file."""
    if target.is_dir():
        raise Refusal(ErrorCode.INVALID_INPUT, f"{target} 是文件夹，请写文件名", "out")
    if target.exists() and not force:
        way_out = "请换一个名字" if force is None else "要覆盖请加 --force"
        raise Refusal(ErrorCode.INVALID_INPUT, f"{target} 已存在；{way_out}", "out")


@contextmanager
def new_file(target: Path, *, force: bool | None = None) -> Iterator[IO[bytes]]:
    """Open one file as `appearing`. `force` None: the caller has no such option.

    Raises INVALID_INPUT where it can't be written, or exists and not `force`.
    """
    try:
        check_free(target, force=force)
        with appearing(target) as file:
            yield file
    except OSError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"写不了 {target}：{why(error)}", "out") from error


@contextmanager
def appearing(target: Path) -> Iterator[IO[bytes]]:
    """Open a file for its owner alone, in its folder under a temporary name until it is whole."""
    file = tempfile.NamedTemporaryFile(dir=target.parent, prefix=".export-", delete=False)  # noqa: SIM115  (mode 0600)
    made = Path(file.name)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        made.replace(target)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make a folder for its owner alone, removed where the block ends badly."""
    folder.mkdir(mode=0o700)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # another process put something into it
            folder.rmdir()
        raise


class _Csv:
    """One CSV, in UTF-8 with a BOM, for spreadsheets."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.seek(0)
        file.truncate()
        file.write(codecs.BOM_UTF8)

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows."""
        text = TextIOWrapper(self._file, encoding="utf-8", newline="")
        csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
        text.detach()


class _Page:
    """One sheet of a workbook."""

    def __init__(self, page: Any) -> None:
        self._page = page
        page.freeze_panes = "A2"

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows."""
        for row in rows:
            self._page.append([guarded(cell) for cell in row])
