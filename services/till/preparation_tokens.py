"""Tokens of preparations: what a till confirms with."""

import base64
import hmac
import re
from uuid import UUID

from services.kit import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_TOKEN_MAC_BYTES = 16


def token_of(preparation_id: UUID) -> str:
    """Return the token of a preparation: its id and a MAC, so that it is reproducible and unforgeable."""
    return base64.urlsafe_b64encode(preparation_id.bytes + _token_mac(preparation_id)).decode().rstrip("=")


def id_of(token: str) -> UUID | None:
    """Return the preparation's id, or None when the token is invalid."""
    if not _TOKEN.fullmatch(token):
        return None
    raw = base64.urlsafe_b64decode(token + "=")
    preparation_id = UUID(bytes=raw[:16])
    genuine = hmac.compare_digest(raw[16:], _token_mac(preparation_id)) and token_of(preparation_id) == token
    return preparation_id if genuine else None


def _token_mac(preparation_id: UUID) -> bytes:
    return secrets.mac("preparation", preparation_id.bytes)[:_TOKEN_MAC_BYTES]
