"""Bearer tokens: generated, and stored by hash alone."""

import hashlib
import secrets as random

TOKEN_BYTES = 32


def new_token() -> tuple[str, bytes]:
    """Return a bearer token of 256 random bits, and the hash to store."""
    token = random.token_urlsafe(TOKEN_BYTES)
    return token, token_hash(token)


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token. (With 256 random bits, a slow hash would add nothing.)"""
    return hashlib.sha256(token.encode()).digest()
