"""红城星店: the ASGI app and the command line. Wiring only.

`.venv/bin/python app.py --help` lists the commands; `uvicorn app:app` serves what `app.py serve` serves, but
without cutting off connections whose other side says nothing, or takes nothing any more (schema/http/sockets.py), and
with uvicorn's own FORWARDED_ALLOW_IPS in place of TRUSTED_PROXIES.

The schema takes a second to build, so only what serves or needs it imports it; so too with the worker's HTTP client.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn, TypeVar, cast
from uuid import UUID

import asyncpg
import typer
from tortoise.exceptions import BaseORMException
from typer.core import TyperGroup

from commands import reports, terminal
from models.enums import Role
from services import demo, roster
from services.accounts import accounts, sessions
from services.db import database, embedded
from services.db.markers import WrongKey
from services.db.paging import PageRequest
from services.entry import signing_in
from services.kit import logs, progress
from services.kit.errors import ClocksDiffer, Refusal, Unavailable, XingdianError, why
from services.kit.settings import Settings, SettingsError, current, load
from services.kit.version import version
from services.people import directory
from services.roles import accounts as account_actions
from services.roles import memberships
from services.roles import phones as phone_changes
from services.roster import writing
from services.roster.writing import KINDS, WrittenKind
from services.settlement import export as statement_export
from services.sheets.words import Kind
from services.sheets.writing import Format, new_file
from services.till import qr as qr_codes
from services.work import due, reconciliation, tick

T = TypeVar("T")
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# The groups of `--help`.
DEMO, SERVE, PEOPLE, DATA, SETTLEMENT = "demo 演示", "serve 服务", "people 人员", "data 数据", "settlement 结算"
GROUPS = [DEMO, SERVE, PEOPLE, DATA, SETTLEMENT]


class Grouped(TyperGroup):
    """The commands in the order of their groups."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands' names."""
        return sorted(super().list_commands(ctx), key=lambda name: GROUPS.index(self.commands[name].rich_help_panel))  # type: ignore[attr-defined]


cli = typer.Typer(
    cls=Grouped,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print the values of local variables, tokens and phones among them
    help="红城星店: serve and look after one district.",
)
roles = typer.Typer(no_args_is_help=True, help="Give, take and list roles (身份).")
sign_ins = typer.Typer(no_args_is_help=True, help="Open, end and list sessions (登录).")
people = typer.Typer(no_args_is_help=True, help="Rename, merge, disable and enable accounts (账号).")
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


def show_version(asked: bool) -> None:
    """Print the program's version where it is asked for, and end."""
    if asked:
        print(f"xingdian {version()}")
        raise typer.Exit


def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Run `work`. A signal cancels it, which rolls back what it had begun, and then ends the process as ever."""
    ended_by: list[int] = []

    async def watched() -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None

        def cancel(number: int, _: FrameType | None) -> None:
            if not ended_by:
                ended_by.append(number)
                loop.call_soon_threadsafe(task.cancel)

        before = {ending: signal.signal(ending, cancel) for ending in ENDINGS}
        try:
            return await work
        finally:
            for ending, handler in before.items():
                signal.signal(ending, handler)

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        if ended_by:
            signal.raise_signal(ended_by[0])
        raise


def with_database(work: Callable[[], Awaitable[Any]], settings: Settings, *, on_demo: bool = True) -> Any:
    """Run `work` with the models connected to the configured database.

    `on_demo=False` is for what changes a real district. Raises IsADemo then on a demo, and otherwise where the
    database is not fit for this program.
    """

    async def run(url: str) -> Any:
        await database.check(url, settings)
        async with database.connected(url, settings):
            if not on_demo:
                await demo.refuse()
            return await work()

    with embedded.database_url(settings) as url:
        return to_its_end(run(url))


@cli.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=show_version, help="Print the version (版本).")
    ] = False,
) -> None:
    """红城星店: serve and look after one district."""


@cli.command(rich_help_panel=SERVE)
def migrate(as_json: AsJson = False) -> None:
    """Create the tables, or bring them up to date (建表或升级)."""
    settings = current()
    with embedded.database_url(settings) as url:
        made = to_its_end(database.migrate(url, settings))
    if as_json:
        terminal.document({"migrations": made})
    else:
        print("\n".join(made) or "已是最新")


def check_port(settings: Settings) -> None:
    """Raise SettingsError when HOST:PORT can't be served on, before anything long begins."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except (OSError, UnicodeError) as error:
        reason = str(getattr(error, "strerror", None) or error).partition(" (")[0].lower()
        raise SettingsError(f"Cannot serve on {settings.host}:{settings.port}: {reason}; set HOST or PORT.") from None


