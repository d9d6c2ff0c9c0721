"""OpenTelemetry for 红城星店: a span for each request, without what could name somebody.

Copy this file beside app.py, install what it imports into .venv, and set ASGI_WRAPPER=tracing:traced. Where spans go is
OpenTelemetry's own setting, OTEL_EXPORTER_OTLP_ENDPOINT.
"""

from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

# A query by GET stands in the URL with its variables, an address is a person's, and clients write the rest.
PRIVATE = (
    "http.url", "http.target", "http.host", "http.server_name", "http.user_agent", "http.client_ip", "net.peer.ip",
    "net.peer.port", "url.full", "url.path", "url.query", "user_agent.original", "client.address", "client.port",
)  # fmt: skip


def hide(span: Any, scope: Any) -> None:
    """Overwrite what could name somebody, and let the log's line name the trace."""
    for name in PRIVATE:
        span.set_attribute(name, "-")
    scope.setdefault("state", {})["trace_id"] = format(span.get_span_context().trace_id, "032x")


def name_of(scope: Any) -> tuple[str, dict[str, Any]]:
    """Return a span's name, which by itself would be the path, and no attributes."""
    return scope["type"], {}


def traced(app: Any) -> Any:
    """Return the app with a span around each request."""
    provider = TracerProvider(resource=Resource({SERVICE_NAME: "xingdian"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OpenTelemetryMiddleware(
        app,
        tracer_provider=provider,
        default_span_details=name_of,
        server_request_hook=hide,
        exclude_spans=["receive", "send"],
    )
