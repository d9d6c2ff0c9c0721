"""What points hold of a person: a head's ledger, rewards, scores and places of closed boards. They stand, without the
head's name, and without the reasons, which go; of the places, whose they are goes too."""

from datetime import date, datetime
from uuid import UUID

from services.db import database
from services.db.personal import Person, Privacy, Section
from services.db.sql import Args
from services.points import places


def _balances(args: Args, person: Person) -> str:
    return "SELECT a.head_id, a.kind, a.balance FROM points_accounts a WHERE a.head_id = owner.id"


def _transfers(args: Args, person: Person) -> str:
    return (
        "SELECT t.head_id, t.number, t.kind, t.points, t.available_after, t.debt_after, coalesce(x.text, '') AS reason,"
        " t.wish_id, t.redemption_id, t.created_at FROM points_transfers t LEFT JOIN texts x ON x.id = t.id"
        " WHERE t.head_id = owner.id"
    )


def _rewards(args: Args, person: Person) -> str:
    return (
        "SELECT r.id, r.day, r.wish_id, r.state, r.base, r.bonus, r.points, r.capped_by_day, r.capped_by_month,"
        " r.completed_at, r.posted_at FROM rewards r WHERE r.head_id = owner.id"
    )


def _closed(args: Args, person: Person) -> str:
    return (
        "SELECT b.id, a.name AS area, c.period, c.starts_at, p.rank, p.points, p.wishes, p.households, p.withdrawn_at"
        " FROM board_heads b JOIN board_places p ON p.id = b.id JOIN board_closings c ON c.id = p.closing_id"
        " JOIN areas a ON a.id = c.area_id WHERE b.head_id = owner.id"
    )


async def _erase(person: Person, at: datetime) -> None:
    """Forget why points were taken or given back, and whose the places of closed boards are. The heads are locked;
    locks as `places.hold`."""
    await places.withdraw(person.head_ids, at)
    await places.forget(person.head_ids)
    await database.execute(
        "UPDATE texts SET text = '', erased_at = $2 WHERE erased_at IS NULL"
        " AND id IN (SELECT id FROM points_transfers WHERE head_id = ANY($1))",
        list(person.head_ids),
        at,
    )


PRIVACY = Privacy(
    sections=(
        Section("pointsBalances", _balances, {"head_id": ("a.head_id", UUID), "kind": ("a.kind", str)}, "head_ids"),
        Section("pointsEntries", _transfers, {"head_id": ("t.head_id", UUID), "number": ("t.number", int)}, "head_ids"),
        Section("rewards", _rewards, {"day": ("r.day", date), "id": ("r.id", UUID)}, "head_ids"),
        Section("closedBoards", _closed, {"starts_at": ("b.starts_at", datetime), "id": ("b.id", UUID)}, "head_ids"),
    ),
    erased=("board_places.name_masked",),
    kept={"reward_rules.note": "what a version of the rule is about, for the whole district"},
    impersonal=(
        "reward_rules.base",
        "reward_rules.bonus",
        "board_places.area_name",
        "board_closings.sha256",
        "board_closings.previous_sha256",
        "board_errata.sha256",
        "board_errata.previous_sha256",
    ),
    erase=_erase,
)
