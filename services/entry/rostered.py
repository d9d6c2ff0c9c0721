"""Who is in the roster by a number and has no account yet (名册上的人): made as an import makes them, as their phone
signs in.

An import makes accounts of the numbers that it brings. A number that staff enter later, for a head or a household
without one, becomes an account here.
"""

from uuid import UUID

from models.enums import Role
from services.accounts import accounts
from services.db import database
from services.kit import names
from services.kit.secrets import phone_index
from services.people.directory import Scope
from services.roles import memberships

# Nobody has an account there: else the number may be an old one, and whose it is now does not show.
_FIND = """
SELECT hh.id, hh.name, 'head_id' AS scope FROM household_heads hh
WHERE hh.phone_index = $1 AND hh.left_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM memberships m WHERE m.head_id = hh.id AND m.revoked_at IS NULL)
UNION ALL
SELECT h.id, h.contact_name, 'household_id' FROM households h
WHERE h.phone_index = $1 AND NOT EXISTS (
    SELECT 1 FROM memberships m WHERE m.household_id = h.id AND m.revoked_at IS NULL)
ORDER BY scope, id
"""
_ROLES = {"head_id": Role.HOUSEHOLD_HEAD, "household_id": Role.RESIDENT}


async def enter(phone: str) -> UUID | None:
    """Make the account of a proven phone that the roster knows under one name; return its id, None for no such phone.

    Inside the caller's transaction. Locks the households, the account, then the head.
    """
    index = phone_index(phone)
    found = await database.fetch(_FIND, index)
    if not found or not all(names.agree(one["name"], found[0]["name"]) for one in found):
        return None
    await database.fetch("SELECT id FROM households WHERE phone_index = $1 ORDER BY id FOR NO KEY UPDATE", index)
    account_id = await accounts.make(phone, found[0]["name"])
    await database.fetch("SELECT id FROM household_heads WHERE phone_index = $1 FOR NO KEY UPDATE", index)
    if account_id is None or await database.fetch(_FIND, index) != found:  # something changed meanwhile
        raise database.Again
    for one in found:
        await memberships.give(account_id, _ROLES[one["scope"]], Scope(one["scope"], one["id"], one["name"]), None)
    return account_id
