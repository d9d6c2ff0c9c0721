"""Accounts (账号), as operators manage them: rename, merge duplicates, disable and enable.

Each is one transaction with its audit rows; repeating it changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import Role
from services.accounts import accounts, sessions
from services.audit import log as audit
from services.db import database
from services.kit import clock, names, text
from services.kit.errors import ErrorCode, Refusal
from services.kit.text import mask_name
from services.people import moves
from services.roles import memberships
from services.roles import phones as phone_changes
from services.shops import staff
from services.writes import turns
from services.writes.write import write

MERGED_REASON = "账号合并"
_ROLE_SCOPES = ("area_id", "household_id", "head_id", "shop_id")
_BOUND = "SELECT 1 FROM identities k WHERE k.account_id = $2 AND k.ended_at IS NULL"
# References that bar a person from a decision, and what is read by them. They move with the person: otherwise a second
# account could decide on the person's own request.
_FOLLOWS = (
    ("memberships", "account_id", "shop_id IS NOT NULL AND revoked_at IS NOT NULL"),
    ("invitations", "account_id", "true"),
    ("shop_changes", "asked_by_id", "state = 'PENDING'"),
    ("disputes", "opened_by_id", "state = 'OPEN'"),
    ("shops", "entered_by_id", "state = 'APPLIED'"),
    ("shops", "applied_by_id", "state = 'APPLIED'"),
    ("agreements", "area_signed_by_id", "state = 'DRAFT'"),
    ("agreements", "partner_signed_by_id", "state = 'DRAFT'"),
    # Of two that one person took, one stays: the other bars already.
    ("seasons", "opened_by_id", "state IN ('OPEN', 'REVIEW', 'NOTICE') AND published_by_id IS DISTINCT FROM $2"),
    ("seasons", "published_by_id", "state = 'NOTICE' AND opened_by_id <> $2"),
    ("nominations", "proposed_by_id", "state NOT IN ('LAPSED', 'WITHDRAWN') AND decided_by_id IS DISTINCT FROM $2"),
    (
        "season_objections",
        "requester_id",
        "state = 'OPEN' AND NOT EXISTS (SELECT 1 FROM season_objections k WHERE k.requester_id = $2"
        " AND k.nomination_id = season_objections.nomination_id AND k.kind = season_objections.kind"
        " AND k.state = 'OPEN')",
    ),
    # One that stays, because the kept account has one too, is of a disabled account: nobody confirms it.
    (
        "household_joins",
        "account_id",
        "state = 'OPEN' AND NOT EXISTS (SELECT 1 FROM household_joins k WHERE k.account_id = $2 AND k.state = 'OPEN')",
    ),
    # The WeChat user opens the kept account from now on, unless another one does already; what the user agreed to goes
    # along.
    (
        "message_consents",
        "account_id",
        f"NOT EXISTS ({_BOUND}) AND NOT EXISTS (SELECT 1 FROM message_consents k WHERE k.account_id = $2"
        " AND k.template_id = message_consents.template_id)",
    ),
    ("identities", "account_id", f"ended_at IS NULL AND NOT EXISTS ({_BOUND})"),
    (
        "notifications",
        "account_id",
        "NOT EXISTS (SELECT 1 FROM notifications k WHERE k.account_id = $2 AND k.kind = notifications.kind"
        " AND k.subject_id = notifications.subject_id AND k.day = notifications.day)",
    ),
)


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as an operator sees it; `phone` is masked. `merged_into_id`: the account it was merged into."""

    id: UUID
    display_name: str
    phone: str | None
    disabled_at: datetime | None
    merged_into_id: UUID | None


@dataclass(frozen=True, slots=True)
class Done:
    """An account after a step, and whether the step changed anything."""

    account: AccountState
    changed: bool


async def find(given: str | UUID) -> AccountState:
    """Return the account with this phone or id. Raises NOT_FOUND, INVALID_INPUT for what is neither."""
    account_id = given if isinstance(given, UUID) else (await accounts.known(given)).id
    row = await database.fetch_one(
        "SELECT id, display_name, phone_encrypted, disabled_at, merged_into_id FROM accounts WHERE id = $1", account_id
    )
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, "没有这个编号的账号，请核对", "account")
    return AccountState(**accounts.with_masked_phone(row))


def meant(given: str) -> str | UUID:
    """Return a phone or an account's id, whichever was typed."""
    try:
        return UUID(given)
    except ValueError:
        return given


async def named(given: str | UUID, name: str) -> AccountState:
    """Return the account as `find` does, checked by its name. Raises INVALID_INPUT for another name."""
    found = await find(given)
    if not names.agree(found.display_name, name):
        raise Refusal(ErrorCode.INVALID_INPUT, "这个账号用的是另一个姓名，请核对姓名和手机号", "name")
    return found


