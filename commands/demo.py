"""The demo district."""

import os
from collections.abc import Iterator
from typing import Annotated

import typer

from commands import terminal
from commands.cli import DEMO, AsJson, cli
from commands.running import runs_until_interrupted, to_its_end, with_database
from commands.serving import app_on, check_port, serve_on
from models.enums import Role
from services import demo
from services.db import database, embedded
from services.demo import days, seeding
from services.demo.size import SIZES
from services.entry import showing
from services.entry.one_use_codes import VALID_FOR
from services.kit import progress
from services.kit.settings import Settings, current
from services.work import tick

MINUTES = VALID_FOR.seconds // 60


async def seeded(url: str, settings: Settings, *roles: Role) -> tuple[bool, list[tuple[demo.Bearer, str]]]:
    """Migrate and seed the database under a progress bar; return whether anything was done, and for each role a session
    and a one-use code.

    The roles are those of story set 1; SHOP_STAFF gives the owner and a plain cashier.
    """
    await database.migrate(settings.migration_database_url or url, settings)
    await database.check(url, settings)
    async with database.connected(url, settings):
        with progress.bar() as report:
            changed = await seeding.seed(url, report, SIZES[settings.demo])
        found = [await demo.bearer(role) for role in roles]
        if Role.SHOP_STAFF in roles:
            found.append(await demo.bearer(Role.SHOP_STAFF, plain=True))
        return changed, [(one, (await showing.by_operator(one.account_id)).text) for one in found]


def welcome(shown: list[tuple[demo.Bearer, str]], address: str) -> Iterator[str]:
    """Yield what the demo says before it serves: for each role a token, and where to sign in with a one-use code."""
    titles = [f"{one.role + ' --plain' if one.plain else one.role:<18}" for one, _ in shown]
    yield "Tokens, for programs (令牌，供程序使用):"
    for title, (one, _) in zip(titles, shown, strict=True):
        yield f"{title} {one.token} {one.name}"
    yield f"Sign in with one tap, once, within {MINUTES} minutes (点开即可登录，{MINUTES} 分钟内有效，用一次):"
    for title, (one, code) in zip(titles, shown, strict=True):
        yield f"{title} {address}/sign-in#{code} {one.name}"
    yield f"{address}/ (Ctrl-C stops it)"


@cli.command("seed", rich_help_panel=DEMO)
def run_seed(as_json: AsJson = False) -> None:
    """Fill an empty database with the demo district (演示数据)."""
    settings = current()
    with embedded.database_url(settings) as url:
        changed, _ = to_its_end(seeded(url, settings))
    if as_json:
        terminal.document({"changed": changed})
    else:
        print("演示数据已填入" if changed else "演示数据已存在，没有改动")


@cli.command("demo", rich_help_panel=DEMO)
def run_demo() -> None:
    """Migrate, seed once, print a token and a one-use sign-in for each role, and serve on HOST:PORT (演示)."""
    os.environ.setdefault("CORS_ORIGINS", "*")  # it holds no personal data, and a frontend may run on any port
    settings = current()
    runs_until_interrupted()
    check_port(settings)
    with embedded.database_url(settings) as url:
        shown = to_its_end(seeded(url, settings, *Role))[1]
        app = app_on(url)  # before its address is told: whoever goes there at once is answered
        print("\n".join(welcome(shown, f"http://{settings.host}:{settings.port}")), flush=True)
        serve_on(app, settings)


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


@cli.command("advance", rich_help_panel=DEMO)
def run_advance(
    passed: Annotated[int, typer.Option("--days", min=1, max=days.MAX_DAYS, help="So many days (天数).")],
    as_json: AsJson = False,
) -> None:
    """Let days pass for the demo's running seasons (评选快进), and do what is due by then."""

    async def advance() -> int:
        moved = await days.pass_days(passed)
        await tick.run()
        return moved

    moved = with_database(advance, current())
    if as_json:
        terminal.document({"seasons": moved})
    else:
        print(f"{moved} 期评选已快进 {passed} 天")
