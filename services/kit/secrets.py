"""Encryption at rest, blind indexes and MACs. Every key is derived from the one SECRET_KEY.

Ciphertext: one byte of key version, a 96-bit nonce, AES-256-GCM. The purpose is authenticated data, so a value copied
to another column does not decrypt.
"""

import base64
import hmac
import os
import secrets as random
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.kit import data_dir
from services.kit.settings import SettingsError, current, secret_key_bytes

KEY_VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16


def generated_key(path: Path) -> bytes:
    """Return the key in a file that only its owner may read; the first process creates it.

    The file appears atomically. Raises SettingsError when it holds no key, or can't be made or read.
    """
    data_dir.ensure(path.parent)
    try:
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".key-") as made:
                os.fchmod(made.fileno(), 0o600)  # also under a umask that takes it from the owner
                made.write(base64.b64encode(random.token_bytes(32)).decode())
                made.flush()
                os.fsync(made.fileno())
                with suppress(FileExistsError):
                    os.link(made.name, path)
        data_dir.allow_owner(path)
        return secret_key_bytes(path.read_text().strip())
    except OSError as error:
        raise data_dir.unusable(error, path) from error
    except ValueError as error:
        raise SettingsError(f"{path} does not hold a key: it {error}.") from None


@cache
def key(purpose: str) -> bytes:
    """Return the 256-bit key for one purpose (HKDF-SHA256 of the secret key)."""
    configured = current().secret_key.get_secret_value()
    master = secret_key_bytes(configured) if configured else generated_key(current().data_dir / "secret.key")
    return HKDF(algorithm=SHA256(), length=32, salt=b"xingdian", info=purpose.encode()).derive(master)


@cache
def _cipher(purpose: str) -> AESGCM:
    return AESGCM(key(purpose))


def encrypt(purpose: str, plain: bytes) -> bytes:
    """Encrypt `plain` with the key for `purpose`."""
    nonce = os.urandom(NONCE_BYTES)
    return bytes([KEY_VERSION]) + nonce + _cipher(purpose).encrypt(nonce, plain, purpose.encode())


def decrypt(purpose: str, sealed: bytes) -> bytes:
    """Decrypt what `encrypt` returned. Raises InvalidTag when it was tampered with or made for another purpose."""
    start = 1 + NONCE_BYTES
    if len(sealed) < start + TAG_BYTES or sealed[0] != KEY_VERSION:
        raise InvalidTag
    return _cipher(purpose).decrypt(sealed[1:start], sealed[start:], purpose.encode())


def mac(purpose: str, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of `message` under the key for `purpose`."""
    return hmac.digest(key(purpose), message, "sha256")


def phone_columns(phone: str) -> dict[str, bytes]:
    """Return the two columns of a phone number: encrypted, and its keyed blind index."""
    return {
        "phone_encrypted": encrypt("phone", phone.encode()),
        "phone_index": phone_index(phone),
    }


def phone_index(phone: str) -> bytes:
    """Return the keyed blind index by which a phone number is looked up."""
    return mac("phone-index", phone.encode())
