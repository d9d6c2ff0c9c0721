"""The lane of an operation: whose session it is, and whether it is a till's.

A session is looked up on a connection of its own, so that a full pool holds no till up, and remembered for 5 s, unknown
tokens too. What is remembered decides the lane alone: the session is authenticated anew in the operation's turn, unless
it was looked up for this very request and the turn came at once.

Look-ups come one after another, one of an address at a time, so that a flood of made-up tokens delays nobody by more
than one look-up for each address. Where there is no room, or no answer in time, an operation goes as an anonymous one.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from schema.graph.bearer import Unauthenticated, token_of, viewer_of, watcher_of
from schema.graph.limits import MAX_CHARACTERS, MAX_TOKENS, prepared
from services.accounts import sessions
from services.accounts.tokens import is_token, token_hash
from services.kit.errors import Unavailable
from services.kit.networks import network_of
from services.kit.places import Lane, Ticket
from services.kit.viewer import Viewer

# What a till sends, and at most so many units of it: a few mutations, or a shop's day with a full page.
TILL_FIELDS = frozenset(
    ["redemptionPrepare", "redemptionConfirm", "redemptionRevoke", "redemptionByRequestNo", "shopDay", "__typename"]
)
MAX_TILL_COST = 10_000

REMEMBERED_SECONDS = 5.0
MAX_REMEMBERED = 10_000
LOOKED_UP_WITHIN_SECONDS = 2.0
MAX_ADDRESSES = 256  # with look-ups that wait
MAX_LOOKUPS = 32  # of one address


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides a lane. `shop_id`: the first active shop in which the person works."""

    address: str
    session_id: UUID | None = None
    shop_id: UUID | None = None

    def ticket(self, *, till: bool = False) -> Ticket:
        """Return the ticket of an operation; `till`: of one that `is_till`."""
        if till and self.shop_id is not None:
            return Ticket(Lane.TILL, self.shop_id)
        return Ticket(Lane.ANONYMOUS, self.address) if self.session_id is None else Ticket(Lane.SIGNED_IN)


@dataclass(slots=True)
class Asker:
    """Who sends a request: an `Authorization`, from an address. `known` is what was found, if `looked_up` just now."""

    authorization: str | None
    address: str
    looked_up: bool = False
    known: sessions.Known | None = None

    async def viewer(self, *, waited: bool, listens: bool = False) -> Viewer:
        """Authenticate, in the operation's turn. Raises Unauthenticated. `listens`: it asks for nothing now, and so
        keeps no session from idling out."""
        if waited or not self.looked_up:
            return await (watcher_of if listens else viewer_of)(self.authorization)
        if self.known is None:
            raise Unauthenticated
        return self.known.viewer if listens else await sessions.used(self.known)


def asker(authorization: str | None, address: str | None) -> Asker:
    """Return who sends a request; of an address, what counts as one."""
    return Asker(authorization, network_of(address))


@dataclass(slots=True)
class _Line:
    """The look-ups of one address."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Lanes:
    """The sessions that a process remembers."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[bytes, tuple[float, Standing]] = OrderedDict()  # until when
        self._lines: dict[str, _Line] = {}
        self._turn = asyncio.Lock()

    def remembered(self, asker: Asker) -> Standing | None:
        """Return the standing, where it is known without a look-up."""
        token = token_of(asker.authorization)
        if token is None or not is_token(token):
            return Standing(asker.address)
        until, found = self._remembered.get(token_hash(token), (0.0, None))
        if found is None or time.monotonic() >= until:
            return None
        return Standing(asker.address, found.session_id, found.shop_id)

    async def standing(self, asker: Asker) -> Standing:
        """Return the standing, looked up where it is not remembered."""
        found = self.remembered(asker)
        return found if found is not None else await self._looked_up(asker)

    async def _looked_up(self, asker: Asker) -> Standing:
        try:
            async with asyncio.timeout(LOOKED_UP_WITHIN_SECONDS), self._in_line(asker.address) as room:
                if not room:
                    return Standing(asker.address)
                if (found := self.remembered(asker)) is not None:  # looked up for another, meanwhile
                    return found
                token = token_of(asker.authorization)
                assert token is not None, "else it is remembered"
                asker.known, asker.looked_up = await sessions.look_up(token), True
                return self._remember(token_hash(token), _standing(asker))
        except (TimeoutError, Unavailable):  # whatever is wrong is found out in the turn
            return Standing(asker.address)

    @asynccontextmanager
    async def _in_line(self, address: str) -> AsyncIterator[bool]:
        """Wait in line for a look-up; yield whether there was room."""
        line = self._lines.setdefault(address, _Line())
        room = line.length < MAX_LOOKUPS and len(self._lines) <= MAX_ADDRESSES
        line.length += 1
        try:
            async with AsyncExitStack() as stack:
                if room:
                    await stack.enter_async_context(line.turn)
                    await stack.enter_async_context(self._turn)
                yield room
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[address]

    def _remember(self, hashed: bytes, found: Standing) -> Standing:
        self._remembered[hashed] = (time.monotonic() + REMEMBERED_SECONDS, found)
        self._remembered.move_to_end(hashed)
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)
        return found


def _standing(asker: Asker) -> Standing:
    if asker.known is None:
        return Standing(asker.address)
    viewer = asker.known.viewer
    return Standing(asker.address, viewer.session_id, next(iter(viewer.active_shop_ids), None))


def is_till(schema: GraphQLSchema, text: str | None, name: str | None, variables: Mapping[str, Any] | None) -> bool:
    """Return whether an operation asks for nothing but what a till needs, in moderation."""
    fields = _root_fields(text or "").get(name)
    if fields is None or not fields <= TILL_FIELDS:
        return False
    operations = prepared(schema, text or "").operations
    operation = operations.get(name or next(iter(operations), None))
    return operation is not None and operation.cost(variables) <= MAX_TILL_COST


@lru_cache(maxsize=128)
def _root_fields(text: str) -> dict[str | None, frozenset[str]]:
    """Return the names of the fields at the root of each operation, and of a single one also as None; none for a
    document that can't be parsed. Far cheaper than to validate it."""
    try:
        document = parse(text, no_location=True, max_lexical_tokens=MAX_TOKENS, max_source_length=MAX_CHARACTERS)
    except (GraphQLError, RecursionError):
        return {}
    nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    found: dict[str | None, frozenset[str]] = {
        node.name.value if node.name else None: frozenset(_Roots(document).of(node.selection_set)) for node in nodes
    }
    return found if len(found) != 1 else found | {None: next(iter(found.values()))}


class _Roots:
    """Finds the fields at the root of an operation."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def of(self, selections: SelectionSetNode | None) -> set[str]:
        return {name for node in (selections.selections if selections else ()) for name in self._names(node)}

    def _names(self, node: SelectionNode) -> set[str]:
        if isinstance(node, FieldNode):
            return {node.name.value}
        if isinstance(node, FragmentSpreadNode):
            fragment = self._fragments.pop(node.name.value, None)  # once is enough, also of one that spreads itself
            return self.of(fragment.selection_set) if fragment else set()
        return self.of(getattr(node, "selection_set", None))
