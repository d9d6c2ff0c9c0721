"""/metrics for Prometheus: operations, lanes, connections, what waits, and points. No personal data, and no id.

An operation's name is the client's: those of trusted documents are labels, all others are "other". Labels are words of
the program, so their number is bounded whatever is asked.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from schema.graph.bearer import token_of
from schema.graph.request_log import Access
from schema.http.admission import Admission
from schema.http.websocket import SocketCounts
from services.kit import clock
from services.kit.places import Lane
from services.work import figures

OTHER = "other"
PATH = "/graphql"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

disable_created_metrics()  # type: ignore[no-untyped-call]


class Measured:
    """Counts the operations of one process."""

    def __init__(self, names: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        self._names = frozenset(names)
        self._operations = Counter(
            "xingdian_operations",
            "Operations by outcome: ok, or the first code of the refusal.",
            ("operation", "outcome"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "xingdian_operation_seconds",
            "How long operations over HTTP took, waiting included.",
            ("operation",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)

    def record(self, access: Access) -> None:
        """Count one request, or one operation over a WebSocket."""
        if not access.path.startswith(PATH):
            return
        operation = access.operation if access.operation in self._names else OTHER
        self._operations.labels(operation, next(iter(access.codes), "ok")).inc()
        if access.status is not None:  # over a WebSocket, a subscription lasts as long as somebody listens
            self._seconds.labels(operation).observe(access.took_seconds)


class Metrics:
    """Answers a monitoring system that shows the token; anybody else as if nothing were there."""

    def __init__(self, measured: Measured, admission: Admission, sockets: SocketCounts, token: str) -> None:
        self._registry = measured.registry
        self._token = token.encode()
        self._kept = figures.Kept()
        self._shown = _Shown(admission, sockets)
        self._registry.register(self._shown)

    async def answer(self, request: Request) -> Response:
        given = token_of(request.headers.get("authorization")) or ""
        if not hmac.compare_digest(given.encode(), self._token):
            raise HTTPException(404)
        self._shown.figures = await self._kept.figures()
        return Response(generate_latest(self._registry), headers={"content-type": CONTENT_TYPE_LATEST})


class _Shown:
    """What is read at the moment of asking."""

    def __init__(self, admission: Admission, sockets: SocketCounts) -> None:
        self.figures: figures.Figures | None = None
        self._admission = admission
        self._sockets = sockets

    def describe(self) -> list[Metric]:
        """Return nothing: else it would be asked for everything when it is registered."""
        return []

    def collect(self) -> list[Metric]:
        return [*self._lanes(), *_pool(), self._websockets(), *_figures(self.figures, clock.now())]

    def _lanes(self) -> list[Metric]:
        operations = GaugeMetricFamily("xingdian_lane_operations", "Operations now.", labels=("lane", "state"))
        away = CounterMetricFamily("xingdian_lane_turned_away", "Operations answered 429.", labels=("lane",))
        for lane in Lane:
            name, places = lane.name.lower(), self._admission.places
            operations.add_metric((name, "running"), places.running(lane))
            operations.add_metric((name, "waiting"), places.waiting(lane))
            away.add_metric((name,), self._admission.turned_away[lane])
        return [operations, away]

    def _websockets(self) -> Metric:
        return GaugeMetricFamily("xingdian_websockets", "Open WebSockets.", value=self._sockets.open)


def _pool() -> list[Metric]:
    pool = figures.pool()
    connections = GaugeMetricFamily("xingdian_pool_connections", "Connections to the database.", labels=("state",))
    connections.add_metric(("open",), pool.open)
    connections.add_metric(("in_use",), pool.in_use)
    waiting = GaugeMetricFamily("xingdian_pool_waiting", "Operations that wait for a connection.", value=pool.waiting)
    return [connections, waiting]


def _figures(found: figures.Figures | None, now: datetime) -> list[Metric]:
    answers = GaugeMetricFamily(
        "xingdian_database_answers",
        "1 if what is of the whole district could be read.",
        value=found is not None,
    )
    if found is None:
        return [answers]
    waiting = GaugeMetricFamily("xingdian_waiting", "What waits, in the whole district.", labels=("kind", "by"))
    oldest = GaugeMetricFamily(
        "xingdian_waiting_oldest_seconds", "How long the first of them has been due; 0 for none.", labels=("kind", "by")
    )
    for one in found.waiting:
        waiting.add_metric((one.kind, one.by), one.count)
        oldest.add_metric((one.kind, one.by), max(0.0, (now - one.since).total_seconds()) if one.since else 0.0)
    points = CounterMetricFamily(
        "xingdian_points_moved",
        "Points moved in the whole district since this process began, by kind of transfer.",
        labels=("kind",),
    )
    for kind, count in found.points.items():
        points.add_metric((kind.value,), count)
    return [answers, waiting, oldest, points]
