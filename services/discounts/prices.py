"""The amount that a discount takes off a bill, in whole fen. Pure."""

from typing import Protocol

from models.enums import DiscountKind

MAX_BILL_FEN = 100_000_00


class Terms(Protocol):
    """The part of a discount that decides the amount."""

    @property
    def kind(self) -> DiscountKind:
        """The kind of reduction."""

    @property
    def min_spend_fen(self) -> int:
        """The minimum spend, in fen."""

    @property
    def percent_off(self) -> int | None:
        """The percentage off: 20 is 八折."""

    @property
    def max_saved_fen(self) -> int | None:
        """The most that a percentage takes off, in fen."""

    @property
    def amount_off_fen(self) -> int | None:
        """The amount off, in fen."""


def least_bill_fen(terms: Terms) -> int:
    """Return the least bill for which it can be used: a gift alone may come with nothing bought, where that is said."""
    return max(terms.min_spend_fen, 0 if terms.kind == DiscountKind.GIFT else 1)


def saved_fen(terms: Terms, bill_fen: int) -> int:
    """Return what the head saves on a bill of `bill_fen`: rounded once, in the head's favour, never beyond the bill."""
    if terms.kind == DiscountKind.GIFT:
        return 0
    if terms.kind == DiscountKind.AMOUNT_OFF:
        assert terms.amount_off_fen is not None
        return min(terms.amount_off_fen, bill_fen)
    assert terms.percent_off is not None
    saved = -(-bill_fen * terms.percent_off // 100)
    return saved if terms.max_saved_fen is None else min(saved, terms.max_saved_fen)


def payable_fen(terms: Terms, bill_fen: int) -> int:
    """Return what is left to pay of a bill of `bill_fen`."""
    return bill_fen - saved_fen(terms, bill_fen)