@write
async def rename(account_id: UUID, name: str, by: UUID | None = None) -> Done:
    """Rename an account, and the head and the households that had the old name with its phone.

    Raises INVALID_INPUT for an unfit name, INVALID_STATE for an erased account. Locks the households, the account,
    then the head.
    """
    name = text.clean(name, "name", least=1, most=accounts.MAX_NAME)
    before = await find(account_id)
    homes = await database.fetch(
        "SELECT h.id, h.contact_name FROM households h WHERE h.phone_index = (SELECT phone_index FROM accounts"
        " WHERE id = $1) AND h.id IN (SELECT household_id FROM memberships WHERE account_id = $1"
        " AND revoked_at IS NULL) ORDER BY h.id FOR NO KEY UPDATE",
        account_id,
    )
    await lock([account_id])
    heads = await database.fetch(
        "SELECT id, name FROM household_heads WHERE id = (SELECT head_id FROM memberships WHERE account_id = $1"
        " AND head_id IS NOT NULL AND revoked_at IS NULL) FOR NO KEY UPDATE",
        account_id,
    )
    if (await find(account_id)).display_name != before.display_name:
        raise database.Again
    await _check_known(account_id)
    if before.display_name == name:
        return Done(before, changed=False)
    await database.execute("UPDATE accounts SET display_name = $2 WHERE id = $1", account_id, name)
    for table, column, rows in (("households", "contact_name", homes), ("household_heads", "name", heads)):
        same = [row["id"] for row in rows if names.agree(row.get(column) or "", before.display_name)]
        await database.execute(f"UPDATE {table} SET {column} = $2 WHERE id = ANY($1)", same, name)
    audit.record(by, "account.rename", "Account", account_id, old=mask_name(before.display_name), new=mask_name(name))
    return Done(await find(account_id), changed=True)


@write
async def disable(account_id: UUID, by: UUID | None = None, *, force: bool = False) -> Done:
    """Disable an account: it cannot sign in, its sessions end, its roles stay for when it is enabled.

    Raises INVALID_STATE for the last administrator of the district and the last owner of a shop unless `force`. Locks
    the memberships of all district administrators, then the account, then the shops that it owns.
    """
    if not force:
        await memberships.leave_an_administrator(account_id)
    await lock([account_id])
    before = await find(account_id)
    if before.disabled_at is None and not force:
        await staff.leave_an_owner(account_id)
    if before.disabled_at is None:
        await _disable(account_id, None)
        await sessions.end_all_of(account_id, by)
        audit.record(by, "account.disable", "Account", account_id)
    return Done(await find(account_id), changed=before.disabled_at is None)


@write
async def enable(account_id: UUID, by: UUID | None = None) -> Done:
    """Enable an account. Raises INVALID_STATE for a merged and for an erased one. Locks the account."""
    await lock([account_id])
    before = await find(account_id)
    await _check_known(account_id)
    if before.merged_into_id is not None:
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已并入另一个账号，不能再启用", "account")
    if before.disabled_at is not None:
        await database.execute("UPDATE accounts SET disabled_at = NULL WHERE id = $1", account_id)
        audit.record(by, "account.enable", "Account", account_id)
    return Done(await find(account_id), changed=before.disabled_at is not None)


@write
async def merge(emptied_id: UUID, kept_id: UUID, by: UUID | None = None, *, take_phone: bool = False) -> Done:
    """Merge two accounts of one person: `kept_id` gets the roles of `emptied_id`, whose sessions end, which can no
    longer sign in, loses its number, and refers to the kept one. `take_phone`: the kept account takes the other's
    number.

    The ledger is never edited: a head is moved as a whole, with its points. Of two heads one must have no history; it
    leaves, and its households go to the other. Raises INVALID_INPUT for the same account twice and for two names,
    INVALID_STATE for a disabled or merged one, and for two heads with a history. Locks the seasons that the emptied one
    had to do with and what it nominated there, the households of both heads, the accounts by id, the heads by id, then
    the shops that the emptied one applied with or entered.
    """
    if emptied_id == kept_id:
        raise Refusal(ErrorCode.INVALID_INPUT, "这是同一个账号，请给出两个不同的账号", "into")
    await _lock_seasons_of(emptied_id)
    heads = await _heads_of(emptied_id, kept_id)
    homes = [home for head in sorted(heads.values()) for home in await moves.lock_of_head(head)]
    own = await database.fetch(
        "SELECT id FROM households WHERE phone_index IN (SELECT phone_index FROM accounts WHERE id = ANY($1))"
        " AND id <> ALL($2) ORDER BY id FOR NO KEY UPDATE",
        [emptied_id, kept_id],
        homes,
    )
    await lock([emptied_id, kept_id])
    await database.fetch(
        "SELECT id FROM household_heads WHERE id = ANY($1) ORDER BY id FOR UPDATE", sorted(heads.values())
    )
    await turns.exclusive_at(await _new_shops_of(emptied_id))
    emptied, kept = await find(emptied_id), await find(kept_id)
    if emptied.merged_into_id == kept_id:
        return Done(kept, changed=False)
    _check_pair(emptied, kept)
    if await _heads_of(emptied_id, kept_id) != heads:
        raise database.Again
    await _one_head(heads, emptied_id, kept_id, by)
    await _move_roles(emptied_id, kept_id, by)
    for table, column, where in _FOLLOWS:
        await database.execute(f"UPDATE {table} SET {column} = $2 WHERE {column} = $1 AND {where}", emptied_id, kept_id)
    await _unbind(emptied_id, by)
    await _merge_phones(emptied_id, kept_id, [row["id"] for row in own] + homes, by, take_phone=take_phone)
    await _disable(emptied_id, kept_id)
    for account_id in (emptied_id, kept_id) if take_phone else (emptied_id,):
        await sessions.end_all_of(account_id, by)
    audit.record(by, "account.merge", "Account", emptied_id, into_id=str(kept_id), took_phone=take_phone)
    return Done(await find(kept_id), changed=True)


