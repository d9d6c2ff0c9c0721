"""Accounts (账号) and their phones."""

from typing import Annotated, cast
from uuid import UUID

import typer

from commands import terminal
from commands.cli import AccountId, AsJson, KnownPhone, OnDemo, Yes, numbers, people
from commands.running import with_database
from services.entry import second_factor
from services.kit.settings import current
from services.roles import accounts as account_actions
from services.roles import phones as phone_changes
from services.work import privacy


def account_of(phone: str | None, number: UUID | None) -> str | UUID:
    """Return the account's phone or id. Raises BadParameter for both and for neither."""
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


@people.command("end-second-factor")
def end_second_factor(
    name: Annotated[str, typer.Option(help="Whose it is (姓名): must be the account's.")],
    phone: KnownPhone = None,
    account: AccountId = None,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """End a second factor that somebody has lost (两步验证), after asking; the person signs in and sets up a new one.

    Sessions end, but for those that operators opened. Make sure first who asks: from then on the phone alone will do.
    """

    async def end() -> account_actions.Done:
        found = await account_actions.named(account_of(phone, account), name)
        terminal.confirm(f"End the second factor of {found.display_name} ({found.phone})?", yes)
        return account_actions.Done(found, await second_factor.end_lost(found.id))

    show_account(with_database(end, current(), on_demo=on_demo), as_json)


@people.command("erase")
def erase_account(
    name: Annotated[str, typer.Option(help="Whose it is (姓名): must be the account's.")],
    phone: KnownPhone = None,
    account: AccountId = None,
    yes: Yes = False,
    on_demo: OnDemo = False,
    as_json: AsJson = False,
) -> None:
    """Forget a person (注销), after asking: name, phone, address and texts go for ever; points and statements stand.

    A head leaves service, open wishes go back or are cancelled. By --account, an erased one may be given again.
    """

    async def erase() -> account_actions.Done:
        found = await account_actions.named(account_of(phone, account), name)
        terminal.confirm(f"Forget {found.display_name} ({found.phone}) for ever?", yes)
        changed = await privacy.erase(found.id)
        return account_actions.Done(await account_actions.find(found.id), changed)

    show_account(with_database(erase, current(), on_demo=on_demo), as_json)
