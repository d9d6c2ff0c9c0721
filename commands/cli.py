"""The command line: its groups, and the options that several commands share."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from typer.core import TyperGroup

from models.enums import Role
from services.kit.version import version

# Where the commands are, by their first words. All of them together take a second to import.
WORDS = {
    "account": "accounts",
    "admin": "roles",
    "advance": "demo",
    "demo": "demo",
    "documents": "serving",
    "due": "upkeep",
    "export": "rosters",
    "grants": "upkeep",
    "import": "rosters",
    "key": "keys",
    "migrate": "upkeep",
    "phone": "accounts",
    "qr": "till",
    "reconcile": "upkeep",
    "restored": "restoring",
    "retention": "upkeep",
    "role": "roles",
    "schema": "serving",
    "seed": "demo",
    "serve": "serving",
    "session": "sessions",
    "statement": "settlement",
    "tick": "upkeep",
    "token": "demo",
    "work": "serving",
}

# The groups of `--help`.
DEMO, SERVE, PEOPLE, DATA, SETTLEMENT = "demo 演示", "serve 服务", "people 人员", "data 数据", "settlement 结算"
GROUPS = [DEMO, SERVE, PEOPLE, DATA, SETTLEMENT]


class Grouped(TyperGroup):
    """Lists the commands by group."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands' names."""
        return sorted(super().list_commands(ctx), key=lambda name: GROUPS.index(self.commands[name].rich_help_panel))  # type: ignore[attr-defined]


cli = typer.Typer(
    cls=Grouped,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local variables, tokens and phones among them
    help="红城星店: serve and look after one district.",
)
roles = typer.Typer(no_args_is_help=True, help="Give, take and list roles (身份).")
sign_ins = typer.Typer(no_args_is_help=True, help="Open, end and list sessions (登录).")
people = typer.Typer(
    no_args_is_help=True, help="Rename, merge, disable and enable accounts (账号); end a lost second factor."
)
numbers = typer.Typer(no_args_is_help=True, help="Change somebody's phone (手机号).")
settlement = typer.Typer(no_args_is_help=True, help="List and write statements (结算单).")

cli.add_typer(roles, name="role", rich_help_panel=PEOPLE)
cli.add_typer(sign_ins, name="session", rich_help_panel=PEOPLE)
cli.add_typer(people, name="account", rich_help_panel=PEOPLE)
cli.add_typer(numbers, name="phone", rich_help_panel=PEOPLE)
cli.add_typer(settlement, name="statement", rich_help_panel=SETTLEMENT)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking (免确认).")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many (条数).")]
After = Annotated[str | None, typer.Option(help="Go on after this cursor (游标), which the page before names.")]
ARole = Annotated[Role, typer.Option("--role", case_sensitive=False, help="Which role (身份).")]
TokenFile = Annotated[
    Path | None, typer.Option("--out", help="Into this new file (文件), for you alone, instead of printing it.")
]
OnDemo = Annotated[bool, typer.Option("--on-demo", help="Also where a demo is (演示数据库上也执行).")]
Phone = Annotated[str, typer.Option(help="The account's phone (手机号).")]
AnyPhone = Annotated[str | None, typer.Option(help="Of the account with this phone (手机号) only.")]
KnownPhone = Annotated[str | None, typer.Option("--phone", help="The account's phone (手机号).")]
AccountId = Annotated[UUID | None, typer.Option("--account", help="Or the account's id (账号编号).")]
Area = Annotated[
    str | None,
    typer.Option(help="Where, for roles in an area (区域): 街道/社区/网格, or its id. The district's need none."),
]
Household = Annotated[str | None, typer.Option(help="A RESIDENT's household: its code (户编号), its phone, or its id.")]
Head = Annotated[str | None, typer.Option(help="Which HOUSEHOLD_HEAD (联户长): the phone, 社区/网格/姓名, or the id.")]
Shop = Annotated[str | None, typer.Option(help="The SHOP_STAFF's shop (店铺): its name, 社区/店名, or its id.")]
AnyShop = Annotated[str | None, typer.Option("--shop", help="Of this shop (店铺): its name, 社区/店名, or its id.")]
Month = Annotated[datetime | None, typer.Option(formats=["%Y-%m"], help="Of this month (月份), such as 2026-05.")]


def register(word: str | None = None) -> None:
    """Register the commands of the module in which a command with this first word is; all of them where there is none,
    which `--help` lists."""
    for module in {WORDS[word]} if word in WORDS else sorted({*WORDS.values()}):
        import_module(f"commands.{module}")


def show_version(asked: bool) -> None:
    """Print the program's version if `asked`, and exit."""
    if asked:
        print(f"xingdian {version()}")
        raise typer.Exit


@cli.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=show_version, help="Print the version (版本).")
    ] = False,
) -> None:
    """红城星店: serve and look after one district."""
