"""Bearer tokens: generated, and stored by hash alone."""

import hashlib
import re
import secrets as random

TOKEN_BYTES = 32
MAX_TOKEN_CHARACTERS = 128
_OURS = re.compile(r"[\w-]{43}", re.ASCII)


def new_token() -> tuple[str, bytes]:
    """Return a bearer token of 256 random bits, and the hash to store."""
    token = random.token_urlsafe(TOKEN_BYTES)
    return token, token_hash(token)


def is_ours(token: str) -> bool:
    """Return whether a token has the form of those that `new_token` makes."""
    return bool(_OURS.fullmatch(token))


def is_token(token: str) -> bool:
    """Return whether a token could be one of ours."""
    return bool(token) and len(token) <= MAX_TOKEN_CHARACTERS and token.isascii()


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token. (With 256 random bits, a slow hash would add nothing.)"""
    return hashlib.sha256(token.encode()).digest()
