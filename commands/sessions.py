"""Sessions (登录)."""

from typing import Annotated
from uuid import UUID

import typer

from commands import terminal
from commands.cli import After, AnyPhone, AsJson, Limit, OnDemo, Phone, TokenFile, Yes, sign_ins
from commands.running import give_token, with_database
from services.accounts import accounts, sessions
from services.db.paging import PageRequest
from services.entry import showing, signing_in
from services.kit.settings import current


@sign_ins.command("list")
def list_sessions(phone: AnyPhone = None, limit: Limit = 100, after: After = None, as_json: AsJson = False) -> None:
    """List the sessions that open something (登录列表), newest first; never a token."""
    page = with_database(lambda: sessions.listed(PageRequest(limit, after), phone), current())
    terminal.page("sessions", page, as_json)


@sign_ins.command("open")
def open_session(
    phone: Phone,
    label: Annotated[str, typer.Option(help="A note (备注), such as 社区电脑.")] = "",
    out: TokenFile = None,
    on_demo: OnDemo = False,
) -> None:
    """Sign the account with this phone in (登录); print the bearer token, and nothing else on stdout."""
    give_token(lambda: signing_in.open_for(phone, label), out, on_demo=on_demo)


@sign_ins.command("code")
def show_code(phone: Phone, out: TokenFile = None, on_demo: OnDemo = False) -> None:
    """Print a one-use code (一次性登录码) that signs this account in within 10 minutes, and nothing else on stdout."""

    async def make() -> str:
        return (await showing.for_phone(phone)).text

    give_token(make, out, on_demo=on_demo)


@sign_ins.command("end")
def end_sessions(
    number: Annotated[UUID | None, typer.Argument(metavar="ID", help="The session's id (编号), as listed.")] = None,
    phone: AnyPhone = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's (所有人).")] = False,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """End one session, or an account's, or all (退出登录), after asking; its token opens nothing any more."""
    if (number is not None) + (phone is not None) + everybody != 1:
        raise typer.BadParameter("give one of ID, --phone and --all.")

    async def end() -> int:
        account = await accounts.known(phone) if phone is not None else None
        whose = f"all sessions of {account.display_name}" if account else "everybody's sessions"
        terminal.confirm(f"End {f'session {number}' if number else whose}?", yes)
        return await (sessions.revoke(number) if number else sessions.end_all(account.id if account else None))

    ended = int(with_database(end, current(), on_demo=on_demo))
    if as_json:
        terminal.document({"ended": ended})
    else:
        print(f"已退出 {ended} 个登录")