async def _check_known(account_id: UUID) -> None:
    """Raise INVALID_STATE for a person who was forgotten. The caller has locked the account."""
    if await database.fetch_value("SELECT erased_at FROM accounts WHERE id = $1", account_id) is not None:
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已注销，资料已删除；请本人用手机号重新登记", "account")


async def lock(account_ids: list[UUID]) -> None:
    """Lock accounts by id, also against concurrent grants. Runs inside the caller's transaction."""
    await database.fetch("SELECT id FROM accounts WHERE id = ANY($1) ORDER BY id FOR UPDATE", account_ids)


def _check_pair(emptied: AccountState, kept: AccountState) -> None:
    for one in (emptied, kept):
        if one.disabled_at is not None:
            raise Refusal(ErrorCode.INVALID_STATE, f"账号 {one.id} 已停用，请先启用再合并", "account")
    if not names.agree(emptied.display_name, kept.display_name):
        raise Refusal(ErrorCode.INVALID_INPUT, "两个账号的姓名不同：确为同一人请先更名（account rename）", "into")


async def _new_shops_of(account_id: UUID) -> list[UUID]:
    rows = await database.fetch(
        "SELECT id FROM shops WHERE $1 IN (applied_by_id, entered_by_id) AND state = 'APPLIED'", account_id
    )
    return [row["id"] for row in rows]


async def _lock_seasons_of(account_id: UUID) -> None:
    await database.fetch(
        "SELECT id FROM seasons WHERE state IN ('OPEN', 'REVIEW', 'NOTICE') AND ($1 IN (opened_by_id, published_by_id)"
        " OR id IN (SELECT season_id FROM season_objections WHERE requester_id = $1 AND state = 'OPEN'))"
        " OR id IN (SELECT season_id FROM nominations WHERE proposed_by_id = $1) ORDER BY id FOR NO KEY UPDATE",
        account_id,
    )
    await database.fetch(
        "SELECT id FROM nominations WHERE proposed_by_id = $1 ORDER BY id FOR NO KEY UPDATE", account_id
    )


async def _heads_of(*account_ids: UUID) -> dict[UUID, UUID]:
    rows = await database.fetch(
        "SELECT account_id, head_id FROM memberships WHERE account_id = ANY($1) AND head_id IS NOT NULL"
        " AND revoked_at IS NULL",
        list(account_ids),
    )
    return {row["account_id"]: row["head_id"] for row in rows}


async def _one_head(heads: dict[UUID, UUID], emptied_id: UUID, kept_id: UUID, by: UUID | None) -> None:
    """Of two heads, let the one without history leave; its households go to the other."""
    if len(heads) < 2:
        return
    for spare_of in (emptied_id, kept_id):
        spare, other = heads[spare_of], next(head for account, head in heads.items() if account != spare_of)
        if await _has_history(spare):
            continue
        homes = await moves.lock_of_head(spare)
        await moves.give(dict.fromkeys(homes, spare), other, by)
        await database.execute(
            "UPDATE household_heads SET left_at = coalesce(left_at, $2), state_reason = $3, phone_index = NULL,"
            " phone_encrypted = NULL WHERE id = $1",
            spare,
            clock.now(),
            MERGED_REASON,
        )
        audit.record(by, "head.leave", "HouseholdHead", spare, households=len(homes), successor_id=str(other))
        await _revoke(spare_of, "head_id", spare, by)
        return
    message = (
        "两个账号各是一位有积分、心愿、核销、获赠或提名记录的联户长，流水不能合并："
        "请让其中一位离任并收回身份（role revoke）后再合并"
    )
    raise Refusal(ErrorCode.INVALID_STATE, message, "into")


