"""What can go wrong, drawn as one tree.

- XingdianError
  - Refusal: the person asked for what cannot be done now; carries a code and a sentence in Chinese
  - Unavailable: a bounded wait ran out or the database is away; worth trying again
    - ClocksDiffer: this host's clock and the database's tell different times; nothing is decided by either
    - Overloaded: more was asked at once than could be done in time; what it began was rolled back
      - NoConnection: others have all connections of this process to the database
"""

import errno
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
    PermissionError: "没有权限，请换一处或请管理员放开",
}
_DISKS = {
    errno.EROFS: "磁盘是只读的，请换一处",
    errno.ENOSPC: "磁盘已满，请清理或换一处",
    errno.EDQUOT: "磁盘配额已满，请清理或换一处",
    errno.ENAMETOOLONG: "名字太长，请换短一些的",
    errno.ELOOP: "符号链接绕成了圈，请核对",
}


# Not all after the same time, or those who were turned away together would come back together.
RETRY_AFTER_SECONDS = (1, 3)

_dice = SystemRandom()


def retry_after_seconds() -> int:
    """When to try again: in a whole number of seconds, not the same for everybody."""
    return _dice.randint(*RETRY_AFTER_SECONDS)


class XingdianError(Exception):
    """The root of what this system raises."""


class Refusal(XingdianError):
    """A rule says no. `message` is Chinese, for the person at the screen; `field` names the input at fault; from
    `retry_at` on, the same may be asked again."""

    def __init__(
        self, code: ErrorCode, message: str, field: str | None = None, retry_at: datetime | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.field = field
        self.retry_at = retry_at


class Unavailable(XingdianError):
    """A bounded wait ran out, or the database went away. Trying again may help.

    What was asked for may have been done all the same, when the connection broke during COMMIT: `requestNo` tells.
    The text is for the log.
    """

    def __init__(self, *text: str) -> None:
        super().__init__(*text)
        self.retry_after_seconds = retry_after_seconds()


class ClocksDiffer(Unavailable):
    """This host's clock and the database's are further apart than can be: whichever is wrong must be set first."""


class Overloaded(Unavailable):
    """Too much is asked at once: a wait for one's turn, a connection of the pool or a lock was too long."""


class NoConnection(Overloaded):
    """Others have all connections of this process to the database, each of which is there."""


def why(error: OSError) -> str:
    """Why a file can't be read or written, for the person at the terminal."""
    of_kind = (words for kind, words in _FILES.items() if isinstance(error, kind))
    return _DISKS.get(error.errno or 0) or next(of_kind, error.strerror or str(error))


def not_found(field: str | None = None) -> Refusal:
    """Return the one answer for unknown, foreign, malformed and wrong-type ids."""
    return Refusal(ErrorCode.NOT_FOUND, "找不到该内容，可能已被移除或您无权查看", field)
