"""What accounts hold of a person: name, phone, roles and why they ended, sessions."""

from datetime import datetime

from services.db import database
from services.db.personal import NAMELESS, Person, Privacy, Section, by_id, with_phones
from services.db.sql import Args


def _accounts(args: Args, person: Person) -> str:
    return (
        "SELECT a.id, a.display_name, a.phone_encrypted, a.created_at, a.disabled_at, a.merged_into_id"
        " FROM accounts a WHERE a.id = owner.id"
    )


def _roles(args: Args, person: Person) -> str:
    return (
        "SELECT m.id, m.role, m.owner, ar.name AS area, m.household_id, m.head_id, s.name AS shop,"
        " m.granted_at, m.revoked_at, m.end_reason"
        " FROM memberships m LEFT JOIN areas ar ON ar.id = m.area_id LEFT JOIN shops s ON s.id = m.shop_id"
        " WHERE m.account_id = owner.id"
    )


def _sessions(args: Args, person: Person) -> str:
    """Return the sessions; never their tokens, nor what identifies a device."""
    return (
        "SELECT s.id, s.method, s.label, s.device_key IS NOT NULL AS device_known, s.second_factor_at, s.created_at,"
        " s.last_seen_at, s.expires_at, s.revoked_at"
        " FROM sessions s WHERE s.account_id = owner.id"
    )


def _phone_changes(args: Args, person: Person) -> str:
    return (
        "SELECT c.id, c.old_phone_encrypted, c.new_phone_encrypted, c.changed_at FROM phone_changes c"
        " WHERE c.account_id = owner.id"
    )


async def _erase(person: Person, at: datetime) -> None:
    """Forget name, phones, devices and notes of sessions. The accounts are locked, and their sessions ended."""
    ids = list(person.account_ids)
    await database.execute(
        "UPDATE accounts SET display_name = $2, phone_encrypted = NULL, phone_index = NULL,"
        " disabled_at = coalesce(disabled_at, $3), erased_at = $3 WHERE id = ANY($1) AND erased_at IS NULL",
        ids,
        NAMELESS,
        at,
    )
    await database.execute(
        "UPDATE sessions SET label = '', device_key = NULL WHERE account_id = ANY($1)"
        " AND (label <> '' OR device_key IS NOT NULL)",
        ids,
    )
    await database.execute(
        "UPDATE memberships SET end_reason = '' WHERE account_id = ANY($1) AND end_reason <> ''", ids
    )
    await database.execute("DELETE FROM phone_changes WHERE account_id = ANY($1)", ids)


PRIVACY = Privacy(
    sections=(
        Section("accounts", _accounts, by_id("a"), "account_ids", with_phones),
        Section("roles", _roles, by_id("m"), "account_ids"),
        Section("sessions", _sessions, by_id("s"), "account_ids"),
        Section("phoneChanges", _phone_changes, by_id("c"), "account_ids", with_phones),
    ),
    erased=(
        "accounts.display_name",
        "accounts.phone_encrypted",
        "accounts.phone_index",
        "memberships.end_reason",
        "sessions.label",
        "sessions.device_key",
        "phone_changes.old_phone_encrypted",
        "phone_changes.new_phone_encrypted",
    ),
    impersonal=("sessions.token_hash",),  # of a random token, which opens nothing any more
    erase=_erase,
)
