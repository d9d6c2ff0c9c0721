"""Encryption at rest, blind indexes and MACs.

Ciphertext: a byte 2, the id of its key (4 bytes), a 96-bit nonce, AES-256-GCM. The purpose is authenticated data, so a
value copied to another column does not decrypt. New values are encrypted with SECRET_KEY, and decrypted with that or
one of SECRET_KEYS_OLD, until `app.py key rotate` has encrypted them anew. (Of earlier versions: a byte 1, and no id.)

Blind indexes and MACs are of INDEX_KEY, which is SECRET_KEY until that is replaced: a phone is found by its index while
keys are rotated, and afterwards.
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

UNNAMED, NAMED = 1, 2  # forms of ciphertext
KEY_ID_BYTES = 4
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
def master() -> bytes:
    """Return the secret key, with which everything new is encrypted."""
    configured = current().secret_key.get_secret_value()
    return secret_key_bytes(configured) if configured else generated_key(current().data_dir / "secret.key")


@cache
def masters() -> dict[bytes, bytes]:
    """Return the keys that this process can decrypt with, by their ids; the secret key first."""
    others = current().secret_keys_old.get_secret_value().split(",")
    keys = [master(), *(secret_key_bytes(one.strip()) for one in others if one.strip())]
    return {key_id(one): one for one in keys}


def key_id(one: bytes) -> bytes:
    """Return the name of a key in what it encrypts. It tells nothing of the key."""
    return _derived(one, "key-id", KEY_ID_BYTES)


@cache
def _of_indexes() -> bytes:
    """Return INDEX_KEY, which is the secret key where none is set."""
    given = current().index_key.get_secret_value()
    return secret_key_bytes(given) if given else master()


@cache
def key(purpose: str) -> bytes:
    """Return the 256-bit key of one purpose's MACs: of INDEX_KEY, which is the secret key where none is set."""
    return _derived(_of_indexes(), purpose)


def _derived(one: bytes, purpose: str, length: int = 32) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=b"xingdian", info=purpose.encode()).derive(one)


@cache
def _cipher(purpose: str, of: bytes) -> AESGCM:
    return AESGCM(_derived(masters()[of], purpose))


def forget() -> None:
    """Forget every key, so that they are read anew from the settings."""
    for kept in (master, masters, _of_indexes, key, _cipher):
        kept.cache_clear()


def prefix() -> bytes:
    """Return what begins every ciphertext of the secret key."""
    return bytes([NAMED]) + next(iter(masters()))


def encrypt(purpose: str, plain: bytes) -> bytes:
    """Encrypt `plain` for `purpose`."""
    nonce = os.urandom(NONCE_BYTES)
    return prefix() + nonce + _cipher(purpose, next(iter(masters()))).encrypt(nonce, plain, purpose.encode())


def decrypt(purpose: str, sealed: bytes) -> bytes:
    """Decrypt what `encrypt` returned. Raises InvalidTag when it was tampered with, made for another purpose, or made
    with a key that this process does not have."""
    if sealed[:1] == bytes([NAMED]):
        of, sealed = sealed[1 : 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES :]
        candidates = [of] if of in masters() else []
    else:  # of a version that knew one key
        candidates = list(masters()) if sealed[:1] == bytes([UNNAMED]) else []
        sealed = sealed[1:]
    if len(sealed) >= NONCE_BYTES + TAG_BYTES:
        for of in candidates:
            with suppress(InvalidTag):
                return _cipher(purpose, of).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
    raise InvalidTag


def mac(purpose: str, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of `message` under the key for `purpose`."""
    return hmac.digest(key(purpose), message, "sha256")


def signed(purpose: str, message: bytes) -> tuple[bytes, bytes]:
    """Return the number of the key of indexes, and its MAC of a message that is checked years later."""
    return key_id(_of_indexes()), mac(purpose, message)


def was_signed(purpose: str, message: bytes, number: bytes, begins: bytes) -> bool:
    """Return whether a message was signed, by any key that this process has: its number, and how the MAC begins."""
    known = {key_id(_of_indexes()): _of_indexes()} | masters()
    if number not in known or not begins:
        return False
    expected = hmac.digest(_derived(known[number], purpose), message, "sha256")
    return hmac.compare_digest(expected[: len(begins)], begins)


def fingerprint(one: bytes | None = None) -> str:
    """Return a MAC over a constant: it identifies a key, by itself the one of indexes, and reveals nothing of it."""
    of = key("fingerprint") if one is None else _derived(one, "fingerprint")
    return hmac.digest(of, b"xingdian", "sha256").hex()


def phone_columns(phone: str) -> dict[str, bytes]:
    """Return the two columns of a phone number: encrypted, and its keyed blind index."""
    return {
        "phone_encrypted": encrypt("phone", phone.encode()),
        "phone_index": phone_index(phone),
    }


def phone_index(phone: str) -> bytes:
    """Return the keyed blind index by which a phone number is looked up."""
    return mac("phone-index", phone.encode())


def openid_columns(openid: str) -> dict[str, bytes]:
    """Return the two columns of a WeChat user's id: encrypted, and its keyed blind index."""
    return {
        "subject_encrypted": encrypt("openid", openid.encode()),
        "subject_index": mac("openid-index", openid.encode()),
    }
