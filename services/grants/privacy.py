"""What grants hold of a person: what a head was given, and why. What was given and used stands, the words go."""

from datetime import datetime

from services.db import database
from services.db.personal import WITHOUT_TEXT, Person, Privacy, Section, by_id
from services.db.sql import Args


def _grants(args: Args, person: Person) -> str:
    return (
        "SELECT g.id, s.name AS shop, d.title AS discount, g.quantity, g.valid_from, g.valid_until, g.source, g.note,"
        " g.granted_at, g.revoked_at, g.revoke_reason"
        " FROM grants g JOIN discounts d ON d.id = g.discount_id JOIN shops s ON s.id = d.shop_id"
        " WHERE g.head_id = owner.id"
    )


async def _erase(person: Person, at: datetime) -> None:
    """Forget why the head was given something, and why it was revoked."""
    await database.execute(
        "UPDATE grants SET note = $2, revoke_reason = CASE WHEN revoke_reason IS NULL THEN NULL ELSE $2 END"
        " WHERE head_id = ANY($1) AND note <> $2",
        list(person.head_ids),
        WITHOUT_TEXT,
    )


PRIVACY = Privacy(
    sections=(Section("grants", _grants, by_id("g"), "head_ids"),),
    erased=("grants.note", "grants.revoke_reason"),
    erase=_erase,
)
