"""The screens: one short page each, whose scripts and style are the files of web/ under names with their hash.

A page is never kept without asking; all that it loads is kept for ever. It carries the hash of everything that is
served with it, as does each answer of the server (X-Build): a page that meets another one is older than the server.
"""

import hashlib
import html
import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.routing import Route

from schema.graph.trusted import OPERATIONS, SUFFIX, id_of
from schema.http import assets
from schema.http.assets import Asset, static
from schema.http.folding import folded

WEB = Path(__file__).parents[2] / "web"
NODE_MODULES = WEB / "node_modules"
PACKAGES = {
    "preact": "preact/dist/preact.mjs",
    "preact/hooks": "preact/hooks/dist/hooks.mjs",
    "htm": "htm/dist/htm.mjs",
    "lean-qr": "lean-qr/index.mjs",
    "@nuintun/qrcode": "@nuintun/qrcode/esm/index.js",
}
# What is used of a package of many small modules, folded into one.
FOLDED = {"@nuintun/qrcode": ("binarizer/index.js", "decoder/Decoder.js", "detector/Detector.js")}
ICON, STYLE, DOCUMENTS, PAGE, WORKER = "icon.svg", "style.css", "documents.js", "screen.html", "sw.js"
OPENING = "opening.js"
MODULES = ("xingdian.js", "pass-codes.js", "session.js", OPENING)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:;"
    " media-src blob:; worker-src 'self'; manifest-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# What stands in a page between two of such a mark, some servers leave away.
EXPLORER, SCHEMA, DOORS, INSTALLED, MISSING = (
    f"<!-- {name} -->" for name in ("explorer", "schema", "doors", "installed", "missing")
)


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen: its module in web/screens, its title in Chinese."""

    module: str
    title: str


SCREENS = {
    "/": Screen("doors", "红城星店"),
    "/sign-in": Screen("sign-in", "登录"),
    "/till": Screen("till", "收银台"),
    "/card": Screen("card", "联户长"),
    "/home": Screen("home", "我家"),
    "/desk": Screen("desk", "工作台"),
    "/wall": Screen("wall", "积分榜大屏"),
    "/admin": Screen("admin", "管理"),
    "/honours": Screen("honours", "评选公示"),
    "/check": Screen("check", "核验服务证明"),
}
# What opens without a network too. Never the till: it must not run older code against a newer server.
OFFLINE = ("/card", "/wall")


@dataclass(frozen=True, slots=True)
class Pages:
    """All that is served of web/ but the explorer. `build`: the hash of it."""

    routes: list[Route]
    build: str


def pages(sdl: str | None, *, explorer: bool, by_id: bool = True, node_modules: Path = NODE_MODULES) -> Pages:
    """Return the screens with their files, and the schema, where it is shown.

    `explorer`: whether there is a page at /graphql. `by_id`: whether documents may be asked by their ids. Where a
    package is missing, the screens say so.
    """
    made = assets.hashed(*sources(documents(by_id=by_id), node_modules))
    installed = f"screens/{SCREENS['/'].module}.js" in made
    served = [*sorted(one.url for one in made.values()), *((WEB / name).read_text() for name in (PAGE, WORKER))]
    build = hashlib.sha256("".join(served).encode()).hexdigest()[:16]
    shown = {EXPLORER: explorer, SCHEMA: bool(sdl), INSTALLED: installed, MISSING: not installed}
    screens = {path: shell(path, made, build, shown) for path in SCREENS}
    return Pages(
        [
            *(Route(path, page_of(text), methods=["GET"]) for path, text in screens.items()),
            *([Route("/schema.graphql", static(sdl.encode(), "text/plain"), methods=["GET"])] if sdl else ()),
            Route(f"/web/{ICON}", static((WEB / ICON).read_bytes(), "image/svg+xml"), methods=["GET"]),
            *([Route(f"/{WORKER}", script_of(worker(made, build)), methods=["GET"])] if installed else ()),
            *assets.routes(made),
        ],
        build,
    )


def documents(*, by_id: bool) -> dict[str, str]:
    """Return what to ask for each document of docs/operations, by its name: its id, or its text."""
    texts = {path.stem: path.read_bytes() for path in sorted(OPERATIONS.glob(f"*{SUFFIX}"))}
    return {name: id_of(text) if by_id else text.decode() for name, text in texts.items()}


def sources(asked: Mapping[str, str], node_modules: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the sources of what is served with a hash, by their paths, and the path of each package by its name: the
    style sheet alone unless all packages are installed."""
    found = {STYLE: (WEB / STYLE).read_text()}
    packages = {name: node_modules / path for name, path in PACKAGES.items()}
    if not all(path.is_file() for path in packages.values()):
        return found, {}
    paths = {name: f"packages/{name.removeprefix('@').replace('/', '-')}.js" for name in packages}
    found |= {paths[name]: package(name, path) for name, path in packages.items()}
    found |= {name: (WEB / name).read_text() for name in MODULES}
    found |= {f"{path.parent.name}/{path.name}": path.read_text() for path in sorted(WEB.glob("*/*.js"))}
    found[DOCUMENTS] = f"export default {json.dumps(asked, ensure_ascii=False, separators=(',', ':'))};\n"
    return found, paths


def package(name: str, path: Path) -> str:
    """Return the module by which a package is served: its file, or what is used of it."""
    if name not in FOLDED:
        return path.read_text()
    return folded(FOLDED[name], lambda one: (path.parent / one).read_text())


def shell(path: str, made: Mapping[str, Asset], build: str, shown: Mapping[str, bool]) -> str:
    """Return the page of a screen."""
    screen = SCREENS[path]
    text = (WEB / PAGE).read_text()
    for mark, there in {**shown, DOORS: path == "/"}.items():
        text = chosen(text, mark, there=there)
    script = made.get(f"screens/{screen.module}.js")
    preloads = [f'<link rel="modulepreload" href="{one.url}">' for one in (script.needed() if script else ())]
    return string.Template(text).substitute(
        title=html.escape(screen.title if path == "/" else f"{screen.title} · 红城星店"),
        heading=html.escape(screen.title),
        build=build,
        style=made[STYLE].url,
        opening=made[OPENING].url if script else "",
        script=script.url if script else "",
        preloads="\n  ".join(preloads),
    )


def worker(made: Mapping[str, Asset], build: str) -> str:
    """Return the service worker, which begins with what it keeps: the pages of OFFLINE and all that they may load."""
    scripts = [one.url for path in OFFLINE for one in made[f"screens/{SCREENS[path].module}.js"].needed(ever=True)]
    files = {f"/web/{ICON}", made[STYLE].url, made[OPENING].url, *scripts}
    kept = {"build": build, "pages": OFFLINE, "files": sorted(files)}
    return f"const KEPT = {json.dumps(kept)};\n{(WEB / WORKER).read_text()}"


def chosen(text: str, mark: str, *, there: bool) -> str:
    """Return a page with, or without, all that stands between two of a mark."""
    pieces = text.split(mark)
    return "".join(pieces if there else pieces[::2])


def page_of(text: str) -> assets.Endpoint:
    """Return an endpoint that answers with a page under a policy that lets it load from its own origin alone."""
    return static(text.encode(), "text/html", content_security_policy=POLICY)


def script_of(text: str) -> assets.Endpoint:
    """Return an endpoint that answers with the service worker, which asks for files under the policy of the pages."""
    return static(text.encode(), "text/javascript", content_security_policy=POLICY)
