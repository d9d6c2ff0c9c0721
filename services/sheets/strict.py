"""Strict Open XML: a spreadsheet's optional format, with the same parts under namespaces that openpyxl does not know.
They are renamed to the usual ones."""

import tempfile
import zipfile
from typing import IO

_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMES = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/", b"http://schemas.openxmlformats.org/spreadsheetml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
_IN_MEMORY_BYTES = 20_000_000


def is_strict(archive: zipfile.ZipFile) -> bool:
    """Return whether a workbook has those namespaces."""
    return any(
        _STRICT in archive.read(part) for part in ("_rels/.rels", "xl/workbook.xml") if part in archive.namelist()
    )


def transitional(archive: zipfile.ZipFile) -> IO[bytes]:
    """Return the same workbook under the usual namespaces, in a temporary file that goes when closed. The archive was
    surveyed, so its size is bounded."""
    made = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115  (the caller closes it)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as renamed:
        for part in archive.infolist():
            content = archive.read(part)
            if part.filename.endswith((".xml", ".rels")):
                for strict, known in _NAMES:
                    content = content.replace(strict, known)
            renamed.writestr(part.filename, content)
    made.seek(0)
    return made
