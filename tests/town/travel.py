"""A clock for tests: stands still until it is moved."""

from datetime import UTC, datetime, timedelta

import pytest

from services.kit import clock

FRIDAY_NOON = datetime(2026, 5, 15, 12, 0, tzinfo=clock.SHANGHAI)


class Travel:
    """Stands in for `clock.now`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = FRIDAY_NOON
        monkeypatch.setattr(clock, "now", lambda: self.at.astimezone(UTC))

    def to(self, at: datetime) -> None:
        """Stand still at another moment."""
        self.at = at

    def by(self, **passes: float) -> None:
        """Let time pass: `seconds=`, `hours=`, `days=`."""
        self.at += timedelta(**passes)