def runs_until_interrupted() -> None:
    """From now on Ctrl-C is the ordinary end, with status 0."""
    signal.signal(signal.SIGINT, lambda number, frame: stop(number, frame, 0))


def serve_on(url: str, settings: Settings) -> None:
    """Serve until a signal ends it."""
    import uvicorn

    from schema.http import sockets
    from schema.http.asgi import create_app

    logs.configure()
    sockets.allow_files()
    uvicorn.run(
        create_app(url),
        host=settings.host,
        port=settings.port,
        backlog=sockets.BACKLOG,
        http=sockets.Requests,
        timeout_keep_alive=sockets.IDLE_SECONDS,
        h11_max_incomplete_event_size=sockets.HEAD_MOST_BYTES,
        ws=sockets.Sockets,
        ws_max_size=settings.max_body_bytes,
        proxy_headers=settings.trusted_proxies != "none",
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=10,
        server_header=False,
        access_log=False,  # the envelope writes one line a request, without address and query string
        log_config=None,  # `logs` has done it
    )


@cli.command(rich_help_panel=SERVE)
def serve() -> None:
    """Serve the API on HOST:PORT (提供服务)."""
    settings = current()
    runs_until_interrupted()
    check_port(settings)
    with embedded.database_url(settings) as url:
        check_database(url, settings)
        terminal.remark(f"Serving on http://{settings.host}:{settings.port}/ (服务中,按 Ctrl-C 结束)")
        serve_on(url, settings)


def check_database(url: str, settings: Settings) -> None:
    """Raise where the database is not fit for this program; one that is away may come up later."""
    try:
        to_its_end(database.check(url, settings))
    except Unavailable as error:
        if isinstance(error, WrongKey | ClocksDiffer):
            raise
        terminal.remark(f"xingdian: {error}; going on, and trying again (继续运行并重试).")


async def seeded(url: str, settings: Settings, *roles: Role) -> tuple[bool, list[demo.Bearer]]:
    """Migrate and seed the database under a progress bar, and whether there was anything to do; then sign in those
    roles of story set 1, of a shop's staff the owner and a plain cashier."""
    await database.migrate(url, settings)
    await database.check(url, settings)
    async with database.connected(url, settings):
        with progress.bar() as report:
            changed = await demo.seed(url, report)
        found = [await demo.bearer(role) for role in roles]
        if Role.SHOP_STAFF in roles:
            found.append(await demo.bearer(Role.SHOP_STAFF, plain=True))
        return changed, found


@cli.command("seed", rich_help_panel=DEMO)
def run_seed(as_json: AsJson = False) -> None:
    """Fill an empty database with the demo district (演示数据)."""
    settings = current()
    with embedded.database_url(settings) as url:
        changed, _ = to_its_end(seeded(url, settings))
    if as_json:
        terminal.document({"changed": changed})
    else:
        print("演示数据已填入" if changed else "演示数据已在,没有改动")


@cli.command("demo", rich_help_panel=DEMO)
def run_demo() -> None:
    """Migrate, seed once, print a token for each role, and serve on HOST:PORT (演示)."""
    os.environ.setdefault("CORS_ORIGINS", "*")  # nothing in it is anybody's, and a frontend may be made on any port
    settings = current()
    runs_until_interrupted()
    check_port(settings)
    with embedded.database_url(settings) as url:
        for one in to_its_end(seeded(url, settings, *Role))[1]:
            print(f"{one.role + ' --plain' if one.plain else one.role:<18} {one.token} {one.name}")
        print(f"http://{settings.host}:{settings.port}/graphql (Ctrl-C stops it)", flush=True)
        serve_on(url, settings)


@cli.command("token", rich_help_panel=DEMO)
def print_token(
    role: Annotated[Role, typer.Option(case_sensitive=False, help="As whom (身份).")],
    number: Annotated[int, typer.Option("--set", help="Of which story set, from 1.")] = 1,
    plain: Annotated[
        bool, typer.Option("--plain", help="Of SHOP_STAFF the plain cashier (店员) instead of the owner (店主).")
    ] = False,
) -> None:
    """Print a bearer token for the demo (演示令牌), and nothing else."""
    print(with_database(lambda: demo.bearer(role, number, plain=plain), current()).token)


