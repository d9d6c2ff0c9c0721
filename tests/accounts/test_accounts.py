"""Accounts by phone: found or made, by nothing but the number, and never two of one."""

import asyncio
from uuid import UUID

import pytest

from models.accounts import Account
from services.accounts import accounts
from services.db import database
from services.kit import clock, secrets
from services.kit.errors import Refusal
from tests.town.postgres import unchanged, until_blocked
from tests.town.world import World

PHONE = "13800000001"


@database.transactional
async def by_phone(phone: str, name: str, by: UUID | None = None) -> UUID:
    return await accounts.by_phone(phone, name, by)


async def test_an_account_is_made_once_and_keeps_its_name(world: World) -> None:
    made = await by_phone("+86 138-0000-0001", " 小王 ", world.admin.account_id)
    account = await Account.get(id=made)
    assert account.display_name == "小王" and account.disabled_at is None
    assert account.phone_index == secrets.mac("phone-index", PHONE.encode())
    assert secrets.decrypt("phone", account.phone_encrypted) == PHONE.encode()
    row = await database.fetch_one("SELECT account_id, details FROM audit_entries WHERE action = 'account.create'")
    assert row is not None and row["account_id"] == world.admin.account_id and PHONE not in row["details"]
    async with unchanged():
        assert await by_phone("１３８０００００００１", " 小王") == made
        with pytest.raises(Refusal) as caught:
            await by_phone(PHONE, "另一个名字")
    assert caught.value.field == "displayName" and "小王" not in caught.value.message
    assert await by_phone("13800000002", "小王") != made, "a name says nothing of who it is"


async def test_in_how_many_statements(world: World) -> None:
    for statements in (2, 2):  # made: with its audit row; found: after trying to make it
        with database.observed_statements() as seen:
            await by_phone(PHONE, "小王")
        assert len(seen) == statements


@pytest.mark.parametrize(
    ("phone", "name", "field"),
    [("138", "小王", "phone"), (PHONE, "", "displayName"), (PHONE, "王" * 65, "displayName")],
)
async def test_what_can_not_be_kept_is_refused(world: World, phone: str, name: str, field: str) -> None:
    async with unchanged():
        with pytest.raises(Refusal) as caught:
            await by_phone(phone, name)
    assert caught.value.field == field


@pytest.mark.parametrize("first_commits", [True, False])
async def test_two_at_once_make_one(world: World, first_commits: bool) -> None:
    made, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def first() -> UUID:
        account = await accounts.by_phone(PHONE, "先来的")
        made.set()
        await let_go.wait()
        if not first_commits:
            raise RuntimeError("the first came to nothing")
        return account

    one = asyncio.create_task(first())
    await made.wait()
    other = asyncio.create_task(by_phone(PHONE, "先来的" if first_commits else "后来的"))
    await until_blocked()
    let_go.set()
    await asyncio.wait({one, other})
    assert (one.exception() is None) is first_commits
    account = await Account.get(phone_index=secrets.mac("phone-index", PHONE.encode()))
    assert other.result() == account.id
    assert account.display_name == ("先来的" if first_commits else "后来的")
    assert account.created_at <= clock.now()


async def test_an_account_is_found_by_its_phone_and_shown_without_it(world: World) -> None:
    made = await by_phone(PHONE, "小王")
    assert await accounts.known("138 0000 0001") == accounts.Account(made, "小王", enabled=True)
    await Account.filter(id=made).update(disabled_at=clock.now())
    assert not (await accounts.known(PHONE)).enabled
    for phone, code in (("13800000009", "NOT_FOUND"), ("138", "INVALID_INPUT")):
        with pytest.raises(Refusal) as caught:
            await accounts.known(phone)
        assert (caught.value.code, caught.value.field) == (code, "phone")
    sealed = secrets.phone_columns(PHONE)["phone_encrypted"]
    assert accounts.with_masked_phone({"x": 1, "phone_encrypted": sealed}) == {"x": 1, "phone": "138****0001"}
    assert accounts.with_masked_phone({"phone_encrypted": None}) == {"phone": None}
