"""Phone numbers that must not be seen, and how they are looked for, however they are written."""

import base64
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from urllib.parse import unquote_plus

import httpx

from services.db import database
from services.kit.secrets import decrypt, phone_columns

DIGITS = 11
_BETWEEN = re.compile(r"[\s\-._()/+\u2010-\u2015\u00a0\u3000]+|&nbsp;")
_RUNS = re.compile(r"[0-9]{11,}")
TABLES = ("accounts", "households", "household_heads")


class Canaries:
    """Numbers that are nobody's (they begin with 10), each once."""

    def __init__(self) -> None:
        self._random = Random(2026)  # the same in each run
        self.all: set[str] = set()

    def new(self) -> str:
        """One more."""
        phone = f"10{self._random.randrange(10**9):09}"
        self.all.add(phone)
        return phone

    async def give(self) -> int:
        """Make it the phone of each account, household and head that has another one, or none; how many have one."""
        for table in TABLES:
            there = " WHERE erased_at IS NULL" if table == "accounts" else ""  # who was erased has none again
            for row in await database.fetch(f"SELECT id, phone_encrypted FROM {table}{there}"):
                if row["phone_encrypted"] and decrypt("phone", row["phone_encrypted"]).decode() in self.all:
                    continue
                phone = phone_columns(self.new())
                await database.execute(
                    f"UPDATE {table} SET phone_encrypted = $2, phone_index = $3 WHERE id = $1",
                    row["id"],
                    phone["phone_encrypted"],
                    phone["phone_index"],
                )
        return sum([await database.fetch_value(f"SELECT count(phone_encrypted) FROM {table}") for table in TABLES])

    def hits(self, *texts: str | bytes) -> set[str]:
        """Which of them stand in there: plainly, at full width, with whatever between the digits, percent-encoded, in
        base64 or in hex."""
        found: set[str] = set()
        for text in texts:
            raw = text.decode(errors="replace") if isinstance(text, bytes) else text
            for view in {raw, unquote_plus(raw)}:
                narrow = unicodedata.normalize("NFKC", view)
                for plain in (narrow, _BETWEEN.sub("", narrow)):
                    found |= self._in_digits(plain)
            found |= {phone for phone in self.all if any(one in raw for one in _encoded(phone))}
        return found

    def _in_digits(self, text: str) -> set[str]:
        windows = (run[at : at + DIGITS] for run in set(_RUNS.findall(text)) for at in range(len(run) - DIGITS + 1))
        return self.all.intersection(windows)


def _encoded(phone: str) -> list[str]:
    """The part of its base64 that is the same whatever stands around it, for each place it may begin at; its hex."""
    made = [phone.encode().hex()]
    for before in range(3):
        whole = base64.b64encode(b"x" * before + phone.encode() + b"xxx").decode()
        made.append(whole[-(-before * 8 // 6) : (before + DIGITS) * 8 // 6])
    return made


@dataclass
class Exchange:
    """A request and its answer, each whole: with its address or its status, and its headers."""

    sent: str
    got: str
    body: str
    status: int


class Recording(httpx.AsyncBaseTransport):
    """Sends requests to several servers in turn, and keeps what was said."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._ports = [httpx.URL(url).port for url in urls]
        self._transport = httpx.AsyncHTTPTransport()
        self.said: list[Exchange] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it to whose turn it is."""
        request.url = request.url.copy_with(port=self._ports[len(self.said) % len(self._ports)])
        response = await self._transport.handle_async_request(request)
        body = (await response.aread()).decode(errors="replace")
        head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        sent = f"{request.url}\n{request.headers.raw!r}\n{request.content.decode(errors='replace')}"
        self.said.append(Exchange(sent, f"{head}\n\n{body}", body, response.status_code))
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()
