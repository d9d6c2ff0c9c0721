"""What is exported of a person's nominations and objections, and what goes when the person is forgotten."""

import json
from typing import Any

import pytest

from models.enums import NominationState, ObjectionKind, SeasonState
from models.honours import Nomination, SeasonObjection
from services.db import database
from services.db.personal import WITHOUT_TEXT
from services.work import privacy
from tests.town import honours
from tests.town.documents import Api, nodes
from tests.town.world import World, viewer

S, N = SeasonState, NominationState


async def row_of(key: Any) -> dict[str, Any]:
    row = await database.fetch_one("SELECT * FROM nominations WHERE id = $1", key)
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("season", "before", "after"),
    [
        (S.OPEN, N.PROPOSED, N.WITHDRAWN),
        (S.OPEN, N.CONSENTED, N.WITHDRAWN),
        (S.REVIEW, N.CONSENTED, N.WITHDRAWN),
        (S.REVIEW, N.PASSED_OVER, N.WITHDRAWN),
        (S.NOTICE, N.SHORTLISTED, N.WITHDRAWN),
        (S.NOTICE, N.STRUCK, N.STRUCK),
        (S.CONCLUDED, N.HONOURED, N.HONOURED),
        (S.CONCLUDED, N.REVOKED, N.REVOKED),
    ],
)
async def test_a_nominee_is_forgotten(
    world: World, api: Api, season: SeasonState, before: NominationState, after: NominationState
) -> None:
    a = world.a
    made = await honours.nomination(await honours.season(a.community, season), before, head=a.heads[0])
    objection = await honours.objection(made, a.residents[1])
    await privacy.erase(a.head_people[0].account_id)
    row = await row_of(made.id)
    assert (row["state"], row["reason"], row["decision"]) == (after, WITHOUT_TEXT, "")
    assert row["consent_withdrawn_at"] is not None
    assert row["revoke_reason"] == (WITHOUT_TEXT if after == N.REVOKED else "")
    told = await SeasonObjection.get(id=objection.id)
    assert (told.text, told.state) == (WITHOUT_TEXT, "WITHDRAWN")
    assert (await api.run(None, "HonourRoll"))["honourRoll"]["edges"] == []
    node = (await api.run(None, "SeasonDetail", id=honours.season_id(await made.season)))["node"]
    assert nodes(node["nominations"]) == []


async def test_who_proposed_and_who_objected_is_forgotten(world: World) -> None:
    a = world.a
    season = await honours.season(a.community, S.NOTICE)
    made = await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
    await Nomination.filter(id=made.id).update(proposed_by_id=a.residents[2].account_id)
    objection = await honours.objection(made, a.residents[2])
    await privacy.erase(a.residents[2].account_id)
    row = await row_of(made.id)
    assert (row["state"], row["reason"], row["decision"]) == (N.SHORTLISTED, WITHOUT_TEXT, "事迹属实")
    assert row["consent_withdrawn_at"] is None, "it is another's"
    told = await SeasonObjection.get(id=objection.id)
    assert (told.text, told.state) == (WITHOUT_TEXT, "WITHDRAWN"), "there are no words left to answer"


async def test_a_households_honour_is_its_own(world: World) -> None:
    """It leaves the public with the last who lives there by an account, or with who consented."""
    a = world.a
    season = await honours.season(a.community, S.CONCLUDED, honours.SeasonSubject.HOUSEHOLD)
    made = await honours.nomination(season, N.HONOURED, household=a.households[2])
    await privacy.erase(a.residents[2].account_id)
    assert (await row_of(made.id))["consent_withdrawn_at"] is not None


async def test_what_is_exported(world: World) -> None:
    a = world.a
    season = await honours.season(a.community, S.REVIEW)
    made = await honours.nomination(season, N.PASSED_OVER, head=a.heads[0])
    await honours.objection(made, a.head_people[0], ObjectionKind.EVIDENCE)
    exported = json.loads(await privacy.export(await viewer(a.head_people[0])))
    sections = {one["name"]: one["rows"] for one in exported["sections"]}
    (nomination,), (objection,) = sections["nominations"], sections["seasonObjections"]
    assert (nomination["title"], nomination["decision"]) == ("优秀联户长", "事迹属实")
    assert objection["text"] == "有一件心愿不是他做的" and sections["nominationsProposed"] == []
