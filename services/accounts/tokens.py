"""Bearer tokens: made, and known by their hash alone."""

import hashlib
import secrets as random

TOKEN_BYTES = 32


def new_token() -> tuple[str, bytes]:
    """A bearer token of 256 random bits, and the hash that is kept in its place."""
    token = random.token_urlsafe(TOKEN_BYTES)
    return token, token_hash(token)


def token_hash(token: str) -> bytes:
    """SHA-256 of a token. (It has 256 random bits: a slow hash would add nothing.)"""
    return hashlib.sha256(token.encode()).digest()
