"""The dates, weekdays and hours at which a discount can be used, in local time. Pure.

Overnight hours belong to the day on which they begin: Friday 22:00–02:00 is still Friday's at 01:00 on Saturday, for
the weekday and the dates alike. Hours that begin and end at the same minute last a whole day.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol


class Validity(Protocol):
    """The part of a discount that decides when it can be used."""

    @property
    def valid_from(self) -> date | None:
        """The first day."""

    @property
    def valid_until(self) -> date | None:
        """The last day, inclusive."""

    @property
    def weekdays(self) -> int:
        """A bit mask: Monday 1 to Sunday 64."""

    @property
    def from_minute(self) -> int | None:
        """The minute of the day at which the hours begin; None for all day."""

    @property
    def until_minute(self) -> int | None:
        """The minute before which they end; not after `from_minute` for overnight hours."""


def business_day(validity: Validity, local: datetime) -> date:
    """Return the day to which the local moment belongs: the previous one, while its overnight hours last."""
    still_yesterday = _minute(local) < _belongs_to_yesterday(validity)
    return local.date() - timedelta(days=1) if still_yesterday else local.date()


def begins(validity: Validity, day: date, zone: tzinfo | None) -> datetime:
    """Return the moment at which a business day begins: at midnight, or when the hours of the night before it end."""
    return _at(day, _belongs_to_yesterday(validity), zone)


def next_usable(validity: Validity, local: datetime) -> datetime | None:
    """Return when the discount, which can't be used at the local moment, next can; None for never again."""
    first = max(business_day(validity, local), validity.valid_from or date.min)
    for day in (first + timedelta(days=days) for days in range(8)):
        opens = _at(day, _first_minute(validity), local.tzinfo)
        if validity.valid_until is not None and day > validity.valid_until:
            return None
        if opens > local and _on_weekday(validity, day):
            return opens
    return None


def not_begun(validity: Validity, local: datetime) -> bool:
    """Return whether the first day is still to come."""
    return validity.valid_from is not None and business_day(validity, local) < validity.valid_from


def over(validity: Validity, local: datetime) -> bool:
    """Return whether the last day has passed."""
    return validity.valid_until is not None and business_day(validity, local) > validity.valid_until


def usable(validity: Validity, local: datetime) -> bool:
    """Return whether the discount can be used at the local moment, by date, weekday and hour."""
    if not_begun(validity, local) or over(validity, local):
        return False
    return _on_weekday(validity, business_day(validity, local)) and _in_hours(validity, _minute(local))


def _on_weekday(validity: Validity, day: date) -> bool:
    return bool(validity.weekdays & 1 << day.weekday())


def _belongs_to_yesterday(validity: Validity) -> int:
    """Return how many minutes of a day belong to overnight hours that began the day before."""
    begins, ends = validity.from_minute, validity.until_minute
    return ends if begins is not None and ends is not None and begins >= ends else 0


def _first_minute(validity: Validity) -> int:
    return 0 if validity.from_minute is None or validity.until_minute is None else validity.from_minute


def _at(day: date, minute: int, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone)


def _in_hours(validity: Validity, minute: int) -> bool:
    begins, ends = validity.from_minute, validity.until_minute
    if begins is None or ends is None:
        return True
    return begins <= minute < ends if begins < ends else minute >= begins or minute < ends


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
