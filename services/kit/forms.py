"""The problems of a form: all its unfit inputs are refused at once. Pure."""

from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, cast

from services.kit.errors import ErrorCode, Refusal

P = ParamSpec("P")
T = TypeVar("T")

MAX_PROBLEMS = 20


class Form:
    """Makes each check of a block, and at its end raises the INVALID_INPUTs of all as one Refusal.

        with Form() as form:
            name = form(text.clean, name, "name", least=1, most=64)
            phone = form(phones.phone, phone, "phone")

    Inside the block nothing is done with what a check returned, for it may have failed. Any other Refusal ends the
    block at once.
    """

    def __init__(self) -> None:
        self._problems: list[Refusal] = []

    def __call__(self, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the check returns; note the problem where it raises INVALID_INPUT."""
        try:
            return check(*args, **kwargs)
        except Refusal as refusal:
            if refusal.code != ErrorCode.INVALID_INPUT:
                raise
            self._problems += refusal.all
            return cast(T, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None and self._problems:
            raise together(self._problems) from None


def together(problems: list[Refusal]) -> Refusal:
    """Return the first problem with all others, at most 20 in all."""
    first, *others = problems[:MAX_PROBLEMS]
    return Refusal(first.code, first.message, first.field, first.retry_at, others)
