"""Signatures, verified by the reference implementation of Standard Webhooks."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from services.kit.signing import SECRET_BYTES, headers, secret_text, signature

SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)


def test_the_example_of_the_specification() -> None:
    """From the text of the specification's reference libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', secret)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(SECRETS, st.text(max_size=200))
def test_what_we_sign_is_verified(secret: bytes, text: str) -> None:
    body = text.encode("utf-8", "replace")
    at = datetime.now(UTC)
    signed = headers("018f-1", at, body, [secret])
    assert secret_text(secret).startswith("whsec_") and signed["webhook-timestamp"] == str(int(at.timestamp()))
    Webhook(secret_text(secret)).verify(body, signed, json_parse=False)
    for other in (body + b" ", b"x" + body):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret_text(secret)).verify(other, signed, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_text(secret)).verify(body, signed | {"webhook-id": "018f-2"}, json_parse=False)


@given(SECRETS, SECRETS, SECRETS)
def test_after_a_rotation_either_secret_verifies_it(new: bytes, old: bytes, other: bytes) -> None:
    signed = headers("1", datetime.now(UTC), b"{}", [new, old])
    assert signed["webhook-signature"].count(" ") == 1
    for secret in (new, old):
        assert Webhook(secret_text(secret)).verify(b"{}", signed) == {}
    if other not in (new, old):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret_text(other)).verify(b"{}", signed)


def test_an_old_message_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = headers("1", datetime.now(UTC) - timedelta(minutes=6), b"{}", [b"x" * 32])
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_text(b"x" * 32)).verify(b"{}", signed)