@cli.command(rich_help_panel=SETTLEMENT)
def reconcile(as_json: AsJson = False) -> None:
    """Recompute every kept figure (对账): points, stock, ceilings, promises; exit 1 when anything disagrees."""
    patient = {"database_statement_timeout_seconds": reconciliation.TIMEOUT_SECONDS}
    drifts = with_database(reconciliation.drifts, current().model_copy(update=patient))
    if as_json:
        terminal.document({"drifts": drifts})
    else:
        print("\n".join(drifts) or "账目一致")
    if drifts:
        raise typer.Exit(1)


@cli.command("tick", rich_help_panel=SERVE)
def run_tick(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of each kind.")] = 500,
    as_json: AsJson = False,
) -> None:
    """Do what is due by time (到期处理), once: run it every minute. Exit 1 when something failed."""
    counts = with_database(lambda: tick.run(limit), current())
    print(json.dumps(counts) if as_json else "\n".join(f"{name} {count}" for name, count in counts.items()))
    if counts["failed"]:
        raise typer.Exit(1)


@cli.command("work", rich_help_panel=SERVE)
def run_work() -> None:
    """Do the work beside the servers until a signal ends it: relay changes, send webhooks, do what is due."""
    from services.work import worker

    settings = current()
    runs_until_interrupted()
    logs.configure()

    async def run(url: str) -> None:
        told_to_stop = asyncio.Event()
        for ending in ENDINGS:
            asyncio.get_running_loop().add_signal_handler(ending, told_to_stop.set)
        await worker.work(url, told_to_stop)

    with embedded.database_url(settings) as url:
        check_database(url, settings)
        asyncio.run(run(url))


@cli.command("due", rich_help_panel=SERVE)
def show_due(as_json: AsJson = False) -> None:
    """Show what is due by time and what waits (待办); exit 1 when tick or relay are more than 5 minutes late."""
    waiting = with_database(due.waiting, current())
    late = any(one.late for one in waiting)
    terminal.rows("waiting", waiting, as_json, late=late)
    if late:
        raise typer.Exit(1)


@cli.command("admin", rich_help_panel=PEOPLE)
def make_administrator(
    name: Annotated[str, typer.Option(help="The administrator's name (姓名).")],
    phone: Phone,
    district: Annotated[str, typer.Option(help="The district's name (区名), such as 汇川区.")],
    code: Annotated[str, typer.Option(help="The district's code (区划代码), such as 520303.")] = "district",
    out: TokenFile = None,
    on_demo: OnDemo = False,
) -> None:
    """Make the first administrator (首位区管理员), and the district where there is none; print a bearer token."""
    give_token(lambda: memberships.first_administrator(name, phone, district, code), out, on_demo=on_demo)


def give_token(make: Callable[[], Awaitable[str]], out: Path | None, *, on_demo: bool) -> None:
    """Make a token; print it, and nothing else on stdout, or write it into a file that appears with it."""
    if out is None:
        print(with_database(make, current(), on_demo=on_demo))
    else:
        with new_file(out) as file:
            file.write(f"{with_database(make, current(), on_demo=on_demo)}\n".encode())
    terminal.remark("This token is shown only now (此令牌只显示这一次): keep it, or end it by `app.py session end`.")


def scope_of(role: Role, **given: str | None) -> str | UUID | None:
    """The one option that says where a role holds, as an id where it is one. Raises BadParameter for another one."""
    kinds = {"area": "Area", "household": "Household", "head": "HouseholdHead", "shop": "Shop"}
    field = directory.FIELDS[role]
    if others := [f"--{name}" for name, value in given.items() if value is not None and name != field]:
        raise typer.BadParameter(f"{role} goes with --{field}, not with {', '.join(others)}.")
    from schema.graph import ids

    return ids.find(given[field], kinds[field]) or given[field]


