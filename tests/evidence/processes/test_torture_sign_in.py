"""Somebody guesses sign-in codes: of phones, with the handles that the server gives to whoever asks, and one-use codes.

Short in `make evidence`; `make torture` makes 100,000 guesses.
"""

import asyncio
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from services.db import database
from services.entry import one_use_codes, phone_codes
from services.entry.misses import DIGITS, MORE_DIGITS
from tests.town import servers
from tests.town.documents import Api
from tests.town.entry import inbox, operators_code
from tests.town.sizes import size
from tests.town.torture import Wire, asked
from tests.town.world import World

GUESSES = size(400, 100_000)
BUDGET = size(150, 1_000)  # wrong codes of a day, before codes have eight digits
ONE_USE_EVERY = 10  # guesses of a one-use code
GUESSERS = 8
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Guesser:
    """One who asks for a code to a stranger's phone, guesses five times with its handle, and goes on to the next."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.random = Random(number)
        self.said: Counter[str] = Counter()
        self.by_digits: Counter[int] = Counter()
        self.asked_for = 0

    async def go(self, url: str, guesses: int) -> None:
        wire = await Wire.open(url)
        while self.said.total() < guesses:
            phone = f"13{self.number}{self.asked_for:08}"
            payload = await self._ask(wire, "SignInCodeSend", {"phone": phone})
            self.asked_for += 1
            assert payload["errors"] == [], payload
            for _ in range(phone_codes.MAX_TRIES):
                await self._guess(wire, payload["sent"]["handle"], payload["sent"]["digits"])
        wire.close()

    async def _guess(self, wire: Wire, handle: str, digits: int) -> None:
        if self.said.total() % ONE_USE_EVERY == 0:
            code = "".join(self.random.choices(LETTERS, k=one_use_codes.CHARACTERS))
            payload = await self._ask(wire, "SignInByCode", {"code": code})
        else:
            self.by_digits[digits] += 1
            code = f"{self.random.randrange(10**digits):0{digits}}"
            payload = await self._ask(wire, "SignInByPhone", {"handle": handle, "code": code})
        self.said[payload["errors"][0]["code"] if payload["errors"] else "in"] += 1

    async def _ask(self, wire: Wire, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """The payload; each request comes from another of so many addresses that none reaches its limit."""
        address = ".".join(str(self.random.randrange(256)) for _ in range(3))
        request = asked(operation, None, given).replace(b"\r\n", f"\r\nx-forwarded-for: 10.{address}\r\n".encode(), 1)
        answer = await wire.ask(request)
        while answer.again:
            await asyncio.sleep(answer.retry_after_seconds or 0.1)
            answer = await wire.ask(request)
        assert answer.status == 200 and not answer.fault, answer
        return answer.payload


async def test_guessed_codes_open_nothing(world: World, api: Api, database_url: str, tmp_path: Path) -> None:
    async with inbox(max_codes_a_day="1000000", max_wrong_codes_a_day=str(BUDGET)) as messages:
        honest = await operators_code(world.a.residents[0])  # a live one-use code, beside all the guesses
        running = servers.start(
            database_url,
            tmp_path / "log",
            MAX_CODES_A_DAY="1000000",
            MAX_WRONG_CODES_A_DAY=str(BUDGET),
            **messages.town.settings("webhook"),
        )
        try:
            guessers = [Guesser(number) for number in range(GUESSERS)]
            began = time.monotonic()
            await asyncio.gather(*(one.go(running.url, GUESSES // GUESSERS) for one in guessers))
            seconds = time.monotonic() - began
        finally:
            running.stop()
        assert "Traceback" not in running.written()
        said: Counter[str] = sum((one.said for one in guessers), Counter())
        tried: Counter[int] = sum((one.by_digits for one in guessers), Counter())
        expected = sum(count / 10**digits for digits, count in tried.items())
        sent = sum(one.asked_for for one in guessers)
        print(
            f"\n{said.total()} guesses in {seconds:.0f} s, {sent} codes sent: {tried[DIGITS]} of six digits,"
            f" {tried[MORE_DIGITS]} of eight; {expected:.4f} hits expected, {said['in']} seen"
        )
        assert said == {"CODE_INVALID": said.total()} and said.total() >= GUESSES
        assert expected <= 0.1 and tried[MORE_DIGITS] > 0
        day = await database.fetch_one("SELECT sent, misses, alerted_at FROM sign_in_days")
        assert day is not None and day["sent"] == sent and day["misses"] == said.total(), "each is counted"
        assert day["alerted_at"] is not None
        alerts = await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'sign_in.budget'")
        assert alerts == 1, "once"
        assert await operators_code(world.a.residents[0]) != honest
