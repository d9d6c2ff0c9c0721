"""Files that an export writes: whole or not at all, for their owner alone, and without a cell that is a formula."""

import codecs
import csv
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from enum import StrEnum
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any, Protocol

from services.kit.errors import ErrorCode, Refusal, why
from services.sheets.cells import APOSTROPHES, ditto
from services.sheets.words import Kind

# What a spreadsheet may take for a formula, also at full width (OWASP, CSV injection). An apostrophe before it makes it
# a text; so that `cells` can take exactly that one off again, what begins with an apostrophe gets one too, and what
# would mean the cell above (同上).
_DANGEROUS = re.compile(f"[{APOSTROPHES}=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")


class Format(StrEnum):
    """What kind of file."""

    CSV = "csv"
    XLSX = "xlsx"

    @classmethod
    def of(cls, out: Path) -> "Format":
        """What the name says; CSV when it says nothing."""
        return cls.XLSX if out.suffix.lower() == ".xlsx" else cls.CSV


class Sheet(Protocol):
    """Takes the rows of one kind, the headings first."""

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows."""


def guarded(cell: str) -> str:
    """The cell, harmless to a spreadsheet; an import takes it for what it was."""
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
        """An empty sheet for each kind; whatever was written before is forgotten."""
        self.give_up()
        if self._format == Format.CSV:
            return {kind: _Csv(file) for kind, file in zip(self._kinds, self._opened, strict=True)}
        from openpyxl import Workbook  # a tenth of a second, which a CSV needs not wait for

        self._book = Workbook(write_only=True)
        return {kind: _Page(self._book.create_sheet(kind.value)) for kind in self._kinds}

    def finish(self) -> None:
        """Write what is not written yet."""
        if self._book is not None:
            # Into memory first: a ZipFile whose disk is full complains once more when it is collected.
            content = BytesIO()
            self._book.save(content)
            self._opened[0].write(content.getbuffer())

    def give_up(self) -> None:
        """Forget what was written, before its files are closed: a sheet still open complains when it is collected."""
        for sheet in self._book.worksheets if self._book is not None else ():
            with suppress(Exception):
                sheet.close()


@contextmanager
def files(kinds: Sequence[Kind], file_format: Format, out: Path, *, force: bool) -> Iterator[Files]:
    """The files of an export, which appear under their names when the block ends well: `out`, or for several kinds as
    CSV one of each kind's name in the folder `out`.

    A folder that was made for them is gone again where it ends badly. Raises INVALID_INPUT when one is there already
    and not `force`; OSError.
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
    """Raise INVALID_INPUT where a file can't be written: a folder, or, without `force`, what is there already."""
    if target.is_dir():
        raise Refusal(ErrorCode.INVALID_INPUT, f"{target} 是文件夹，请写文件名", "out")
    if target.exists() and not force:
        way_out = "请换一个名字" if force is None else "要覆盖请加 --force"
        raise Refusal(ErrorCode.INVALID_INPUT, f"{target} 已存在；{way_out}", "out")


@contextmanager
def new_file(target: Path, *, force: bool | None = None) -> Iterator[IO[bytes]]:
    """One file, as `appearing`; without `force` for who can't ask for it.

    Raises INVALID_INPUT where it can't be written, or is there already and not `force`.
    """
    try:
        check_free(target, force=force)
        with appearing(target) as file:
            yield file
    except OSError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"写不了 {target}：{why(error)}", "out") from error


@contextmanager
def appearing(target: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone, beside its place, with a name of its own until it is whole."""
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
    """A folder for its owner alone, which is gone again where the block ends badly."""
    folder.mkdir(mode=0o700)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # somebody else put something into it
            folder.rmdir()
        raise


class _Csv:
    """One CSV, in UTF-8 with the mark by which spreadsheets know it."""

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
