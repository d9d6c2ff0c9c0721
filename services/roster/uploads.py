"""A roster sent with a request: bounded in size and time, one at a time in a process."""

import asyncio
import base64
import binascii
from dataclasses import dataclass, field

from services.kit import deadlines, text
from services.kit.errors import ErrorCode, Refusal
from services.kit.forms import Form
from services.kit.viewer import Viewer
from services.roster import Importer, Report, import_file, refused

MAX_BYTES = 1024 * 1024
MAX_BODY_BYTES = 1_500_000  # bytes of a request that carries MAX_BYTES in base64
MAX_NAME = 120
DEADLINE_SECONDS = 30.0
REFUSED_WITHIN_SECONDS = 5.0

_one = asyncio.Lock()


@dataclass(frozen=True, slots=True)
class Upload:
    """The report on a file that came with a request; the file itself for as long as the answer is made."""

    report: Report
    name: str = field(repr=False)
    content: bytes = field(repr=False)


async def upload(viewer: Viewer, file_name: str, content_base64: str, *, dry_run: bool) -> Upload:
    """Import a file for community staff, into their communities, or for an administrator; see `import_file`.

    Raises INVALID_INPUT for an unreadable file, for one of more than 1 MB, and for one that takes longer than
    DEADLINE_SECONDS; INVALID_STATE while another import runs.
    """
    with Form() as form:
        name = form(text.clean, file_name, "fileName", least=1, most=MAX_NAME)
        content = form(_decoded, content_base64)
    if _one.locked():
        raise Refusal(ErrorCode.INVALID_STATE, "另一份名册正在导入，请等它完成后再试")
    try:
        # An import has its own deadline, longer than any other request's.
        async with _one, asyncio.timeout(DEADLINE_SECONDS):
            with deadlines.lifted():
                report = await import_file(
                    content, name, Importer.of(viewer), dry_run=dry_run, report_progress=lambda *_: None
                )
                return Upload(report, name, content)
    except TimeoutError:
        message = "一次处理不完这么多内容，没有写入任何内容；请分成几份导入"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "contentBase64") from None


async def refused_rows(uploaded: Upload) -> bytes | None:
    """Return the refused rows of a file as a workbook, in memory; None where there are none, or where it takes too
    long. One at a time, as imports."""
    if not uploaded.report.problems:
        return None
    try:
        async with asyncio.timeout(REFUSED_WITHIN_SECONDS):
            async with _one:
                return await asyncio.to_thread(refused.made, uploaded.content, uploaded.name, uploaded.report.problems)
    except TimeoutError:
        return None


def _decoded(content_base64: str) -> bytes:
    try:
        content = base64.b64decode(content_base64, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(ErrorCode.INVALID_INPUT, "文件内容不完整，请重新选择文件", "contentBase64") from None
    if len(content) > MAX_BYTES:
        raise Refusal(ErrorCode.INVALID_INPUT, "文件最大 1 MB，请分成几份，或请运维人员用命令行导入", "contentBase64")
    if not content:
        raise Refusal(ErrorCode.INVALID_INPUT, "文件是空的，请重新选择文件", "contentBase64")
    return content
