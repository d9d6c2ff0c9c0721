"""What wishes hold of a person: what the person asked for, wrote, rated and was shown.

Wishes stand, with states, stars and times. Of the person's own, all texts go, also those that others wrote with their
steps, for these tell of the person; of others' wishes, what the person wrote. A wish filed on behalf is the
household's: its title and details go only where the whole household is forgotten.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from models.enums import WishActor
from services.db import database
from services.db.personal import WITHOUT_TEXT, Person, Privacy, Section, by_id
from services.db.sql import Args
from services.wishes import actions
from services.wishes.table import OPEN_STATES, Standing


def _requested(args: Args, person: Person) -> str:
    return (
        "SELECT w.id, w.household_id, w.on_behalf, w.consent_note, w.category, w.title, w.details, w.state,"
        " w.submitted_at, w.dispatched_at, w.accepted_at, w.completed_at, w.completion_note, w.rated_at,"
        " w.rating_source, w.stars FROM wishes w WHERE w.requester_id = owner.id"
    )


def _handled(args: Args, person: Person) -> str:
    """Return the wishes that the head took; what the household wrote is the household's."""
    accounts = args(list(person.account_ids))
    return (
        "SELECT w.id, w.category, w.state, w.dispatched_at, w.accepted_at, w.completed_at,"
        f" CASE WHEN w.completed_by_id = ANY({accounts}) THEN w.completion_note END AS completion_note, w.stars"
        " FROM wishes w WHERE w.head_id = owner.id"
    )


def _ratings(args: Args, person: Person) -> str:
    accounts = args(list(person.account_ids))
    return (
        "SELECT w.id AS wish_id, w.stars, w.rating_comment, w.rating_source, w.rated_at FROM wishes w"
        f" WHERE w.rated_by_id = ANY({accounts}) AND (w.household_id = ANY({args(list(person.household_ids))})"
        f" OR w.requester_id = ANY({accounts}))"
    )


def _notes(args: Args, person: Person) -> str:
    return (
        "SELECT t.id, e.wish_id, e.action, t.text, e.occurred_at FROM texts t JOIN wish_events e ON e.id = t.id"
        " WHERE t.account_id = owner.id AND t.erased_at IS NULL"
    )


def _reveals(args: Args, person: Person) -> str:
    """Return who looked at the household's phone or address: the names are masked."""
    return (
        "SELECT c.id, c.wish_id, c.kind, left(a.display_name, 1) || '**' AS shown_to, c.revealed_at"
        " FROM contact_reveals c JOIN accounts a ON a.id = c.account_id"
        " WHERE c.household_id = owner.id AND EXISTS (SELECT 1 FROM memberships m WHERE m.household_id = owner.id"
        f" AND m.account_id = ANY({args(list(person.account_ids))}) AND m.revoked_at IS NULL)"
    )


async def lock_of_person(person: Person) -> list[UUID]:
    """Lock the wishes that an erasure changes, by id; return the person's own that are open. Before any household."""
    written = await database.fetch(
        "SELECT DISTINCT e.wish_id FROM texts t JOIN wish_events e ON e.id = t.id WHERE t.account_id = ANY($1)",
        list(person.account_ids),
    )
    await database.fetch(
        "SELECT id FROM wishes WHERE requester_id = ANY($1) OR id = ANY($2) OR household_id = ANY($3)"
        " OR (head_id = ANY($4) AND state IN ('DISPATCHED', 'ACCEPTED')) OR id = ANY($5) ORDER BY id"
        " FOR NO KEY UPDATE",
        list(person.account_ids),
        [row["wish_id"] for row in written],
        list(person.emptied_ids),
        list(person.head_ids),
        await _offered(person.head_ids),
    )
    return await open_of_person(person)


async def open_of_person(person: Person) -> list[UUID]:
    """Return the person's own open wishes, by id."""
    rows = await database.fetch(
        "SELECT id FROM wishes WHERE requester_id = ANY($1) AND NOT on_behalf AND state = ANY($2) ORDER BY id",
        list(person.account_ids),
        [state.value for state in OPEN_STATES],
    )
    return [row["id"] for row in rows]


async def _offered(head_ids: Sequence[UUID]) -> list[UUID]:
    rows = await database.fetch(
        "SELECT wish_id FROM wish_offers WHERE head_id = ANY($1) AND state = 'OPEN'", list(head_ids)
    )
    return [row["wish_id"] for row in rows]


async def cancel_open(wish_ids: Sequence[UUID], by: UUID | None) -> int:
    """Cancel the locked open wishes of a person who is forgotten; return how many. Inside the caller's transaction."""
    for wish_id in wish_ids:
        await actions.cancel_for(Standing(frozenset({WishActor.REQUESTER})), wish_id, by)
    return len(wish_ids)


async def _erase(person: Person, at: datetime) -> None:
    """Forget the texts. The caller has locked the wishes (`lock_of_person`)."""
    ids = list(person.account_ids)
    own = await database.fetch(
        "SELECT id FROM wishes WHERE (requester_id = ANY($1) AND NOT on_behalf) OR household_id = ANY($2)",
        ids,
        list(person.emptied_ids),
    )
    await _erase_own([row["id"] for row in own], at)
    await database.execute(
        "UPDATE wishes SET consent_note = CASE WHEN on_behalf AND requester_id = ANY($1) THEN '' ELSE consent_note END,"
        " completion_note = CASE WHEN completed_by_id = ANY($1) THEN '' ELSE completion_note END,"
        " rating_comment = CASE WHEN rated_by_id = ANY($1) THEN '' ELSE rating_comment END"
        " WHERE requester_id = ANY($1) OR id IN"
        " (SELECT e.wish_id FROM texts t JOIN wish_events e ON e.id = t.id WHERE t.account_id = ANY($1))",
        ids,
    )
    await database.execute(
        "UPDATE texts SET text = '', erased_at = $2 WHERE account_id = ANY($1) AND erased_at IS NULL", ids, at
    )


async def _erase_own(wish_ids: Sequence[UUID], at: datetime) -> None:
    """Forget all that was written with these wishes, by whomever."""
    await database.execute(
        "UPDATE wishes SET title = $2, details = '', consent_note = CASE WHEN on_behalf THEN '' END,"
        " completion_note = '', rating_comment = '' WHERE id = ANY($1)",
        list(wish_ids),
        WITHOUT_TEXT,
    )
    await database.execute(
        "UPDATE texts SET text = '', erased_at = $2 WHERE erased_at IS NULL"
        " AND id IN (SELECT id FROM wish_events WHERE wish_id = ANY($1))",
        list(wish_ids),
        at,
    )


PRIVACY = Privacy(
    sections=(
        Section("wishesRequested", _requested, by_id("w"), "account_ids"),
        Section("wishesHandled", _handled, by_id("w"), "head_ids"),
        Section("ratingsGiven", _ratings, {"wish_id": ("w.id", UUID)}),
        Section("notesWritten", _notes, by_id("t"), "account_ids"),
        Section("contactReveals", _reveals, by_id("c"), "household_ids"),
    ),
    erased=(
        "wishes.title",
        "wishes.details",
        "wishes.consent_note",
        "wishes.completion_note",
        "wishes.rating_comment",
        "texts.text",
    ),
    kept={"wish_helpers.name": "typed by a head; not tied to any account, so nobody can say whose it is"},
    erase=_erase,
)
