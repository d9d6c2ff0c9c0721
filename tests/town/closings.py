"""Closed boards of long ago: rows as the services write them, but for their hashes."""

from datetime import timedelta
from uuid import uuid4

from models.enums import ErratumCause
from models.enums import LeaderboardPeriod as P
from models.people import Area, HouseholdHead
from models.points import BoardClosing, BoardErratum, BoardHead, BoardPlace, Reward
from schema.graph import ids
from services.kit import clock
from services.kit.periods import window
from services.kit.text import mask_name
from tests.town.settlement import LONG_AGO
from tests.town.world import Community

HASH = bytes(32)


async def closed(area: Area, weeks_before: int = 0, scored: int = 0) -> BoardClosing:
    """A week of long ago, and so many weeks before, closed."""
    week = window(P.WEEK, clock.start_of(LONG_AGO) - timedelta(weeks=weeks_before))
    assert week.ends_at
    return await BoardClosing.create(
        area=area, period=P.WEEK, starts_at=week.starts_at, ends_at=week.ends_at,
        closed_at=week.ends_at + timedelta(days=1), participants=scored, scored=scored, previous_sha256=HASH,
        sha256=HASH,
    )  # fmt: skip


async def corrected(of: Community) -> str:
    """The id of a community's closed week with a place of the first head, and an erratum of it; made once."""
    if known := await BoardErratum.filter(closing__area_id=of.community.id, number=1).first():
        return ids.make("BoardClosing", known.closing_id)  # type: ignore[attr-defined]
    closing, reward = await closed(of.community, scored=1), await Reward.all().first()
    head = await HouseholdHead.get(id=of.heads[0].id)
    place = await _place(closing, 1, mask_name(head.name))
    await BoardHead.create(id=place.id, head_id=head.id, starts_at=closing.starts_at)
    assert reward
    await _erratum(closing, 1, place, reward)
    return ids.make("BoardClosing", closing.id)


async def fill(closing_id: str, count: int) -> None:
    """So many more places, errata, and weeks before."""
    closing = await BoardClosing.get(id=ids.find(closing_id, "BoardClosing")).select_related("area")
    first = await BoardPlace.get(closing_id=closing.id, position=1)
    for number in range(2, count + 2):
        await _place(closing, number)
    used = await BoardErratum.all().values_list("reward_id", flat=True)
    for number, reward in enumerate(await Reward.exclude(id__in=list(used)).limit(count), 2):
        await _erratum(closing, number, first, reward)
    for number in range(1, count + 1):
        await closed(closing.area, number)


async def _place(closing: BoardClosing, number: int, name: str = "王**") -> BoardPlace:
    return await BoardPlace.create(
        id=uuid4(), closing_id=closing.id, position=number, rank=number, name_masked=name, area_name="A社区",
        points=900 - number, wishes=1, households=1, reached_at=closing.starts_at,
    )  # fmt: skip


async def _erratum(closing: BoardClosing, number: int, place: BoardPlace, reward: Reward) -> None:
    await BoardErratum.create(
        closing=closing, number=number, place_id=place.id, reward=reward, from_points=900 - number,
        to_points=899 - number, from_rank=number, to_rank=number, cause=ErratumCause.REVERSAL, at=clock.now(),
        previous_sha256=HASH, sha256=HASH,
    )  # fmt: skip
