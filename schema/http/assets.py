"""Files for browsers: each under a name that carries the hash of its content, so that it is kept for ever, compressed
once, and answered 304 where it is known.

There is no build step. What a module imports, of packages too, is rewritten to these names once, at the start.
"""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

TYPES = {".js": "text/javascript", ".css": "text/css"}
REVALIDATED = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
HASH_DIGITS = 16

# `from "x"`, `import "x"`, `import("x")` and a worker's `new URL("x", …)`, also minified. Only what leads to a module
# of ours is replaced. What stands in parentheses is loaded when it is first wanted.
_IMPORT = re.compile(r"""(\bfrom\s*|\bimport\s*|\bnew URL)(\(\s*)?(["'])([^"'\n]+)\3""")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*\n?", re.MULTILINE)  # maps are not served

Endpoint = Callable[[Request], Coroutine[None, None, Response]]


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served. `imports`: the modules that it can't begin without; `later`: those that it loads when
    they are first wanted."""

    url: str
    content: bytes
    imports: tuple["Asset", ...] = ()
    later: tuple["Asset", ...] = ()

    def needed(self, *, ever: bool = False) -> list["Asset"]:
        """Return this module and all that it can't begin without, each once; `ever`: all that it may load at all."""
        found = {self.url: self}
        for one in (*self.imports, *(self.later if ever else ())):
            found |= {each.url: each for each in one.needed(ever=ever)}
        return list(found.values())


def hashed(sources: Mapping[str, str], packages: Mapping[str, str]) -> dict[str, Asset]:
    """Return each source, by its path under /web/, as an asset. `packages`: the path of each package by its name.

    Raises ValueError for an import that leads to no source, and for modules that import each other in a circle.
    """
    naming = _Naming(sources, packages)
    return {path: naming.asset(path, ()) for path in sources}


class _Naming:
    """What is imported has its name before what imports it."""

    def __init__(self, sources: Mapping[str, str], packages: Mapping[str, str]) -> None:
        self._sources = sources
        self._packages = packages
        self._made: dict[str, Asset] = {}

    def asset(self, path: str, trail: tuple[str, ...]) -> Asset:
        if path in trail:
            raise ValueError(f"{' imports '.join((*trail, path))}: in a circle no module can be named by its content")
        if path not in self._made:
            self._made[path] = self._named(path, (*trail, path))
        return self._made[path]

    def _named(self, path: str, trail: tuple[str, ...]) -> Asset:
        first: list[Asset] = []
        later: list[Asset] = []

        def replaced(found: re.Match[str]) -> str:
            word, call, _, wanted = found.groups()
            if not wanted.startswith(("./", "../")) and wanted not in self._packages:
                return found[0]
            one = self.asset(self._path_of(wanted, path), trail)
            (later if call else first).append(one)
            return f'{word}{call or ""}"{one.url}"'

        text = self._sources[path]
        if path.endswith(".js"):
            text = _IMPORT.sub(replaced, _SOURCE_MAP.sub("", text))
        content, name = text.encode(), PurePosixPath(path)
        digest = hashlib.sha256(content).hexdigest()[:HASH_DIGITS]
        return Asset(f"/web/{name.with_suffix(f'.{digest}{name.suffix}')}", content, tuple(first), tuple(later))

    def _path_of(self, wanted: str, path: str) -> str:
        found = self._packages.get(wanted) or posixpath.normpath(posixpath.join(posixpath.dirname(path), wanted))
        if found not in self._sources:
            raise ValueError(f"{path} imports {wanted}, which is not there")
        return found


def routes(assets: Mapping[str, Asset]) -> Iterator[Route]:
    """Return a route for each asset, by its exact name."""
    for one in assets.values():
        kind = TYPES[PurePosixPath(one.url).suffix]
        yield Route(one.url, static(one.content, kind, cache=FOR_EVER), methods=["GET"])


def static(content: bytes, media_type: str, *, cache: str = REVALIDATED, **headers: str) -> Endpoint:
    """Return an endpoint that answers with the content, compressed for who takes it so, or 304."""
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    given = {"etag": tag, "cache-control": cache, "vary": "Accept-Encoding"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    compressed = gzip.compress(content, mtime=0)

    async def answer(request: Request) -> Response:
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=given)
        if takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(compressed, media_type=media_type, headers={**given, "content-encoding": "gzip"})
        plain = gzip.decompress(compressed)  # not kept: hardly anybody asks for it
        return Response(plain, media_type=media_type, headers=given)

    return answer


def takes_gzip(accepted: str) -> bool:
    """Return whether a header Accept-Encoding names gzip, and not with a weight of 0."""
    for one in accepted.lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or weight == ""
    return False
