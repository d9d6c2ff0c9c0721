"""What the roster holds of a person: a head's name and phone, and a household's contact, phone and address.

A household stays in its place, for its wishes and its number. It is the person's own as far as the person is its
contact, by name or phone: the name and the phone go, and the address where nobody else lives there by an account.
"""

from datetime import datetime

from services.audit import log as audit
from services.db import database
from services.db.personal import NAMELESS, Person, Privacy, Section, by_id, with_phones
from services.db.sql import Args
from services.kit import names


def _heads(args: Args, person: Person) -> str:
    return (
        "SELECT hh.id, hh.name, hh.phone_encrypted, g.name AS grid, hh.opted_in_at, hh.suspended_at, hh.left_at,"
        " hh.state_reason, hh.points_earned, hh.ratings_count, hh.ratings_sum, hh.created_at"
        " FROM household_heads hh JOIN areas g ON g.id = hh.grid_id"
        " WHERE hh.id = owner.id"
    )


def _households(args: Args, person: Person) -> str:
    """Return where the person lives, or is the contact; another's name and phone are left out."""
    ids, phones = args(list(person.account_ids)), args(list(person.phone_indexes))
    spellings = args([names.key(name) for name in person.names])
    return (
        "SELECT h.id, h.code, h.address, g.name AS grid,"
        f" CASE WHEN {names.sql_key('h.contact_name')} = ANY({spellings}) THEN h.contact_name END AS contact_name,"
        f" CASE WHEN h.phone_index = ANY({phones}) THEN h.phone_encrypted END AS phone_encrypted, h.created_at"
        " FROM households h JOIN areas g ON g.id = h.grid_id"
        f" WHERE h.id = owner.id AND (h.phone_index = ANY({phones}) OR EXISTS"
        f" (SELECT 1 FROM memberships m WHERE m.household_id = h.id AND m.account_id = ANY({ids})"
        " AND m.revoked_at IS NULL))"
    )


async def _erase(person: Person, at: datetime) -> None:
    """Forget the head and the contact. The caller has locked the households and the heads, and the heads have left."""
    await _erase_contacts(person)
    await database.execute(
        "UPDATE household_heads SET name = $2, phone_encrypted = NULL, phone_index = NULL, state_reason = ''"
        " WHERE id = ANY($1) AND (name <> $2 OR phone_index IS NOT NULL OR state_reason <> '')",
        list(person.head_ids),
        NAMELESS,
    )


async def _erase_contacts(person: Person) -> None:
    rows = await database.fetch(
        "SELECT h.id, h.contact_name, h.phone_index, NOT EXISTS (SELECT 1 FROM memberships m"
        " WHERE m.household_id = h.id AND m.revoked_at IS NULL AND m.account_id <> ALL($2)) AS alone"
        " FROM households h WHERE h.id = ANY($1) ORDER BY h.id",
        list(person.household_ids),
        list(person.account_ids),
    )
    named = {row["id"] for row in rows if any(names.agree(row["contact_name"], name) for name in person.names)}
    rung = {row["id"] for row in rows if row["phone_index"] and bytes(row["phone_index"]) in person.phone_indexes}
    empty = {row["id"] for row in rows if row["id"] in named and row["alone"]}
    await database.execute(
        "UPDATE households SET phone_encrypted = NULL, phone_index = NULL,"
        " contact_name = CASE WHEN id = ANY($2) THEN $4 ELSE contact_name END,"
        " address = CASE WHEN id = ANY($3) THEN $4 ELSE address END WHERE id = ANY($1)",
        list(named | rung),
        list(named),
        list(empty),
        NAMELESS,
    )
    audit.record_each(None, "household.forget_contact", "Household", sorted(named | rung))


PRIVACY = Privacy(
    sections=(
        Section("heads", _heads, by_id("hh"), "head_ids", with_phones),
        Section("households", _households, by_id("h"), "household_ids", with_phones),
    ),
    erased=(
        "household_heads.name",
        "household_heads.phone_encrypted",
        "household_heads.phone_index",
        "household_heads.state_reason",
        "households.contact_name",
        "households.address",
        "households.phone_encrypted",
        "households.phone_index",
    ),
    kept={"households.code": "the clerk's number of the household, by which rosters know it"},
    impersonal=("areas.code", "areas.name", "areas.path"),
    erase=_erase,
)
