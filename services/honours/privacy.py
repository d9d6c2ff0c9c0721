"""What honours hold of a person: who nominated whom and why, consents, evidence, objections and their answers.

A nomination of who is forgotten ends, and an honour leaves the public; its figures stay, for they name nobody. What the
person wrote goes, and what was written of the person. A household's honour is its own while others live there who
consented.
"""

from datetime import datetime
from uuid import UUID

from services.db import database
from services.db.personal import WITHOUT_TEXT, Person, Privacy, Section, by_id
from services.db.sql import Args
from services.honours import table

_COLUMNS = (
    "n.id, s.title, s.subject, n.state, n.proposed_at, n.reason, n.consented_at, n.consent_withdrawn_at, n.evidence,"
    " n.evidence_at, n.supports, n.decided_at, n.decision, n.honoured_at, n.revoked_at, n.revoke_reason"
)


def _of_heads(args: Args, person: Person) -> str:
    return f"SELECT {_COLUMNS} FROM nominations n JOIN seasons s ON s.id = n.season_id WHERE n.head_id = owner.id"


def _of_households(args: Args, person: Person) -> str:
    """Return the nominations of where the person lives now."""
    ids = args(list(person.account_ids))
    return (
        f"SELECT {_COLUMNS} FROM nominations n JOIN seasons s ON s.id = n.season_id WHERE n.household_id = owner.id"
        f" AND EXISTS (SELECT 1 FROM memberships m WHERE m.household_id = owner.id AND m.account_id = ANY({ids})"
        " AND m.revoked_at IS NULL)"
    )


def _proposed(args: Args, person: Person) -> str:
    return (
        "SELECT n.id, s.title, n.proposed_at, n.reason FROM nominations n JOIN seasons s ON s.id = n.season_id"
        " WHERE n.proposed_by_id = owner.id"
    )


def _objections(args: Args, person: Person) -> str:
    return (
        "SELECT o.id, o.nomination_id, o.kind, o.text, o.state, o.submitted_at, o.answered_at, o.answer"
        " FROM season_objections o WHERE o.requester_id = owner.id"
    )


_OWN = "(n.head_id = ANY($1) OR n.household_id = ANY($2) OR (n.household_id = ANY($3) AND n.consented_by_id = ANY($4)))"
_WRITTEN = (
    "(n.proposed_by_id = ANY($4)"
    " OR EXISTS (SELECT 1 FROM season_objections o WHERE o.nomination_id = n.id AND o.requester_id = ANY($4)))"
)


def _keys(person: Person) -> list[list[UUID]]:
    return [list(ids) for ids in (person.head_ids, person.emptied_ids, person.household_ids, person.account_ids)]


async def _touched(person: Person) -> list[UUID]:
    rows = await database.fetch(
        f"SELECT n.id FROM nominations n WHERE {_OWN} OR {_WRITTEN} ORDER BY n.id", *_keys(person)
    )
    return [row["id"] for row in rows]


async def lock_of_person(person: Person) -> None:
    """Lock the seasons, shared, and the nominations that an erasure changes, by id. Before any wish."""
    touched = await _touched(person)
    await database.fetch(
        "SELECT 1 FROM seasons WHERE id = ANY(ARRAY(SELECT season_id FROM nominations WHERE id = ANY($1)))"
        " ORDER BY id FOR SHARE",
        touched,
    )
    await database.fetch("SELECT 1 FROM nominations WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", touched)
    database.memory()["honours"] = set(touched)


async def _erase(person: Person, at: datetime) -> None:
    """Forget the person. The caller has locked the nominations (`lock_of_person`)."""
    if not set(await _touched(person)) <= database.memory()["honours"]:
        raise database.Again  # one was proposed before the person's heads were locked
    keys = _keys(person)
    own = await database.fetch(f"SELECT n.id FROM nominations n WHERE {_OWN} ORDER BY n.id", *keys)
    ids = [row["id"] for row in own]
    await database.execute(
        "UPDATE nominations SET state = CASE WHEN state = ANY($4) THEN 'WITHDRAWN' ELSE state END,"
        " consent_withdrawn_at = coalesce(consent_withdrawn_at, $2), reason = $3::text, decision = '',"
        " revoke_reason = CASE WHEN revoke_reason = '' THEN '' ELSE $3::text END WHERE id = ANY($1)",
        ids,
        at,
        WITHOUT_TEXT,
        [state.value for state in table.OPEN_TO_CONSENT],
    )
    await database.execute("UPDATE nominations SET reason = $2 WHERE proposed_by_id = ANY($1)", keys[3], WITHOUT_TEXT)
    await database.execute(
        "UPDATE season_objections SET text = $3::text, answer = CASE WHEN answer = '' THEN '' ELSE $3::text END,"
        " state = CASE WHEN state = 'OPEN' THEN 'WITHDRAWN' ELSE state END,"
        " answered_at = CASE WHEN state = 'OPEN' THEN $4 ELSE answered_at END"
        " WHERE requester_id = ANY($1) OR nomination_id = ANY($2)",
        keys[3],
        ids,
        WITHOUT_TEXT,
        at,
    )


PRIVACY = Privacy(
    sections=(
        Section("nominations", _of_heads, by_id("n"), "head_ids"),
        Section("householdNominations", _of_households, by_id("n"), "household_ids"),
        Section("nominationsProposed", _proposed, by_id("n"), "account_ids"),
        Section("seasonObjections", _objections, by_id("o"), "account_ids"),
    ),
    erased=(
        "nominations.reason",
        "nominations.decision",
        "nominations.revoke_reason",
        "season_objections.text",
        "season_objections.answer",
    ),
    kept={
        "nominations.evidence": "how many wishes and households, which names nobody once the name is gone, for 30 days",
        "seasons.cancel_reason": "why a whole season was cancelled, which was told to everybody",
    },
    impersonal=(
        "nominations.unit",
        "seasons.title",
        "seasons.basis",
        "seasons.criteria",
        "seasons.rule",
    ),
    erase=_erase,
)
