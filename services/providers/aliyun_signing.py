"""Signatures of Aliyun's API, version 3 (ACS3-HMAC-SHA256). Pure.

As Aliyun documents it under "V3 版本请求体 & 签名机制"; the test holds it to the example with fixed parameters there.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def headers(host: str, action: str, version: str, at: datetime, nonce: str, body: bytes = b"") -> dict[str, str]:
    """Return the headers that every call must have, all of which are signed."""
    return {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }


def authorization(
    method: str, query: Mapping[str, str], signed: Mapping[str, str], key_id: str, key_secret: str
) -> str:
    """Return the header Authorization of a call to `/`; `signed` are the headers as `headers` returns them."""
    hashed = hashlib.sha256(canonical(method, query, signed).encode()).hexdigest()
    signature = hmac.digest(key_secret.encode(), f"{ALGORITHM}\n{hashed}".encode(), "sha256").hex()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={_names(signed)},Signature={signature}"


def canonical(method: str, query: Mapping[str, str], signed: Mapping[str, str]) -> str:
    """Return the call in the one form that both sides sign."""
    asked = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(query.items()))
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
    return "\n".join((method, "/", asked, lines, _names(signed), signed["x-acs-content-sha256"]))


def _names(signed: Mapping[str, str]) -> str:
    return ";".join(sorted(signed))


def _encoded(text: str) -> str:
    return quote(text, safe="~")
