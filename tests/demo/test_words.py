"""What people of the demo district say: fit to be kept, and something for every kind of help and every rating."""

from models.enums import WishCategory
from services.demo import words
from services.kit.text import clean


def test_everything_said_would_be_accepted_from_a_person() -> None:
    wishes = [one for _, said in words.WISHES.values() for one in said]
    comments = [one for said in words.COMMENTS.values() for one in said]
    for one in wishes:
        assert clean(one, "title", least=1, most=60) == one
    for one in (*words.DETAILS, *words.COMPLETION_NOTES, *comments):
        assert clean(one, "details", most=500) == one
    for one in (
        *words.REDO_REASONS,
        *words.CANCEL_REASONS,
        *words.REJECT_REASONS,
        *words.CONSENTS,
        words.CALL_BACK,
    ):
        assert clean(one, "reason", least=1, most=200) == one


def test_there_is_something_for_each() -> None:
    assert set(words.WISHES) == set(WishCategory) and all(often for often, _ in words.WISHES.values())
    assert set(words.COMMENTS) == set(words.STARS) == {1, 2, 3, 4, 5} and sum(words.STARS.values()) == 100
