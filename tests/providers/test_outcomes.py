"""How calls of external services end: each kind says what may be done next, and no text has more than a code."""

import pytest

from services.kit.errors import XingdianError
from services.providers.outcomes import (
    NotSent,
    Off,
    ProviderError,
    RateLimited,
    Refused,
    Unknown,
    Unreachable,
)


def test_what_was_not_sent_and_what_is_unknown_are_told_apart() -> None:
    assert issubclass(NotSent, Unreachable) and issubclass(Unknown, Unreachable)
    assert not issubclass(NotSent, Unknown) and not issubclass(Unknown, NotSent)
    assert all(issubclass(kind, ProviderError) for kind in (Off, Unreachable, Refused))
    assert issubclass(ProviderError, XingdianError)


def test_an_error_names_its_provider_and_a_refusal_its_code() -> None:
    assert str(NotSent("wechat", "no connection")) == "wechat: no connection"
    refused = RateLimited("wechat", "45011")
    assert (refused.provider, refused.code, str(refused)) == ("wechat", "45011", "wechat: refused (45011)")


@pytest.mark.parametrize("code", ["isv.BUSINESS_LIMIT_CONTROL", "Throttling.User", "-1", "HTTP 404"])
def test_a_code_is_kept(code: str) -> None:
    assert Refused("x", code).code == code


@pytest.mark.parametrize("code", ["", "a" * 65, "line\nbreak", "https://canary/?secret=1", "余额"])
def test_what_is_no_code_is_not_repeated(code: str) -> None:
    refused = Refused("x", code)
    assert refused.code == "a code that is none" and (not code or code not in str(refused))
