"""A plain cashier beside the owner in each story set's shop."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from models.enums import Role
from services.db import database
from services.demo.names import Names
from services.demo.people import NUMBERS
from services.demo.phones import phone
from services.demo.size import random_for
from services.shops import invitations
from services.writes import turns

# Far above the numbers of the shops' other staff.
FIRST_NUMBER = NUMBERS[Role.SHOP_STAFF] + 900_000


async def join(sets: Sequence[Mapping[str, str]]) -> list[str]:
    """Invite a cashier into each story set's shop and accept; return their accounts in the sets' order. Idempotent."""
    names = Names(random_for("story cashiers"))
    return [
        str(await _join(UUID(people[Role.SHOP_STAFF]), names.person(), phone(FIRST_NUMBER + number)))
        for number, people in enumerate(sets)
    ]


async def _join(owner_id: UUID, name: str, number: str) -> UUID:
    """Invite and accept in two transactions, as in real use: an account is locked before a shop, and created at
    sign-in."""
    await _invite(owner_id, name, number)
    return await _accept(number)


@database.transactional
async def _accept(number: str) -> UUID:
    return await invitations.accept(number)


@database.transactional
async def _invite(owner_id: UUID, name: str, number: str) -> None:
    shop_id = await database.fetch_value(
        "SELECT shop_id FROM memberships WHERE account_id = $1 AND owner AND revoked_at IS NULL", owner_id
    )
    await turns.exclusive(shop_id)
    await invitations.invite(shop_id, number, name, owner_id)
