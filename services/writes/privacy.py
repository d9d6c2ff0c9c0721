"""What the numbers of requests hold of a person: a hash of what was asked, which free text may have been part of."""

from datetime import datetime

from services.db import database
from services.db.personal import Person, Privacy


async def _erase(person: Person, at: datetime) -> None:
    """Make the hashes of the person's requests say nothing: from a hash, a short text can be guessed."""
    rows = await database.fetch(
        "SELECT id FROM requests WHERE owner_id = ANY($1) AND content_hash <> sha256(id::text::bytea)"
        " ORDER BY id FOR UPDATE SKIP LOCKED",  # nobody but the person's own requests locks them
        list(person.account_ids),
    )
    if rows:
        await database.execute(
            "UPDATE requests SET content_hash = sha256(id::text::bytea) WHERE id = ANY($1)", [row["id"] for row in rows]
        )


PRIVACY = Privacy(
    erased=("requests.content_hash",),
    kept={"requests.request_no": "a number that a device chose, by which a shop's system finds its redemption"},
    impersonal=("requests.operation", "markers.key", "markers.value"),
    erase=_erase,
)
