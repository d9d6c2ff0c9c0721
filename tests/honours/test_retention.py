"""What goes by time of honours: evidence 30 days after the season's end, texts of objections after two years."""

from datetime import timedelta

from models.enums import NominationState, ObjectionKind, ObjectionState, SeasonState
from models.honours import Nomination, SeasonObjection
from services.db import database
from services.db.personal import WITHOUT_TEXT
from services.honours import objections, retention
from services.kit import clock
from services.work import tick
from tests.town import honours
from tests.town import world as making
from tests.town.documents import Api, nodes
from tests.town.world import Travel, World, keep_signed_in


async def with_evidence() -> set[str]:
    rows = await database.fetch(
        "SELECT s.state FROM nominations n JOIN seasons s ON s.id = n.season_id WHERE n.evidence IS NOT NULL"
    )
    return {row["state"] for row in rows}


async def test_evidence_goes_30_days_after_the_end(travel: Travel, world: World, api: Api) -> None:
    """That of a season still under way stays, however old."""
    a = world.a
    for state, nominated in (
        (SeasonState.REVIEW, NominationState.CONSENTED),
        (SeasonState.NOTICE, NominationState.SHORTLISTED),
        (SeasonState.CONCLUDED, NominationState.HONOURED),
        (SeasonState.CANCELLED, NominationState.PASSED_OVER),
    ):
        await honours.nomination(await honours.season(a.community, state), nominated, head=a.heads[0])
    ended = clock.now() - timedelta(hours=1)  # of the notice; `honours.season` says so
    travel.to(ended + retention.EVIDENCE_KEPT_FOR)
    assert await retention.forget_evidence(100) == 0
    travel.by(seconds=1)
    assert await retention.forget_evidence(100) == 1
    assert await with_evidence() == {"REVIEW", "NOTICE", "CANCELLED"}
    travel.by(hours=1)
    assert (await tick.run())["evidence_forgotten"] == 1
    assert await with_evidence() == {"REVIEW", "NOTICE"}
    await keep_signed_in()
    for who in (a.head_people[0], a.staff):
        assert who
        (honour,) = nodes((await api.run(None, "HonourRoll"))["honourRoll"])
        asked = "evidence { wishes } supports honouredAt"
        document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Nomination {{ {asked} }} }} }}"
        found = (await api.query(who.token, document, id=honour["id"]))["node"]
        assert (found["evidence"], found["supports"]) == (None, 0) and found["honouredAt"]


async def test_batches_are_bounded(travel: Travel, world: World) -> None:
    season = await honours.season(world.a.community, SeasonState.CONCLUDED)
    for head in world.a.heads:
        made = await honours.nomination(season, NominationState.HONOURED, head=head)
        await honours.objection(made, world.a.residents[0], state=ObjectionState.REJECTED)
    count = len(world.a.heads)
    travel.by(days=731)
    for forget in (retention.forget_evidence, retention.forget_objections):
        assert [await forget(1), await forget(100), await forget(100)] == [1, count - 1, 0]


async def test_texts_of_objections_go_after_two_years(travel: Travel, world: World) -> None:
    a = world.a
    season = await honours.season(a.community, SeasonState.NOTICE)
    made = await honours.nomination(season, NominationState.SHORTLISTED, head=a.heads[0])
    answered = await honours.objection(made, a.residents[0], state=ObjectionState.REJECTED)
    waits = await honours.objection(made, a.residents[1])
    ended = await honours.objection(made, a.residents[2], ObjectionKind.EVIDENCE, ObjectionState.UPHELD)
    await SeasonObjection.filter(id=ended.id).update(state=ObjectionState.WITHDRAWN, answered_by_id=None, answer="")
    nominee = await making.viewer(a.head_people[0])
    travel.by(days=730)
    assert (await tick.run())["objections_forgotten"] == 0
    travel.by(seconds=1)
    assert (await tick.run())["objections_forgotten"] == 2
    found = await objections.by_ids(nominee, [answered.id, waits.id, ended.id])
    shown = [(found[one.id].text, found[one.id].answer) for one in (answered, waits, ended)]
    assert shown == [(WITHOUT_TEXT, WITHOUT_TEXT), (waits.text, ""), (WITHOUT_TEXT, "")]
    row = await SeasonObjection.get(id=answered.id)
    assert (row.text, row.state) == ("", ObjectionState.REJECTED)
    assert await Nomination.filter(id=made.id, evidence__isnull=False).exists()
