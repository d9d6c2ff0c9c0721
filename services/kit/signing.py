"""Signatures by Standard Webhooks (standardwebhooks.com), version 1 of its specification, symmetric. Pure."""

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_text(secret: bytes) -> str:
    """Return a secret in the form given to the shop's system."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signature(message_id: str, timestamp: int, body: bytes, secret: bytes) -> str:
    """Return the HMAC-SHA256 over `id.timestamp.body`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def headers(message_id: str, at: datetime, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """Return the three headers, with one signature per secret: in the day after a rotation there are two."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(message_id, timestamp, body, secret) for secret in secrets),
    }
