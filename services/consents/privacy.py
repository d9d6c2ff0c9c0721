"""What consents hold of a person: what was consented to, and when. The rows stay, without a name, as proof."""

from datetime import datetime

from services.db import database
from services.db.personal import Person, Privacy, Section, by_id
from services.db.sql import Args


def _consents(args: Args, person: Person) -> str:
    return "SELECT c.id, c.kind, c.version, c.given_at, c.withdrawn_at FROM consents c WHERE c.account_id = owner.id"


async def _erase(person: Person, at: datetime) -> None:
    """Withdraw what stands: whoever is forgotten consents to nothing any more. The accounts are locked."""
    await database.execute(
        "UPDATE consents SET withdrawn_at = greatest(given_at, $2) WHERE account_id = ANY($1) AND withdrawn_at IS NULL",
        list(person.account_ids),
        at,
    )


PRIVACY = Privacy(sections=(Section("consents", _consents, by_id("c"), "account_ids"),), erase=_erase)
