"""The tree of errors.

- XingdianError
  - Refusal: a rule says no; carries a code and a Chinese sentence for the person
  - Unavailable: a bounded wait ran out or the database is away; retry
    - ClocksDiffer: this host's clock and the database's differ; nothing is decided by either
    - Overloaded: too much load to finish in time; the work was rolled back
      - NoConnection: the connection pool is exhausted
      - OverQuota: a session or an address has spent its quota
        - ReadEnough: an account has read as much personal data in this hour as it may
"""

import errno
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from random import SystemRandom


class ErrorCode(StrEnum):
    """Why a mutation was refused."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    INVALID_INPUT = "INVALID_INPUT"
    INVALID_STATE = "INVALID_STATE"
    ALREADY_TAKEN = "ALREADY_TAKEN"
    REQUEST_NO_REUSED = "REQUEST_NO_REUSED"
    LIMIT_REACHED = "LIMIT_REACHED"
    NEEDS_GRANT = "NEEDS_GRANT"
    NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"
    STAR_LEVEL_TOO_LOW = "STAR_LEVEL_TOO_LOW"
    OWN_SHOP = "OWN_SHOP"
    DISCOUNT_NOT_AVAILABLE = "DISCOUNT_NOT_AVAILABLE"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    CEILING_REACHED = "CEILING_REACHED"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    BELOW_MINIMUM_SPEND = "BELOW_MINIMUM_SPEND"
    CODE_INVALID = "CODE_INVALID"
    JUST_REDEEMED = "JUST_REDEEMED"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    PASS_IN_USE = "PASS_IN_USE"
    PREPARATION_EXPIRED = "PREPARATION_EXPIRED"
    PREPARATION_CANCELLED = "PREPARATION_CANCELLED"
    ALREADY_CONFIRMED = "ALREADY_CONFIRMED"
    NOT_REVOCABLE = "NOT_REVOCABLE"
    NOT_DISPUTABLE = "NOT_DISPUTABLE"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"


_FILES = {
    FileNotFoundError: "没有这个文件或文件夹，请核对",
    IsADirectoryError: "这是文件夹，请写文件名",
    NotADirectoryError: "路径中有一段不是文件夹，请核对",
    FileExistsError: "已有同名的文件，请换一个名字",
    PermissionError: "没有权限，请换一处，或请系统管理员放开权限",
}
_DISKS = {
    errno.EROFS: "磁盘是只读的，请换一处",
    errno.ENOSPC: "磁盘已满，请清理或换一处",
    errno.EDQUOT: "磁盘配额已满，请清理或换一处",
    errno.ENAMETOOLONG: "名字太长，请换短一些的",
    errno.ELOOP: "符号链接绕成了圈，请核对",
}


# Jitter: clients that were refused together must not return together.
RETRY_AFTER_SECONDS = (1, 3)

_dice = SystemRandom()


def retry_after_seconds() -> int:
    """Return a random delay before a retry, in whole seconds."""
    return _dice.randint(*RETRY_AFTER_SECONDS)


class XingdianError(Exception):
    """The root of the tree."""


class Refusal(XingdianError):
    """A rule says no. `message` is Chinese, for the person at the screen; `field` names the input at fault, within
    another by its path, such as `hours.from`; from `retry_at` on, the request may be retried. `others`: what else is
    unfit in the same form (services/kit/forms.py)."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        field: str | None = None,
        retry_at: datetime | None = None,
        others: Sequence["Refusal"] = (),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.field = field
        self.retry_at = retry_at
        self.others = tuple(others)

    @property
    def all(self) -> tuple["Refusal", ...]:
        """This one, and what else is unfit."""
        return self, *self.others


class Unavailable(XingdianError):
    """A bounded wait ran out, or the database went away. A retry may help.

    The write may have been committed when the connection broke during COMMIT: repeat it with its `requestNo`. The text
    is for the log.
    """

    def __init__(self, *text: str) -> None:
        super().__init__(*text)
        self.retry_after_seconds = retry_after_seconds()


class ClocksDiffer(Unavailable):
    """This host's clock and the database's differ by more than the tolerance; the wrong one must be set first."""


class Overloaded(Unavailable):
    """Too much load: waiting for a turn, a pool connection or a lock took too long."""


class NoConnection(Overloaded):
    """All pool connections of this process are in use."""


class OverQuota(Overloaded):
    """A session or an address has spent its quota; it comes in again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__("the quota is spent")
        self.retry_after_seconds += seconds - 1


class ReadEnough(OverQuota):
    """An account has read as much personal data in this hour as it may; it may go on in `seconds`."""


def why(error: OSError) -> str:
    """Return why a file can't be read or written, in Chinese, for the person at the terminal."""
    of_kind = (words for kind, words in _FILES.items() if isinstance(error, kind))
    return _DISKS.get(error.errno or 0) or next(of_kind, error.strerror or str(error))


def not_found(field: str | None = None) -> Refusal:
    """Return the one refusal for unknown, foreign, malformed and wrong-type ids."""
    return Refusal(ErrorCode.NOT_FOUND, "找不到该内容，可能已被移除或您无权查看", field)
