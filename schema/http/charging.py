"""What operations cost, charged to the session or, without one, to the address (`services/kit/quotas.py`).

The people behind one address of a carrier are told apart as soon as they are signed in. A redemption with all that a
till reads for it costs some 5,700 units, so the 12,000,000 a minute of a session are those of 2,100 redemptions: a till
makes ten at most.
"""

import math
import time
from collections.abc import Callable
from functools import partial

from schema.http.lanes import Standing
from services.kit.errors import OverQuota
from services.kit.quotas import Quotas
from services.kit.settings import Settings


class Charging:
    """The quotas of one process."""

    def __init__(self, settings: Settings) -> None:
        self._sessions = Quotas(settings.max_cost_per_session)
        self._addresses = Quotas(settings.max_cost_per_address)

    def check(self, standing: Standing) -> None:
        """Raise OverQuota when nothing is left."""
        quotas, key = self._quota(standing)
        if waits := quotas.waits(key, time.monotonic()):
            raise OverQuota(math.ceil(waits))

    def spend(self, standing: Standing, units: int) -> None:
        """Charge an operation that is about to run. Raises OverQuota when nothing is left."""
        self.check(standing)
        quotas, key = self._quota(standing)
        quotas.spend(key, units, time.monotonic())

    def to(self, standing: Standing) -> Callable[[int], None]:
        """Return what charges an operation of this standing."""
        return partial(self.spend, standing)

    def _quota(self, standing: Standing) -> tuple[Quotas, object]:
        if standing.session_id is None:
            return self._addresses, standing.address
        return self._sessions, standing.session_id
