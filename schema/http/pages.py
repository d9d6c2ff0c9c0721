"""The front page and static files."""

import hashlib
from collections.abc import Callable, Coroutine
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

WEB = Path(__file__).parents[2] / "web"
FILES = {"index.css": "text/css", "icon.svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
EXPLORER, SCHEMA = "<!-- explorer -->", "<!-- schema -->"


def routes(sdl: str | None, *, explorer: bool) -> list[Route]:
    """Return the front page and its files, with links to the explorer and the schema where there are these."""
    schema = [Route("/schema.graphql", static(sdl.encode(), "text/plain"), methods=["GET"])] if sdl else []
    return [
        Route("/", front_page(explorer=explorer, schema=bool(sdl)), methods=["GET"]),
        *schema,
        *(
            Route(f"/web/{name}", static((WEB / name).read_bytes(), kind), methods=["GET"])
            for name, kind in FILES.items()
        ),
    ]


def front_page(*, explorer: bool, schema: bool) -> Response:
    """Return the front page; what stands between two marks is for servers that have it."""
    html = (WEB / "index.html").read_text()
    for mark, there in ((EXPLORER, explorer), (SCHEMA, schema)):
        before, inner, after = html.split(mark)
        html = before + (inner if there else "") + after
    return Response(html, media_type="text/html", headers={"content-security-policy": POLICY})


def static(content: bytes, media_type: str) -> Callable[[Request], Coroutine[None, None, Response]]:
    """Return an endpoint that answers with the content, or 304."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}

    async def answer(request: Request) -> Response:
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=media_type, headers=headers)

    return answer
