"""The fixed list: each kind has its words, which name nobody, and is heard by whom it concerns."""

import re

import pytest

from models.enums import NotificationKind, PushChannel, Role
from services.notices import kinds
from services.notices.kinds import KINDS

K = NotificationKind
WECHAT_CHARACTERS = 20  # of a `thing` in a message
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ACCOUNT = {K.CODE_USED, K.PHONE_CHANGED, K.ROLE_GIVEN, K.SHOP_DECIDED, K.OBJECTION_ANSWERED}

# By hand: what one who acts by a role alone hears of.
HEARD = {
    Role.RESIDENT: {
        K.WISH_ACCEPTED, K.WISH_COMPLETED, K.NOMINATION_ASKED, K.EVIDENCE_READY, K.HONOUR_GIVEN,
    },
    Role.HOUSEHOLD_HEAD: {
        K.WISH_OFFERED, K.WISH_RATED, K.WISH_RECALLED, K.REDEMPTION_CONFIRMED, K.DISPUTE_DECIDED, K.POINTS_REVERSED,
        K.GRANT_GIVEN, K.GRANT_ENDS, K.NOMINATION_ASKED, K.EVIDENCE_READY, K.HONOUR_GIVEN,
    },
    Role.SHOP_STAFF: {K.DISPUTE_DECIDED},
    Role.GRID_WORKER: set(),
}  # fmt: skip


@pytest.mark.parametrize("kind", K)
def test_each_kind_has_words_that_fit(kind: NotificationKind) -> None:
    one = KINDS[kind]
    for words in (kind.label, one.brief, one.text):
        assert CHINESE.search(words) and "{" not in words
    assert len(one.brief) <= WECHAT_CHARACTERS, "WeChat cuts or refuses more"
    assert one.audiences and one.channels


def test_the_second_time_says_what_is_different() -> None:
    first, second = (kinds.text(K.WISH_COMPLETED, reminder=again) for again in (False, True))
    assert first != second and "2 天" in second
    assert kinds.text(K.WISH_RATED, reminder=True) == KINDS[K.WISH_RATED].text


def test_a_text_message_is_for_two_occasions_alone() -> None:
    by_sms = {
        (kind, again)
        for kind in K
        for again in (False, True)
        if PushChannel.SMS in kinds.channels(kind, reminder=again)
    }
    assert by_sms == {(K.WISH_COMPLETED, True), (K.PHONE_CHANGED, False), (K.PHONE_CHANGED, True)}
    assert kinds.channels(K.WISH_COMPLETED, reminder=True)[0] == PushChannel.WECHAT, "WeChat costs nothing"


def test_at_night_only_what_cannot_wait() -> None:
    assert {kind for kind in K if KINDS[kind].urgent} == {K.REDEMPTION_CONFIRMED, K.CODE_USED, K.PHONE_CHANGED}


@pytest.mark.parametrize(("role", "wanted"), HEARD.items())
def test_each_role_hears_what_concerns_it(role: Role, wanted: set[NotificationKind]) -> None:
    assert set(kinds.heard_as(frozenset({role}))) == wanted | ACCOUNT
