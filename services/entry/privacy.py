"""What signing in holds of a person: codes, tickets, bindings and the second factor. All of it goes, row by row."""

from datetime import datetime
from uuid import UUID

from services.db import database
from services.db.personal import Person, Privacy, Section, by_id
from services.db.sql import Args


def _identities(args: Args, person: Person) -> str:
    """Return that there is one, not the provider's number, which is of no use elsewhere."""
    return "SELECT i.id, i.provider, i.created_at, i.ended_at FROM identities i WHERE i.account_id = owner.id"


def _second_factors(args: Args, person: Person) -> str:
    return "SELECT f.id, f.created_at, f.confirmed_at, f.ended_at FROM second_factors f WHERE f.account_id = owner.id"


def _codes(args: Args, person: Person) -> str:
    return (
        "SELECT c.id, c.purpose, c.created_at, c.sent_at, c.failed_at, c.ended_at FROM sign_in_codes c"
        f" WHERE c.phone_index = ANY({args(list(person.phone_indexes))})"
    )


def _joins(args: Args, person: Person) -> str:
    return (
        "SELECT j.id, j.household_id, j.state, j.created_at, j.vouched_at, j.decided_at FROM household_joins j"
        " WHERE j.account_id = owner.id"
    )


async def lock_factors(person: Person) -> list[UUID]:
    """Lock the person's second factors, then their recovery codes, after the accounts and before any head; return the
    second factors."""
    factors = await database.fetch(
        "SELECT id FROM second_factors WHERE account_id = ANY($1) ORDER BY id FOR UPDATE", list(person.account_ids)
    )
    keys = [row["id"] for row in factors]
    await database.fetch("SELECT id FROM recovery_codes WHERE second_factor_id = ANY($1) ORDER BY id FOR UPDATE", keys)
    return keys


async def _erase(person: Person, at: datetime) -> None:
    """Delete what let the person in. The caller has locked the second factors (`lock_factors`)."""
    ids, phones = list(person.account_ids), list(person.phone_indexes)
    keys = await lock_factors(person)
    await database.execute("DELETE FROM recovery_codes WHERE second_factor_id = ANY($1)", keys)
    await database.execute("DELETE FROM second_factors WHERE id = ANY($1)", keys)
    await database.execute(
        "DELETE FROM sign_in_tickets WHERE phone_index = ANY($1)"
        " OR subject_index IN (SELECT subject_index FROM identities WHERE account_id = ANY($2))",
        phones,
        ids,
    )
    await database.execute("DELETE FROM identities WHERE account_id = ANY($1)", ids)
    await database.execute("DELETE FROM one_use_codes WHERE account_id = ANY($1)", ids)
    await database.execute("DELETE FROM sign_in_codes WHERE account_id = ANY($1) OR phone_index = ANY($2)", ids, phones)
    await database.execute(
        "UPDATE household_joins SET state = 'WITHDRAWN', decided_at = $2 WHERE account_id = ANY($1) AND state = 'OPEN'",
        ids,
        at,
    )


PRIVACY = Privacy(
    sections=(
        Section("identities", _identities, by_id("i"), "account_ids"),
        Section("secondFactors", _second_factors, by_id("f"), "account_ids"),
        Section("signInCodes", _codes, by_id("c")),
        Section("householdJoins", _joins, by_id("j"), "account_ids"),
    ),
    erased=(
        "sign_in_codes.phone_encrypted",
        "sign_in_codes.phone_index",
        "sign_in_codes.address_key",
        "sign_in_codes.handle_hash",
        "sign_in_codes.code_mac",
        "one_use_codes.code_mac",
        "sign_in_tickets.ticket_hash",
        "sign_in_tickets.phone_encrypted",
        "sign_in_tickets.phone_index",
        "sign_in_tickets.subject_encrypted",
        "sign_in_tickets.subject_index",
        "identities.subject_encrypted",
        "identities.subject_index",
        "second_factors.secret_encrypted",
        "recovery_codes.code_mac",
    ),
    kept={"household_joins.asked_mac": "a keyed hash of the code or address that was typed, which names nobody"},
    impersonal=("sign_in_misses.key",),  # a keyed hash of an address or account, for a day
    erase=_erase,
)