@roles.command("grant")
def grant_role(
    role: ARole,
    phone: Phone,
    name: Annotated[str | None, typer.Option(help="The name (姓名); needed for a new account.")] = None,
    area: Area = None,
    household: Household = None,
    head: Head = None,
    shop: Shop = None,
    owner: Annotated[
        bool, typer.Option("--owner", help="Of SHOP_STAFF: an owner (店主). A shop's first is one anyway.")
    ] = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """Give a role (授予身份) to the account with this phone, made where there is none."""
    scope = scope_of(role, area=area, household=household, head=head, shop=shop)
    if owner and role != Role.SHOP_STAFF:
        raise typer.BadParameter("--owner goes with SHOP_STAFF alone.")
    done = with_database(lambda: memberships.grant(role, scope, phone, name, owner=owner), current(), on_demo=on_demo)
    terminal.rows("memberships", [done.membership], as_json, changed=done.changed)


@roles.command("revoke")
def revoke_role(
    role: ARole,
    phone: Phone,
    area: Area = None,
    household: Household = None,
    head: Head = None,
    shop: Shop = None,
    force: Annotated[
        bool, typer.Option(help="Also the last administrator (最后一位区管理员), or a shop's last owner (店主).")
    ] = False,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """Take a role away (收回身份), after asking. The scope may be left out where it is the account's only one."""
    scope = scope_of(role, area=area, household=household, head=head, shop=shop)

    async def revoke() -> memberships.Done:
        found = await memberships.find(role, phone, scope)
        if found.revoked_at is None:
            terminal.confirm(f"Take {role} {found.scope} from {found.display_name} ({found.phone})?", yes)
        return await memberships.revoke(found.id, force=force)

    done = with_database(revoke, current(), on_demo=on_demo)
    terminal.rows("memberships", [done.membership], as_json, changed=done.changed)


@roles.command("list")
def list_roles(
    role: Annotated[Role | None, typer.Option(case_sensitive=False, help="Of this role (身份) only.")] = None,
    phone: AnyPhone = None,
    limit: Limit = 100,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List who has which role where (身份列表), oldest first."""
    page = with_database(lambda: memberships.listed(PageRequest(limit, after), role, phone), current())
    terminal.page("memberships", page, as_json)


def account_of(phone: str | None, number: UUID | None) -> str | UUID:
    """Which account is meant: by its phone or its id. Raises BadParameter for both and for neither."""
    if (phone is None) == (number is None):
        raise typer.BadParameter("give one of --phone and --account.")
    return phone if phone is not None else cast(UUID, number)


def show_account(done: account_actions.Done, as_json: bool) -> None:
    """Print an account after a step."""
    terminal.rows("accounts", [done.account], as_json, changed=done.changed)


@numbers.command("change")
def change_phone(
    to: Annotated[str, typer.Option(help="The new phone (新手机号).")],
    name: Annotated[str, typer.Option(help="Whose it is (姓名): must be the account's.")],
    phone: KnownPhone = None,
    account: AccountId = None,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """Give an account another phone (换手机号), after asking: its roles and points stay, its sessions end.

    Both numbers are to be told; until messages are sent by the system, tell them yourself.
    """

    async def change() -> account_actions.Done:
        found = await account_actions.named(account_of(phone, account), name)
        terminal.confirm(f"Give {found.display_name} ({found.phone}) the phone {to}?", yes)
        changed = await phone_changes.change(found.id, to)
        return account_actions.Done(await account_actions.find(found.id), changed)

    show_account(with_database(change, current(), on_demo=on_demo), as_json)


@people.command("rename")
def rename_account(
    name: Annotated[str, typer.Option(help="The new name (新姓名).")],
    phone: KnownPhone = None,
    account: AccountId = None,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """Give an account another name (更名), after asking; also the head and households that went by the old one."""

    async def rename() -> account_actions.Done:
        found = await account_actions.find(account_of(phone, account))
        terminal.confirm(f"Rename {found.display_name} ({found.phone}) to {name}?", yes)
        return await account_actions.rename(found.id, name)

    show_account(with_database(rename, current(), on_demo=on_demo), as_json)


@people.command("merge")
def merge_accounts(
    into: Annotated[str, typer.Option(help="The account that is kept (保留的账号): its phone or its id.")],
    phone: KnownPhone = None,
    account: AccountId = None,
    take_phone: Annotated[
        bool, typer.Option("--take-phone", help="The kept one goes by this account's phone (改用此号).")
    ] = False,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """Make one of two accounts of one person (合并账号), after asking: this one's roles go to the one kept.

    This one is disabled and refers to the other. Of two heads (联户长) one must be without points, wishes and passes.
    """

    async def merge() -> account_actions.Done:
        emptied = await account_actions.find(account_of(phone, account))
        kept = await account_actions.find(account_actions.meant(into))
        question = f"Merge {emptied.display_name} ({emptied.phone}) into {kept.display_name} ({kept.phone})?"
        terminal.confirm(question, yes)
        return await account_actions.merge(emptied.id, kept.id, take_phone=take_phone)

    show_account(with_database(merge, current(), on_demo=on_demo), as_json)


@people.command("disable")
def disable_account(
    phone: KnownPhone = None,
    account: AccountId = None,
    force: Annotated[
        bool, typer.Option(help="Also the last administrator or a shop's last owner (最后一位区管理员或店主).")
    ] = False,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """Let an account sign in no more (停用), after asking; its sessions end at once, its roles stay."""

    async def disable() -> account_actions.Done:
        found = await account_actions.find(account_of(phone, account))
        terminal.confirm(f"Disable {found.display_name} ({found.phone})?", yes)
        return await account_actions.disable(found.id, force=force)

    show_account(with_database(disable, current(), on_demo=on_demo), as_json)


@people.command("enable")
def enable_account(
    phone: KnownPhone = None, account: AccountId = None, on_demo: OnDemo = False, as_json: AsJson = False
) -> None:
    """Let an account sign in again (启用)."""

    async def enable() -> account_actions.Done:
        return await account_actions.enable((await account_actions.find(account_of(phone, account))).id)

    show_account(with_database(enable, current(), on_demo=on_demo), as_json)


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


@sign_ins.command("end")
def end_sessions(
    number: Annotated[UUID | None, typer.Argument(metavar="ID", help="The session's id (编号), as listed.")] = None,
    phone: AnyPhone = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's (所有人).")] = False,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """End one session, or an account's, or all (下线), after asking; its token opens nothing any more."""
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
        print(f"已下线 {ended} 个登录")


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
    reports.show(report, as_json)
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
                KINDS[kind], file_format or Format.of(out), out, area,
                with_phones=with_phones, force=force, report_progress=report,
            )  # fmt: skip

    counts = with_database(write, current())
    if as_json:
        terminal.document({"rows": {one.name.lower(): count for one, count in counts.items()}})
    else:
        print("\n".join(f"{one} {count}" for one, count in counts.items()))


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


@cli.command("qr", rich_help_panel=DATA)
def show_qr(
    text: Annotated[str, typer.Argument(help="What it says (内容): a pass's code, or anything.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="A new file (文件), .svg or .png, instead of the terminal.")] = None,
) -> None:
    """Draw a QR code (二维码) of a text, as it is, on the terminal or into a file."""
    qr_codes.show(text, out)


@cli.command("schema", rich_help_panel=DATA)
def print_schema() -> None:
    """Print the GraphQL schema (接口定义)."""
    from schema import root

    print(root.build().as_str())


def main() -> None:
    """Run a command; what is wrong from outside is one clear sentence, not a traceback."""
    for ending in ENDINGS:
        signal.signal(ending, stop)
    terminal.steady_streams()
    if logs.wanted_json():
        logs.configure()
    try:
        check_words()
        load()
        try:
            cli()
        finally:
            terminal.flush()
    except Refusal as refusal:
        fail(refusal.message)
    except (SettingsError, XingdianError) as error:
        fail(str(error))
    except BrokenPipeError:  # whoever read has enough, such as `head`
        terminal.give_up()
        sys.exit(128 + signal.SIGPIPE)
    except OSError as error:
        terminal.give_up()
        place = f"{error.filename}: " if error.filename else ""
        fail(f"{place}{(error.strerror or str(error)).lower()} ({why(error)}).")
    except (asyncpg.PostgresError, BaseORMException) as error:
        fail(database.refused(error))


def check_words() -> None:
    """Raise XingdianError where what was typed is no text, which could be kept nowhere."""
    for number, word in enumerate(sys.argv[1:], 1):
        try:
            word.encode()
        except UnicodeEncodeError:
            raise XingdianError(f"Word {number} of the command is not UTF-8: {word!a} (参数不是 UTF-8 文字).") from None


def fail(sentence: str) -> NoReturn:
    """End the process with a sentence on what is wrong."""
    if logs.wanted_json():
        logs.log.critical(sentence)
        sys.exit(1)
    sys.exit(f"xingdian: {sentence}")


def stop(number: int, _: FrameType | None, status: int | None = None) -> None:
    """End the process by way of every `finally`, so that the embedded server stops with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # impatience must not keep it from being stopped
    sys.exit(128 + number if status is None else status)


def __getattr__(name: str) -> Any:
    """`app:app` for an ASGI server, made when it is asked for."""
    if name == "app":
        from schema.http.asgi import create_app

        globals()["app"] = create_app()
        return globals()["app"]
    raise AttributeError(name)


if __name__ == "__main__":
    main()
