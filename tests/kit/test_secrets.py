"""Encryption at rest, blind indexes, and the key made by whichever process comes first."""

import multiprocessing
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from services.kit import secrets
from services.kit.settings import SettingsError
from tests.town.waiting import PATIENCE_SECONDS


@given(st.binary(max_size=200), st.text(min_size=1, max_size=20))
def test_what_was_sealed_comes_back(plain: bytes, purpose: str) -> None:
    assert secrets.decrypt(purpose, secrets.encrypt(purpose, plain)) == plain


@given(st.binary(max_size=60), st.data())
def test_what_was_tampered_with_does_not(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(secrets.encrypt("phone", plain))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(InvalidTag):
        secrets.decrypt("phone", bytes(sealed))
    whole = secrets.encrypt("phone", plain)
    with pytest.raises(InvalidTag):
        secrets.decrypt("phone", whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_a_value_is_sealed_for_one_purpose() -> None:
    with pytest.raises(InvalidTag):
        secrets.decrypt("pass", secrets.encrypt("phone", b"10000000001"))
    assert secrets.key("phone") != secrets.key("phone-index") and len(secrets.key("phone")) == 32
    assert secrets.mac("a", b"x") != secrets.mac("b", b"x")


def test_sealing_the_same_twice_shows_nothing() -> None:
    first, second = (secrets.phone_columns("10000000001") for _ in range(2))
    assert first["phone_encrypted"] != second["phone_encrypted"] and b"1000" not in first["phone_encrypted"]
    assert first["phone_index"] == second["phone_index"] != secrets.phone_columns("10000000002")["phone_index"]
    assert secrets.decrypt("phone", first["phone_encrypted"]) == b"10000000001"


def _make(path: str, found: "multiprocessing.Queue[bytes]") -> None:
    found.put(secrets.generated_key(Path(path)))


def test_all_who_come_at_once_find_the_same_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for index in range(5):
        path = tmp_path / f"{index}" / "secret.key"
        found = context.Queue()
        makers = [context.Process(target=_make, args=(str(path), found)) for _ in range(6)]
        for maker in makers:
            maker.start()
        keys = {found.get(timeout=PATIENCE_SECONDS) for _ in makers}
        for maker in makers:
            maker.join(PATIENCE_SECONDS)
        assert len(keys) == 1 and len(keys.pop()) == 32
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [entry.name for entry in path.parent.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("content", ["", "AAAA", "not base64 at all", "秘密"])
def test_a_broken_key_file_is_named_and_never_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(content)
    with pytest.raises(SettingsError, match=r"secret\.key does not hold a key"):
        secrets.generated_key(path)
    assert path.read_text() == content
