"""Processes with other keys than the run's own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from services.kit import secrets
from services.kit.settings import current


@contextmanager
def with_keys(key: str, *old: str, index: str = "") -> Iterator[None]:
    """As a process with these SECRET_KEY, SECRET_KEYS_OLD and INDEX_KEY."""
    given = {"secret_key": key, "secret_keys_old": ",".join(old), "index_key": index}
    configured = current().model_copy(update={name: SecretStr(value) for name, value in given.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "current", lambda: configured)
        secrets.forget()
        yield
    secrets.forget()
