"""What every step of a season and of a nomination shares: lock, ask the tables, move, record.

Runs inside the caller's transaction. The season is locked first, then its nominations.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from models.enums import NominationAction, NominationState, NotificationKind, SeasonAction, SeasonState
from services.audit import log as audit
from services.db import database
from services.honours import nominations, seasons, table
from services.honours.nominations import Nomination
from services.honours.seasons import Season
from services.honours.table import NominationActor, SeasonActor
from services.kit import clock
from services.kit.errors import Refusal, not_found
from services.kit.viewer import Viewer
from services.live import outbox
from services.writes import transitions
from services.writes.transitions import NOTHING, Transition
from services.writes.write import Unchanged

SeasonTransition = Transition[Season, SeasonState, SeasonAction, SeasonActor]
NominationTransition = Transition[Nomination, NominationState, NominationAction, NominationActor]


async def season_of(viewer: Viewer, season_id: UUID, field: str = "seasonId") -> Season:
    """Return the season as the viewer sees it. Raises NOT_FOUND, naming `field`."""
    found = (await seasons.by_ids(viewer, [season_id])).get(season_id)
    if found is None:
        raise not_found(field)
    return found


async def nomination_of(viewer: Viewer, nomination_id: UUID, field: str = "nominationId") -> Nomination:
    """Return the nomination as the viewer sees it. Raises NOT_FOUND, naming `field`."""
    found = (await nominations.by_ids(viewer, [nomination_id])).get(nomination_id)
    if found is None:
        raise not_found(field)
    return found


async def lock_season(season_id: UUID, strength: str = "NO KEY UPDATE") -> None:
    """Lock a season until the transaction ends: SHARE for those who rely on its state alone."""
    await database.fetch(f"SELECT 1 FROM seasons WHERE id = $1 FOR {strength}", season_id)


async def lock_nominations(season_id: UUID) -> None:
    """Lock the nominations of a locked season, by id."""
    await database.fetch("SELECT 1 FROM nominations WHERE season_id = $1 ORDER BY id FOR NO KEY UPDATE", season_id)


async def begin(viewer: Viewer, season_id: UUID, action: SeasonAction) -> SeasonTransition:
    """Lock a season and find the step. Raises Unchanged, NOT_FOUND, and what the table raises."""
    await season_of(viewer, season_id)
    await lock_season(season_id)
    season = await season_of(viewer, season_id)  # as it is once it is locked
    now = clock.now()
    step = table.season_step(season.facts, action, seasons.who(viewer, season), now)
    if step is None:
        raise Unchanged(season)
    return Transition(season, action, step, now, viewer)


async def move(transition: SeasonTransition, changes: Mapping[str, Any] = NOTHING, **details: Any) -> None:
    """Move a season to its next state with `changes`, and record the step."""
    await transitions.move("seasons", transition.thing, transition.step.to_state, changes)
    transitions.record("Season", "season", transition, **details)


async def begin_nomination(
    viewer: Viewer, nomination_id: UUID, action: NominationAction, strength: str = "NO KEY UPDATE"
) -> NominationTransition:
    """Lock the season and the nomination, and find the step. `strength`: of the season's lock. Raises Unchanged,
    NOT_FOUND, and what the table raises."""
    seen = await nomination_of(viewer, nomination_id)
    await lock_season(seen.season_id, strength)
    if action != NominationAction.SUPPORT:  # which changes nothing of it
        await database.fetch("SELECT 1 FROM nominations WHERE id = $1 FOR NO KEY UPDATE", nomination_id)
    nomination = await nomination_of(viewer, nomination_id)
    now = clock.now()
    step = table.nomination_step(nomination.facts, action, nominations.party(viewer, nomination), now)
    if step is None:
        raise Unchanged(nomination)
    return Transition(nomination, action, step, now, viewer)


async def move_nomination(
    transition: NominationTransition, changes: Mapping[str, Any] = NOTHING, **details: Any
) -> None:
    """Move a nomination to its next state with `changes`, and record the step."""
    nomination, to_state = transition.thing, transition.step.to_state
    args = {"state": to_state.value, **changes}
    assignments = ", ".join(f"{column} = ${place}" for place, column in enumerate(args, 3))
    touched = await database.execute(
        f"UPDATE nominations SET {assignments} WHERE id = $1 AND state = $2",
        nomination.id,
        nomination.truly.value,
        *args.values(),
    )
    assert touched == 1, "it is locked before it is read"
    transitions.record("Nomination", "nomination", transition, season_id=str(nomination.season_id), **details)


async def end_all(
    nomination_ids: Iterable[UUID], to_state: NominationState, action: NominationAction, by: UUID | None
) -> None:
    """Move locked nominations of whatever state to one that a season's step or time leads to, and record it."""
    ids = list(nomination_ids)
    if ids:
        await database.execute("UPDATE nominations SET state = $2 WHERE id = ANY($1)", ids, to_state.value)
        audit.record_each(by, f"nomination.{action.lower()}", "Nomination", ids)


@contextmanager
def of_the_benefit() -> Iterator[None]:
    """Make what is refused inside the block, of a season's benefit, a refusal of the season: who opens or concludes it
    gave nothing else."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(refusal.code, f"附带的优惠：{refusal.message}", "seasonId", refusal.retry_at) from None


def tell(
    kind: NotificationKind, nomination_id: UUID, head_id: UUID | None, household_id: UUID | None, by: UUID | None
) -> None:
    """Tell the nominee: the head, or the household; of a building nobody is told."""
    outbox.notice(kind, nomination_id, by=by, heads=[head_id], households=[household_id] if household_id else [])
