"""What can go wrong, as one tree: what a person is told, and why a file can't be had."""

import errno

import pytest

from services.kit import errors
from services.kit.errors import (
    RETRY_AFTER_SECONDS,
    ClocksDiffer,
    ErrorCode,
    NoConnection,
    Overloaded,
    OverQuota,
    Refusal,
    Unavailable,
    XingdianError,
    not_found,
)


def test_the_tree() -> None:
    assert NoConnection.mro()[:4] == [NoConnection, Overloaded, Unavailable, XingdianError]
    assert issubclass(ClocksDiffer, Unavailable) and issubclass(Refusal, XingdianError)
    assert [code.value for code in ErrorCode] == [code.name for code in ErrorCode]


def test_a_refusal_says_which_and_where() -> None:
    refusal = not_found("wishId")
    assert (refusal.code, refusal.field, refusal.retry_at) == (ErrorCode.NOT_FOUND, "wishId", None)
    assert str(refusal) == f"NOT_FOUND: {refusal.message}" and not_found().field is None


def test_those_turned_away_together_do_not_come_back_together() -> None:
    least, most = RETRY_AFTER_SECONDS
    assert {Overloaded("busy").retry_after_seconds for _ in range(300)} == set(range(least, most + 1))


def test_who_spent_a_quota_comes_back_when_it_is_there_again() -> None:
    least, most = RETRY_AFTER_SECONDS
    waits = {OverQuota(20).retry_after_seconds for _ in range(300)}
    assert min(waits) == 20 + least - 1 and max(waits) == 20 + most - 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(errno.ENOENT, "no"), "没有这个文件"),
        (IsADirectoryError(errno.EISDIR, "no"), "这是文件夹"),
        (NotADirectoryError(errno.ENOTDIR, "no"), "不是文件夹"),
        (FileExistsError(errno.EEXIST, "no"), "同名"),
        (PermissionError(errno.EACCES, "no"), "没有权限"),
        (OSError(errno.EROFS, "no"), "只读"),
        (OSError(errno.ENOSPC, "no"), "磁盘已满"),
        (OSError(errno.EDQUOT, "no"), "配额"),
        (OSError(errno.ENAMETOOLONG, "no"), "名字太长"),
        (OSError(errno.ELOOP, "no"), "绕成了圈"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (OSError("odd"), "odd"),
    ],
)
def test_why_a_file_can_not_be_had(error: OSError, said: str) -> None:
    assert said in errors.why(error)
