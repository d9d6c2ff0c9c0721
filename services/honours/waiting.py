"""How much of the seasons waits for a person: to consent, to decide on nominations, to answer objections."""

from services.db import database
from services.db.sql import Args, any_of, under
from services.honours import parties
from services.kit import clock
from services.kit.viewer import Viewer


async def to_consent(viewer: Viewer, most: int) -> int:
    """Return how many nominations of the viewer, of the viewer's household or building, wait for consent, at most
    `most`. One statement."""
    args = Args()
    own = any_of(parties.nominee_of(viewer, args))
    return await _count(
        f"nominations n JOIN seasons s ON s.id = n.season_id WHERE {own} AND n.state = 'PROPOSED' AND s.state = 'OPEN'"
        f" AND s.nominate_until >= {args(clock.day_of(clock.now()))}",
        args,
        most,
    )


async def to_decide(viewer: Viewer, most: int) -> int:
    """Return how many nominations under review wait for a decision that the viewer may take, being no party to them, at
    most `most`. One statement."""
    args = Args()
    return await _count(
        "seasons s JOIN areas sa ON sa.id = s.area_id JOIN nominations n ON n.season_id = s.id"
        f" WHERE s.state = 'REVIEW' AND n.state = 'CONSENTED' AND {_managed(viewer, args)}"
        f" AND NOT {parties.party(viewer, args)}",
        args,
        most,
    )


async def to_answer(viewer: Viewer, most: int) -> int:
    """Return how many objections wait for an answer that the viewer may give, being neither a party nor who objected,
    at most `most`. One statement."""
    args = Args()
    return await _count(
        "season_objections o JOIN nominations n ON n.id = o.nomination_id JOIN seasons s ON s.id = o.season_id"
        f" JOIN areas sa ON sa.id = s.area_id WHERE o.state = 'OPEN' AND {_managed(viewer, args)}"
        f" AND o.requester_id <> {args(viewer.account_id)} AND NOT {parties.party(viewer, args)}",
        args,
        most,
    )


def _managed(viewer: Viewer, args: Args) -> str:
    return under("sa.path", viewer.manage_paths, args) or "false"


async def _count(waiting: str, args: Args, most: int) -> int:
    counted: int = await database.fetch_value(
        f"SELECT count(*) FROM (SELECT FROM {waiting} LIMIT {args(most)}) waiting", *args
    )
    return counted
