"""The tokens of preparations: what a till confirms with."""

import base64
import hmac
import re
from uuid import UUID

from services.kit import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_TOKEN_MAC_BYTES = 16


def token_of(preparation_id: UUID) -> str:
    """The token of a preparation: its id and a MAC, so that it can be told again and nobody can make one up."""
    return base64.urlsafe_b64encode(preparation_id.bytes + _token_mac(preparation_id)).decode().rstrip("=")


def id_of(token: str) -> UUID | None:
    """The preparation that a token stands for; None when it is none of ours."""
    if not _TOKEN.fullmatch(token):
        return None
    raw = base64.urlsafe_b64decode(token + "=")
    preparation_id = UUID(bytes=raw[:16])
    genuine = hmac.compare_digest(raw[16:], _token_mac(preparation_id)) and token_of(preparation_id) == token
    return preparation_id if genuine else None


def _token_mac(preparation_id: UUID) -> bytes:
    return secrets.mac("preparation", preparation_id.bytes)[:_TOKEN_MAC_BYTES]
