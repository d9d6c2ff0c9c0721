"""The tables of seasons and nominations against the specification's own, written out once more here."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from models.enums import NominationAction, NominationState, SeasonAction, SeasonState
from services.honours.table import (
    EVIDENCE_SHOWN_FOR,
    NominationActor,
    NominationFacts,
    Party,
    SeasonActor,
    SeasonFacts,
    Who,
    first_conclusion,
    nomination_actions,
    nomination_step,
    season_actions,
    season_step,
)
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import Step

SS, SA, SW = SeasonState, SeasonAction, SeasonActor
NS, NA, NW = NominationState, NominationAction, NominationActor
NOW = datetime(2026, 5, 15, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPENER, PUBLISHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)

SEASONS = {
    (SS.DRAFT, SA.EDIT, SW.DECIDER): SS.DRAFT,
    (SS.DRAFT, SA.OPEN, SW.DECIDER): SS.OPEN,
    (SS.OPEN, SA.NOMINATE, SW.DECIDER): SS.OPEN,
    (SS.OPEN, SA.NOMINATE, SW.MEMBER): SS.OPEN,
    (SS.REVIEW, SA.PUBLISH, SW.DECIDER): SS.NOTICE,
    (SS.NOTICE, SA.CONCLUDE, SW.DECIDER): SS.CONCLUDED,
    (SS.DRAFT, SA.CANCEL, SW.DECIDER): SS.CANCELLED,
    (SS.OPEN, SA.CANCEL, SW.DECIDER): SS.CANCELLED,
    (SS.REVIEW, SA.CANCEL, SW.DECIDER): SS.CANCELLED,
    (SS.NOTICE, SA.CANCEL, SW.DECIDER): SS.CANCELLED,
}
SEASON_DONE = {SA.OPEN: SS.OPEN, SA.PUBLISH: SS.NOTICE, SA.CONCLUDE: SS.CONCLUDED, SA.CANCEL: SS.CANCELLED}
NOMINATIONS = {
    (NS.PROPOSED, NA.CONSENT, NW.NOMINEE): NS.CONSENTED,
    (NS.PROPOSED, NA.DECLINE, NW.NOMINEE): NS.LAPSED,
    (NS.CONSENTED, NA.SUPPORT, NW.RESIDENT): NS.CONSENTED,
    (NS.CONSENTED, NA.SHORTLIST, NW.DECIDER): NS.SHORTLISTED,
    (NS.CONSENTED, NA.PASS_OVER, NW.DECIDER): NS.PASSED_OVER,
    (NS.CONSENTED, NA.OBJECT, NW.NOMINEE): NS.CONSENTED,
    (NS.CONSENTED, NA.WITHDRAW, NW.NOMINEE): NS.WITHDRAWN,
    (NS.PASSED_OVER, NA.SHORTLIST, NW.DECIDER): NS.SHORTLISTED,
    (NS.PASSED_OVER, NA.OBJECT, NW.NOMINEE): NS.PASSED_OVER,
    (NS.PASSED_OVER, NA.WITHDRAW, NW.NOMINEE): NS.WITHDRAWN,
    (NS.SHORTLISTED, NA.PASS_OVER, NW.DECIDER): NS.PASSED_OVER,
    (NS.SHORTLISTED, NA.OBJECT, NW.NOMINEE): NS.SHORTLISTED,
    (NS.SHORTLISTED, NA.OBJECT, NW.MEMBER): NS.SHORTLISTED,
    (NS.SHORTLISTED, NA.STRIKE, NW.DECIDER): NS.STRUCK,
    (NS.SHORTLISTED, NA.WITHDRAW, NW.NOMINEE): NS.WITHDRAWN,
    (NS.HONOURED, NA.WITHDRAW, NW.NOMINEE): NS.HONOURED,
    (NS.HONOURED, NA.REVOKE, NW.ADMIN): NS.REVOKED,
}
# In which states of its season a step of a nomination is possible.
WHEN = {
    NA.CONSENT: {SS.OPEN},
    NA.DECLINE: {SS.OPEN},
    NA.SUPPORT: {SS.OPEN},
    NA.SHORTLIST: {SS.REVIEW},
    NA.PASS_OVER: {SS.REVIEW},
    NA.OBJECT: {SS.REVIEW, SS.NOTICE},
    NA.WITHDRAW: {SS.OPEN, SS.REVIEW, SS.NOTICE, SS.CONCLUDED},
    NA.STRIKE: {SS.NOTICE},
    NA.REVOKE: {SS.CONCLUDED},
}


def season(state: SeasonState = SS.REVIEW, **more: Any) -> SeasonFacts:
    """A season of which everything is ready for the next step."""
    return SeasonFacts(
        **{
            "state": state,
            "nominate_from": NOW - HOUR,
            "nominating_ends": NOW + HOUR,
            "quota": 2,
            "opened_by": OPENER,
            "published_by": PUBLISHER,
            "reviewed_at": NOW - EVIDENCE_SHOWN_FOR,
            "notice_until": NOW,
            "undecided": 0,
            "shortlisted": 2,
            "objections": 0,
            "upheld": 0,
            **more,
        }
    )


def nomination(state: NominationState, of: SeasonState = SS.REVIEW, **more: Any) -> NominationFacts:
    """A nomination of which everything is ready for the next step."""
    given = {"opened_by": OPENER, "published_by": PUBLISHER}
    given |= dict.fromkeys(("nominating_ends", "evidence_until", "notice_until"), NOW + HOUR)
    return NominationFacts(**{"state": state, "season": of, "upheld": True, "withdrawn": False, **given, **more})


def refused(facts: Any, action: Any, who: Any) -> Refusal:
    step = season_step if isinstance(facts, SeasonFacts) else nomination_step
    actions = season_actions if isinstance(facts, SeasonFacts) else nomination_actions
    assert action not in actions(facts, who, NOW)
    with pytest.raises(Refusal) as caught:
        step(facts, action, who, NOW)
    return caught.value


@pytest.mark.parametrize(("state", "action", "actor"), list(product(SS, SA, SW)))
def test_each_step_of_a_season(state: SeasonState, action: SeasonAction, actor: SeasonActor) -> None:
    expected, who = SEASONS.get((state, action, actor)), Who(THIRD, {actor})
    if expected is not None:
        assert season_step(season(state), action, who, NOW) == Step(actor, expected)
        assert action in season_actions(season(state), who, NOW)
        return
    if SEASON_DONE.get(action) == state and actor == SW.DECIDER:
        assert season_step(season(state), action, who, NOW) is None
        return
    ever = any((known, other) == (action, actor) for _, known, other in SEASONS)
    assert refused(season(state), action, who).code == (ErrorCode.INVALID_STATE if ever else ErrorCode.FORBIDDEN)


@pytest.mark.parametrize(("of", "state", "action", "actor"), list(product(SS, NS, WHEN, NW)))
def test_each_step_of_a_nomination(
    of: SeasonState, state: NominationState, action: NominationAction, actor: NominationActor
) -> None:
    facts, who = nomination(state, of), Party(THIRD, {actor})
    expected = NOMINATIONS.get((state, action, actor))
    possible = expected is not None and of in WHEN[action]
    if action == NA.OBJECT and actor == NW.MEMBER:
        possible = possible and of == SS.NOTICE
    if possible:
        assert nomination_step(facts, action, who, NOW) == Step(actor, expected)
    assert (action in nomination_actions(facts, who, NOW)) == possible
    done = any((to, known, other) == (state, action, actor) for (_, known, other), to in NOMINATIONS.items())
    if not possible and expected is None and done:
        assert nomination_step(facts, action, who, NOW) is None
    elif not possible:
        ever = any((known, other) == (action, actor) for _, known, other in NOMINATIONS)
        assert refused(facts, action, who).code == (ErrorCode.INVALID_STATE if ever else ErrorCode.FORBIDDEN)


@pytest.mark.parametrize(
    ("state", "action", "account"),
    [(SS.REVIEW, SA.PUBLISH, OPENER), (SS.NOTICE, SA.CONCLUDE, OPENER), (SS.NOTICE, SA.CONCLUDE, PUBLISHER)],
)
def test_three_accounts_decide(state: SeasonState, action: SeasonAction, account: UUID) -> None:
    found = refused(season(state), action, Who(account, {SW.DECIDER}))
    assert found.code == ErrorCode.FORBIDDEN and "三个人" in found.message


@pytest.mark.parametrize(("state", "action"), [(SS.REVIEW, SA.PUBLISH), (SS.NOTICE, SA.CONCLUDE)])
def test_no_party_decides_about_the_list(state: SeasonState, action: SeasonAction) -> None:
    assert refused(season(state), action, Who(THIRD, {SW.DECIDER}, party=True)).code == ErrorCode.FORBIDDEN


@pytest.mark.parametrize(
    ("state", "action", "amiss", "code"),
    [
        (SS.OPEN, SA.NOMINATE, {"nominate_from": NOW + HOUR}, "INVALID_STATE"),
        (SS.REVIEW, SA.PUBLISH, {"undecided": 1}, "INVALID_STATE"),
        (SS.REVIEW, SA.PUBLISH, {"objections": 1}, "INVALID_STATE"),
        (SS.REVIEW, SA.PUBLISH, {"shortlisted": 0}, "INVALID_STATE"),
        (SS.REVIEW, SA.PUBLISH, {"shortlisted": 3}, "LIMIT_REACHED"),
        (SS.REVIEW, SA.PUBLISH, {"reviewed_at": NOW - EVIDENCE_SHOWN_FOR + HOUR}, "INVALID_STATE"),
        (SS.NOTICE, SA.CONCLUDE, {"objections": 1}, "INVALID_STATE"),
        (SS.NOTICE, SA.CONCLUDE, {"upheld": 1}, "INVALID_STATE"),
        (SS.NOTICE, SA.CONCLUDE, {"notice_until": NOW + timedelta(seconds=1)}, "INVALID_STATE"),
    ],
)
def test_what_a_season_waits_for(state: SeasonState, action: SeasonAction, amiss: dict[str, Any], code: str) -> None:
    assert refused(season(state, **amiss), action, Who(THIRD, {SW.DECIDER})).code == code


def test_a_benefit_is_promised_by_an_administrator() -> None:
    facts = season(SS.DRAFT, benefit=True)
    assert refused(facts, SA.OPEN, Who(THIRD, {SW.DECIDER})).code == ErrorCode.FORBIDDEN
    assert season_step(facts, SA.OPEN, Who(THIRD, {SW.DECIDER}, promises=True), NOW) == Step(SW.DECIDER, SS.OPEN)


@pytest.mark.parametrize(
    ("of", "state", "action"),
    [
        (SS.REVIEW, NS.CONSENTED, NA.SHORTLIST),
        (SS.REVIEW, NS.CONSENTED, NA.PASS_OVER),
        (SS.NOTICE, NS.SHORTLISTED, NA.STRIKE),
        (SS.CONCLUDED, NS.HONOURED, NA.REVOKE),
    ],
)
def test_no_party_decides_about_a_nomination(of: SeasonState, state: NominationState, action: NominationAction) -> None:
    who = Party(THIRD, {NW.DECIDER, NW.ADMIN}, party=True)
    assert refused(nomination(state, of), action, who).code == ErrorCode.FORBIDDEN


def test_a_season_whose_days_have_passed_is_not_opened() -> None:
    late = refused(season(SS.DRAFT, nominating_ends=NOW), SA.OPEN, Who(THIRD, {SW.DECIDER}))
    assert late.code == ErrorCode.INVALID_STATE and "截止日" in late.message


@pytest.mark.parametrize("account", [OPENER, PUBLISHER])
def test_a_third_account_strikes(account: UUID) -> None:
    facts = nomination(NS.SHORTLISTED, SS.NOTICE)
    assert refused(facts, NA.STRIKE, Party(account, {NW.DECIDER})).code == ErrorCode.FORBIDDEN
    not_upheld = refused(replace(facts, upheld=False), NA.STRIKE, Party(THIRD, {NW.DECIDER}))
    assert not_upheld.code == ErrorCode.INVALID_STATE and "异议成立" in not_upheld.message


def test_no_household_supports_itself() -> None:
    who = Party(THIRD, {NW.RESIDENT}, own=True)
    assert refused(nomination(NS.CONSENTED, SS.OPEN), NA.SUPPORT, who).code == ErrorCode.FORBIDDEN


@pytest.mark.parametrize("until", [None, NOW])
def test_objections_have_their_time(until: datetime | None) -> None:
    nominee = Party(THIRD, {NW.NOMINEE})
    late = refused(nomination(NS.CONSENTED, evidence_until=until), NA.OBJECT, nominee)
    assert "48 小时" in late.message
    over = refused(nomination(NS.SHORTLISTED, SS.NOTICE, notice_until=until), NA.OBJECT, Party(THIRD, {NW.MEMBER}))
    assert "公示已结束" in over.message


@pytest.mark.parametrize(
    ("state", "action", "actor"), [(NS.PROPOSED, NA.CONSENT, NW.NOMINEE), (NS.CONSENTED, NA.SUPPORT, NW.RESIDENT)]
)
def test_nominating_ends_with_its_last_day(state: NominationState, action: NominationAction, actor: Any) -> None:
    """Whenever the tick comes; who does not want to be honoured can say so later, too."""
    over = nomination(state, SS.OPEN, nominating_ends=NOW)
    assert "提名已截止" in refused(over, action, Party(THIRD, {actor})).message
    assert nomination_step(over, NA.DECLINE, Party(THIRD, {NW.NOMINEE}), NOW) if action == NA.CONSENT else True
    late = refused(season(SS.OPEN, nominating_ends=NOW), SA.NOMINATE, Who(THIRD, {SW.MEMBER}))
    assert (late.code, late.field) == (ErrorCode.INVALID_STATE, "seasonId") and "提名已截止" in late.message


def test_a_consent_is_withdrawn_once() -> None:
    facts = nomination(NS.HONOURED, SS.CONCLUDED, withdrawn=True)
    assert refused(facts, NA.WITHDRAW, Party(THIRD, {NW.NOMINEE})).code == ErrorCode.INVALID_STATE


def test_a_season_can_be_concluded_after_review_and_notice() -> None:
    # Nominating ends with 31 May; two days of review end at 3 June's midnight, then come five days of notice.
    assert first_conclusion(date(2026, 5, 31), 5) == date(2026, 6, 8)
