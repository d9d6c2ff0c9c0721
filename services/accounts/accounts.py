"""Accounts (账号), looked up or created by phone."""

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
    """An account's identity. `enabled`: it may sign in."""

    id: UUID
    display_name: str
    enabled: bool


async def by_phone(phone: str, display_name: str, by: UUID | None = None, *, field: str = "displayName") -> UUID:
    """Return the account with this phone; create it under `display_name` when there is none. An existing account must
    have that name: so a phone reveals no stranger's name, and a mistyped phone admits no stranger.

    Inside the caller's transaction. Of two concurrent creators, the second waits for the first and finds its account.
    `by` is the acting account; None for the system. `field` names the name's input. Raises INVALID_INPUT for it and for
    `phone`; where the phone's input has another name, validate it before, by `phones.phone`.
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
    """Create an account with this valid phone and name; return None when the phone has one.

    As `by_phone`, inside the caller's transaction.
    """
    columns = phone_columns(phone)
    made: UUID | None = await database.fetch_value(
        "INSERT INTO accounts (id, display_name, phone_encrypted, phone_index, created_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (phone_index) WHERE phone_index IS NOT NULL DO NOTHING RETURNING id",
        uuid7(),
        name,
        columns["phone_encrypted"],
        columns["phone_index"],
        clock.now(),
    )
    if made is not None:
        audit.record(by, "account.create", "Account", made)
    return made


async def make_without_phone(name: str, by: UUID | None) -> UUID:
    """Create an account that no phone opens, inside the caller's transaction; return its id."""
    made = uuid7()
    await database.execute(
        "INSERT INTO accounts (id, display_name, created_at) VALUES ($1, $2, $3)", made, name, clock.now()
    )
    audit.record(by, "account.create", "Account", made)
    return made


async def lock(account_id: UUID | None) -> None:
    """Lock an account until the transaction ends; before any shop."""
    await database.fetch("SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE", account_id)


async def known(phone: str) -> Account:
    """Return the account with this phone. Raises NOT_FOUND. One statement."""
    row = await database.fetch_one(
        "SELECT id, display_name, disabled_at IS NULL AS enabled FROM accounts WHERE phone_index = $1",
        phone_index(phones.phone(phone, "phone")),
    )
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, "没有使用这个手机号的账号，请核对手机号", "phone")
    return record(Account, row)


def masked_phone(sealed: bytes | None) -> str | None:
    """Return a stored phone, masked: 138****0001."""
    return None if sealed is None else mask_phone(decrypt("phone", sealed).decode())


def with_masked_phone(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with `phone`, masked, in place of `phone_encrypted`."""
    shown = dict(row)
    return shown | {"phone": masked_phone(shown.pop("phone_encrypted"))}
