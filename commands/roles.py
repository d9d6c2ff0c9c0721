"""Roles (身份): given, taken and listed."""

from typing import Annotated
from uuid import UUID

import typer

from commands import terminal
from commands.cli import (
    PEOPLE,
    After,
    AnyPhone,
    Area,
    ARole,
    AsJson,
    Head,
    Household,
    Limit,
    OnDemo,
    Phone,
    Shop,
    TokenFile,
    Yes,
    cli,
    roles,
)
from commands.running import give_token, with_database
from models.enums import Role
from services.db.paging import PageRequest
from services.kit.settings import current
from services.people import directory
from services.roles import memberships


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


def scope_of(role: Role, **given: str | None) -> str | UUID | None:
    """Return the one option for the role's scope, as an id if it is one. Raises BadParameter for another option."""
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
