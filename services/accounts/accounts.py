"""Who signs in: an account found, or made, by its phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.audit import log as audit
from services.db import database
from services.db.records import record
from services.kit import clock, names, phones, text
from services.kit.errors import ErrorCode, Refusal
from services.kit.phones import mask_phone
from services.kit.secrets import decrypt, phone_columns, phone_index

MAX_NAME = 64


@dataclass(frozen=True, slots=True)
class Account:
    """An account, as far as it says who somebody is. `enabled`: it may sign in."""

    id: UUID
    display_name: str
    enabled: bool


async def by_phone(phone: str, display_name: str, by: UUID | None = None, *, field: str = "displayName") -> UUID:
    """Return the account with this phone; made under `display_name` when there is none. One that is there must go by
    it: nobody learns a stranger's name by a phone, nor takes a stranger in by a phone typed wrong.

    Inside the caller's transaction. Of two who make the same one at once, the second waits for the first and finds it.
    `by` is the account that asks; None for the system. `field` is what the name's input is called. Raises INVALID_INPUT
    for it and for `phone`: where that is called otherwise, check it before, by `text.phone`.
    """
    phone = phones.phone(phone, "phone")
    name = text.clean(display_name, field, least=1, most=MAX_NAME)
    made = await make(phone, name, by)
    if made is not None:
        return made
    found = await known(phone)
    if not names.agree(found.display_name, name):
        raise Refusal(ErrorCode.INVALID_INPUT, "这个手机号的账号用的是另一个姓名，请核对姓名和手机号", field)
    return found.id


async def make(phone: str, name: str, by: UUID | None = None) -> UUID | None:
    """A new account with this phone and name, which are fit to keep; None where there is one with the phone.

    As `by_phone`, inside the caller's transaction.
    """
    columns = phone_columns(phone)
    made: UUID | None = await database.fetch_value(
        "INSERT INTO accounts (id, display_name, phone_encrypted, phone_index, created_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (phone_index) WHERE phone_index IS NOT NULL DO NOTHING RETURNING id",
        uuid7(), name, columns["phone_encrypted"], columns["phone_index"], clock.now(),
    )  # fmt: skip
    if made is not None:
        audit.record(by, "account.create", "Account", made)
    return made


async def lock(account_id: UUID | None) -> None:
    """Lock an account until the transaction ends: before any shop."""
    await database.fetch("SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE", account_id)


async def known(phone: str) -> Account:
    """Return the account with this phone. Raises NOT_FOUND when there is none. One statement."""
    row = await database.fetch_one(
        "SELECT id, display_name, disabled_at IS NULL AS enabled FROM accounts WHERE phone_index = $1",
        phone_index(phones.phone(phone, "phone")),
    )
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, "没有使用这个手机号的账号，请核对手机号", "phone")
    return record(Account, row)


def masked_phone(sealed: bytes | None) -> str | None:
    """A kept phone as those who work with its owner see it: 138****0001."""
    return None if sealed is None else mask_phone(decrypt("phone", sealed).decode())


def with_masked_phone(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with `phone`, of which 138****8000 may be shown, in place of its `phone_encrypted`."""
    shown = dict(row)
    return shown | {"phone": masked_phone(shown.pop("phone_encrypted"))}
