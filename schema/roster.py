"""Rosters (名册) imported by request, the report on them, and the refused rows as a spreadsheet."""

import base64
from typing import Annotated, Any, Self

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import rows_of
from schema.graph.inputs import given
from schema.graph.permissions import PUBLIC, field, mutation, roles
from services.roster import refused, report, uploads

IMPORTERS = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)
IMPORT_COST = 15_000  # units: a file of up to 1 MB
REFUSED_COST = 5_000  # units: the file is read once more, and a workbook made
SHEET = "工作表；CSV 为文件名。The sheet; of a CSV the file's name."
ROW = "行号，从 1 起，与表格软件里一致。The row from 1, as the spreadsheet counts."


@strawberry.type(description="一类内容的结果。The result for one kind of thing.")
class RosterTally:
    kind: str = field(PUBLIC, "种类，如 住户。The kind, in Chinese.")
    added: int = field(PUBLIC, "新增。Made.")
    changed: int = field(PUBLIC, "修改。Changed.")
    unchanged: int = field(PUBLIC, "不变。As they were.")


@strawberry.type(description="一处修改。One thing that the file changed.")
class RosterChange:
    is_type_of = rows_of(report.Change)

    sheet: str = field(PUBLIC, SHEET, lambda self: self.line.sheet)
    row: int = field(PUBLIC, ROW, lambda self: self.line.row)
    what: str = field(PUBLIC, "改的是什么，如 住户 户编号。What it is, nothing personal.")
    columns: list[str] = field(PUBLIC, "改了哪些列。The headings of what changed.", rows=10)


@strawberry.type(description="一处问题。One thing that is wrong with the file.")
class RosterProblem:
    is_type_of = rows_of(report.Problem)

    sheet: str = field(PUBLIC, SHEET, lambda self: self.line.sheet)
    row: int = field(PUBLIC, ROW, lambda self: self.line.row)
    column: str = field(PUBLIC, "列的标题；整行的问题为空。The heading; empty where it is the whole row's.")
    value: str = field(PUBLIC, "单元格内容，手机号等已打码。The cell, masked where it is personal.")
    message: str = field(PUBLIC, "问题和改法。What is wrong and what to do.")


@strawberry.type(description="怎样读取的说明：按什么读、略过了什么。How cells were read that don't say it plainly.")
class RosterNote:
    is_type_of = rows_of(report.Note)

    sheet: str = field(PUBLIC, SHEET)
    rows: list[int] = field(PUBLIC, "行号，最多前 10 行。The first rows of which it is said, at most 10.", rows=10)
    count: int = field(PUBLIC, "共多少行。Of how many rows it is said.")
    column: str = field(PUBLIC, "列的标题；说的是整行则为空。The heading; empty where it is of whole rows.")
    value: str = field(PUBLIC, "其中第一格的内容，手机号等已打码。The first such cell, masked where it is personal.")
    message: str = field(PUBLIC, "怎样读取的。How it was read.")


@strawberry.type(description="导入名册的报告。The report on an import.")
class RosterReport:
    """With any problem, nothing was written."""

    is_type_of = rows_of(report.Report)

    dry_run: bool = field(PUBLIC, "是否试运行。Whether it was only tried.")
    sha256: str = field(PUBLIC, "文件的 SHA-256，十六进制。The file's SHA-256 in hex.")
    rows: int = field(PUBLIC, "读到的行数。How many rows were read.")
    tallies: list[RosterTally] = field(
        PUBLIC,
        "各类结果；有问题时为空。The result for each kind; empty when there is a problem.",
        lambda self: [
            RosterTally(kind=kind, added=one.added, changed=one.changed, unchanged=one.unchanged)
            for kind, one in self.tallies.items()
        ],
        rows=10,
    )
    changes: list[RosterChange] = field(PUBLIC, "修改了什么，最多 100 处。What was changed, at most 100.", rows=100)
    problems: list[RosterProblem] = field(
        PUBLIC,
        "问题，最多 100 处；有任何一处就什么都没有写入。What is wrong, at most 100; with any, nothing was written.",
        rows=100,
    )
    more_problems: bool = field(PUBLIC, "问题是否不止这些。Whether there are more problems than these.")
    notes: list[RosterNote] = field(
        PUBLIC, "怎样读取的，最多 100 条。How cells were read that don't say it plainly, at most 100.", rows=100
    )
    notices: list[str] = field(PUBLIC, "没有用到的内容，如多余的列。What of the file was passed over.", rows=100)


@strawberry.type(description="一份表格文件。A spreadsheet.")
class RosterSheet:
    file_name: str = field(PUBLIC, "文件名。The file's name.")
    content_base64: str = field(
        PUBLIC, "文件内容，XLSX，base64，只在这次回答里有。The XLSX in base64, in this answer alone."
    )


async def _refused_rows(self: Any, info: Info) -> RosterSheet | None:
    content = await uploads.refused_rows(self.uploaded) if self.uploaded else None
    if content is None:
        return None
    return RosterSheet(file_name=refused.FILE_NAME, content_base64=base64.b64encode(content).decode())


@strawberry.input(description="导入名册。To import a roster.")
class RosterImportInput:
    file_name: str = given("文件名，最多 120 字。The file's name, at most 120 characters.")
    content_base64: str = given("文件内容，CSV 或 XLSX，最大 1 MB，base64。The file, at most 1 MB, in base64.")
    dry_run: bool = given("试运行：照做一遍再撤销。Do everything, report it, and roll it back.", default=False)


@strawberry.type(description="导入名册的结果。The result of an import.")
class RosterImportPayload(Payload):
    subject = "report"
    report: RosterReport | None = field(PUBLIC, "报告；未处理时为空。The report; null when refused.")
    refused_rows: RosterSheet | None = field(
        PUBLIC,
        "有问题的行，最多 100 行，问题写在旁边、标出单元格，身份证号已略去；选了才做，不保存；没有则为空。The refused"
        " rows, at most 100, marked, without identity numbers; made only where selected, kept nowhere; null for none.",
        _refused_rows,
        cost=REFUSED_COST,
    )
    uploaded: strawberry.Private[uploads.Upload | None] = None

    @classmethod
    def done(cls, result: uploads.Upload) -> Self:
        """Return the payload of a success, with the file for the fields that are made of it."""
        found: Any = result.report  # as its GraphQL type shows it
        return cls(report=found, uploaded=result, errors=[])


@strawberry.type
class RosterMutation:
    @mutation(
        IMPORTERS,
        "导入名册：全部写入或什么都不写；同一文件再导入不会改变什么。Import a roster, all of it or nothing.",
        RosterImportPayload,
        cost=IMPORT_COST,
    )
    async def roster_import(
        self, info: Info, input: Annotated[RosterImportInput, strawberry.argument(description="输入。The input.")]
    ) -> Any:
        return await uploads.upload(info.context.viewer, input.file_name, input.content_base64, dry_run=input.dry_run)
