"""What is pasted, in zsh: `make test` takes the shells that there are, here it is never left out."""

import pytest

from tests import test_readme
from tests.evidence.conftest import program
from tests.shells import SHELLS
from tests.test_guides import (  # noqa: F401
    _unset,
    made_up,
    test_a_block_stops_at_its_first_error,
    test_nothing_is_started_twice_and_what_was_is_ended_by_its_id,
    test_the_whole_guide_can_be_pasted,
)
from tests.test_readme import (  # noqa: F401
    test_nothing_answers,
    test_the_story_works_in_each_shell_as_a_file_and_pasted,
)


@pytest.fixture(autouse=True)
def _zsh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story takes long, and the others have had it."""
    monkeypatch.setattr(test_readme, "SHELLS", {"zsh": SHELLS["zsh"]})


def test_zsh_is_there() -> None:
    assert program("zsh") and SHELLS.keys() == {"bash", "dash", "zsh"}