async def _has_history(head_id: UUID) -> bool:
    """Return whether a head has any history, which a merge would split."""
    found: bool = await database.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM points_transfers WHERE head_id = $1)"
        " OR EXISTS (SELECT 1 FROM rewards WHERE head_id = $1) OR EXISTS (SELECT 1 FROM passes WHERE head_id = $1)"
        " OR EXISTS (SELECT 1 FROM wishes WHERE head_id = $1 OR filed_by_head_id = $1)"
        " OR EXISTS (SELECT 1 FROM wish_offers WHERE head_id = $1) OR EXISTS (SELECT 1 FROM grants WHERE head_id = $1)"
        " OR EXISTS (SELECT 1 FROM nominations WHERE head_id = $1)",
        head_id,
    )
    return found


async def _move_roles(emptied_id: UUID, kept_id: UUID, by: UUID | None) -> None:
    """End the roles of one account, and grant the other those that it lacks."""
    rows = await database.fetch(
        "SELECT id, role, owner, area_id, household_id, head_id, shop_id FROM memberships WHERE account_id = $1"
        " AND revoked_at IS NULL ORDER BY id",
        emptied_id,
    )
    for row in rows:
        (column,) = (name for name in _ROLE_SCOPES if row[name] is not None)
        await _revoke(emptied_id, column, row[column], by, Role(row["role"]))
        made = await database.fetch_value(
            f"INSERT INTO memberships (id, account_id, role, {column}, granted_at, granted_by_id, owner)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id",
            uuid7(),
            kept_id,
            row["role"],
            row[column],
            clock.now(),
            by,
            row["owner"],
        )
        if made is None and row["owner"]:
            await database.execute(
                "UPDATE memberships SET owner = true WHERE account_id = $1 AND shop_id = $2 AND revoked_at IS NULL",
                kept_id,
                row["shop_id"],
            )
        if made is not None:
            audit.record(
                by,
                "membership.grant",
                "Membership",
                made,
                role=row["role"],
                member_id=str(kept_id),
                **{column: str(row[column])},
            )


async def _revoke(
    account_id: UUID, column: str, scope: UUID, by: UUID | None, role: Role = Role.HOUSEHOLD_HEAD
) -> None:
    rows = await database.fetch(
        f"UPDATE memberships SET revoked_at = $4 WHERE account_id = $1 AND role = $2 AND {column} = $3"
        " AND revoked_at IS NULL RETURNING id",
        account_id,
        role,
        scope,
        clock.now(),
    )
    for row in rows:
        audit.record(by, "membership.revoke", "Membership", row["id"], role=role.value)


async def _merge_phones(
    emptied_id: UUID, kept_id: UUID, homes: list[UUID], by: UUID | None, *, take_phone: bool
) -> None:
    """Leave one number to the kept account, its head, and the households of either."""
    rows = await database.fetch(
        "SELECT id, phone_index, phone_encrypted FROM accounts WHERE id = ANY($1)", [emptied_id, kept_id]
    )
    phones: dict[UUID, Any] = {row["id"]: (row["phone_index"], row["phone_encrypted"]) for row in rows}
    given, ended = (emptied_id, kept_id) if take_phone or phones[kept_id][0] is None else (kept_id, emptied_id)
    stays, goes = phones[given], phones[ended]
    await database.execute(
        "UPDATE accounts SET phone_index = NULL, phone_encrypted = NULL WHERE id = ANY($1)", [emptied_id, kept_id]
    )
    await database.execute("UPDATE accounts SET phone_index = $2, phone_encrypted = $3 WHERE id = $1", kept_id, *stays)
    if goes[0] is None:
        return
    await database.execute(
        "UPDATE household_heads SET phone_index = $2, phone_encrypted = $3 WHERE phone_index = $1", goes[0], *stays
    )
    await database.execute(
        "UPDATE households SET phone_index = $2, phone_encrypted = $3 WHERE phone_index = $1 AND id = ANY($4)"
        " AND id IN (SELECT household_id FROM memberships WHERE account_id = $5 AND revoked_at IS NULL)",
        goes[0],
        *stays,
        homes,
        kept_id,
    )
    await phone_changes.note(kept_id, goes[1], stays[1], by)


async def _unbind(account_id: UUID, by: UUID | None) -> None:
    """End the bindings that are left to an account which nobody opens any more: else its WeChat user could be bound to
    no other."""
    ended = await database.execute(
        "UPDATE identities SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL", account_id, clock.now()
    )
    if ended:
        audit.record(by, "wechat.unbind", "Account", account_id)


async def _disable(account_id: UUID, merged_into: UUID | None) -> None:
    await database.execute(
        "UPDATE accounts SET disabled_at = $2, merged_into_id = $3 WHERE id = $1", account_id, clock.now(), merged_into
    )
