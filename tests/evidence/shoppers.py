"""Heads who shop without end, and what the tills were told, on paper."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from schema.graph import ids
from services.db import database
from tests.town import torture
from tests.town.postgres import until_at_rest
from tests.town.torture import Clients, Head
from tests.town.world import Person

EXPECTED = {
    "RedemptionPrepare": {None, "PASS_IN_USE", "CODE_INVALID", "JUST_REDEEMED"},
    "RedemptionConfirm": {None, "PREPARATION_CANCELLED", "PREPARATION_EXPIRED"},
    "RedemptionRevoke": {None, "NOT_REVOCABLE"},
    "PassCancel": {None, "INVALID_STATE"},
}


@dataclass
class Journal:
    """What the tills were told, on paper: a confirmation by its redemption, with what the answer said."""

    confirmed: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, UUID] = field(default_factory=dict)
    revoked: set[UUID] = field(default_factory=set)

    def write(self, request_no: str, redemption: dict[str, Any]) -> UUID:
        """Write down an acknowledged confirmation. Fails the test for one that was told before."""
        key = ids.find(redemption["id"], "Redemption")
        assert key and key not in self.confirmed and request_no not in self.numbers
        self.confirmed[key] = redemption
        self.numbers[request_no] = key
        return key

    async def compare(self) -> None:
        """Nobody waits for an answer: so what was told is exactly what there is."""
        rows = {
            row["id"]: row
            for row in await database.fetch(
                "SELECT r.id, r.state, r.bill_fen, r.payable_fen, r.saved_fen, p.state AS prepared, i.state AS pass"
                " FROM redemptions r JOIN preparations p ON p.id = r.preparation_id"
                " JOIN passes i ON i.id = r.issued_pass_id"
            )
        }
        assert rows.keys() == self.confirmed.keys(), (rows.keys() ^ self.confirmed.keys(), "lost, or never told")
        for key, told in self.confirmed.items():
            row = rows[key]
            state = "REVOKED" if key in self.revoked else "CONFIRMED"
            assert (row["state"], row["prepared"], row["pass"]) == (state, "CONFIRMED", "SPENT"), row
            amounts = (row["bill_fen"], row["payable_fen"], row["saved_fen"])
            assert amounts == (told["billFen"], told["payableFen"], told["savedFen"])
        claims = await database.fetch(
            "SELECT request_no, result_id FROM requests WHERE operation = 'redemptionConfirm'"
            " AND result_id IN (SELECT id FROM redemptions)"
        )
        assert {row["request_no"]: row["result_id"] for row in claims} == self.numbers
        confirmations = await database.fetch_value(
            "SELECT count(*) FROM audit_entries WHERE action = 'redemption.confirm'"
        )
        assert confirmations == len(self.confirmed)


class Load:
    """Heads who shop as long as the gate is open, and finish what they began when it closes."""

    def __init__(self, clients: Clients, shoppers: list[Head], tills: list[Person], discount_id: str) -> None:
        self.clients = clients
        self.tills = tills
        self.discount_id = discount_id
        self.journal = Journal()
        self.gate = asyncio.Event()
        self.over = False
        self.away = 0  # who has not come to rest since the gate was last opened
        self.tasks = [asyncio.create_task(self.shop(head)) for head in shoppers]
        self.open()

    def open(self) -> None:
        """Send everybody out."""
        self.away = len(self.tasks)
        self.gate.set()

    async def shop(self, head: Head) -> None:
        turn = 0
        while True:
            if not self.gate.is_set():
                await self._rest()
            if self.over:
                return
            turn += 1
            await self._turn(head, f"{head.id.hex[-8:]}-{turn}")

    async def _rest(self) -> None:
        self.away -= 1
        await self.gate.wait()

    async def _ask(self, operation: str, who: Person, **given: Any) -> torture.Answer:
        answer = await self.clients.insist(operation, who, **given)
        assert answer.refused in EXPECTED[operation], (operation, answer)
        return answer

    async def _turn(self, head: Head, name: str) -> None:
        """One visit: mostly a confirmation; some bills are corrected, some passes cancelled, some people walk away."""
        chance = self.clients.random.random
        phone = await head.phone(self.clients, self.discount_id, name)
        assert not isinstance(phone, str), phone
        till = self.clients.random.choice(self.tills)
        prepared = await self._ask("RedemptionPrepare", till, code=phone.qr(), billFen=8800)
        if prepared.done and chance() < 0.2:
            prepared = await self._ask("RedemptionPrepare", till, code=phone.qr(), billFen=9900)
        if not prepared.done:  # another till still holds it, after somebody walked away
            await self._ask("PassCancel", head.person, passId=phone.id)
            return
        if chance() < 0.1:
            return
        confirming = self._confirm(prepared.payload["preparation"]["token"], name)
        if chance() < 0.15:
            cancelling = self._ask("PassCancel", head.person, passId=phone.id)
            confirmed, cancelled = await asyncio.gather(confirming, cancelling)
            assert (confirmed is None) or not cancelled.done, "one of the two came first"
        else:
            confirmed = await confirming
        if confirmed and chance() < 0.2:
            key = ids.make("Redemption", confirmed)
            given = {"redemptionId": key, "requestNo": name, "reason": "点错了"}
            if (await self._ask("RedemptionRevoke", till, **given)).done:
                self.journal.revoked.add(confirmed)

    async def _confirm(self, token: str, request_no: str) -> UUID | None:
        till = self.clients.random.choice(self.tills)
        answer = await self._ask("RedemptionConfirm", till, token=token, requestNo=request_no)
        return self.journal.write(request_no, answer.payload["redemption"]) if answer.done else None

    async def pause(self) -> None:
        """Let everybody finish; then let all that was left lying run out, and look whether everything is whole."""
        self.gate.clear()
        async with asyncio.timeout(torture.INSIST_FOR_SECONDS):
            while self.away:
                for task in self.tasks:
                    if task.done():
                        task.result()  # which says why somebody will never come to rest
                await asyncio.sleep(0.05)
        await until_at_rest()
        await torture.let_holds_run_out()
        await torture.assert_whole()
        await self.journal.compare()
        await torture.forgive_guesses()

    async def end(self) -> None:
        """Send everybody home for good."""
        self.over = True
        self.open()
        await asyncio.gather(*self.tasks)
