"""The demo district."""

import os
from typing import Annotated

import typer

from commands import terminal
from commands.cli import DEMO, AsJson, cli
from commands.running import runs_until_interrupted, to_its_end, with_database
from commands.serving import app_on, check_port, serve_on
from models.enums import Role
from services import demo
from services.db import database, embedded
from services.kit import progress
from services.kit.settings import Settings, current


async def seeded(url: str, settings: Settings, *roles: Role) -> tuple[bool, list[demo.Bearer]]:
    """Migrate and seed the database under a progress bar; return whether anything was done, and one session per role.

    The roles are those of story set 1; SHOP_STAFF gives the owner and a plain cashier.
    """
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
        print("演示数据已填入" if changed else "演示数据已存在，没有改动")


@cli.command("demo", rich_help_panel=DEMO)
def run_demo() -> None:
    """Migrate, seed once, print a token for each role, and serve on HOST:PORT (演示)."""
    os.environ.setdefault("CORS_ORIGINS", "*")  # it holds no personal data, and a frontend may run on any port
    settings = current()
    runs_until_interrupted()
    check_port(settings)
    with embedded.database_url(settings) as url:
        for one in to_its_end(seeded(url, settings, *Role))[1]:
            print(f"{one.role + ' --plain' if one.plain else one.role:<18} {one.token} {one.name}")
        print(f"http://{settings.host}:{settings.port}/graphql (Ctrl-C stops it)", flush=True)
        serve_on(app_on(url), settings)


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
