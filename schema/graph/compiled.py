"""The compiled executor: runs plans (`schema/graph/plans.py`) breadth first, a level of the answer at a time.

All parents of a field are answered together: one call of a loader has the keys of a whole level, wherever in the
document they were asked for, and the loads of a level run side by side. What needs no waiting is completed on the
way.

The answer is as the specification of GraphQL wants it, and as graphql-core gives it, with one difference: errors come
in the order of the answer, not of the moments at which they happened (docs/compiled.md).
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import repeat
from types import NoneType
from typing import Any, cast

from graphql import ExecutionResult, GraphQLResolveInfo
from graphql.execution.executor import default_field_resolver
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, is_awaitable
from graphql.type import GraphQLResolveInfoHelpers
from strawberry.types import Info

from schema.graph.completion import Failure, Values, around_failures
from schema.graph.context import Load
from schema.graph.failures import Nulled, Settled
from schema.graph.plans import Column, Plan, Selection
from services.db.paging import PageRequest
from services.db.together import together
from services.kit.giving_way import give_way

# Values of the answer, some 3 ms, after which others have their turn; and how many parents are completed in one piece,
# when up to WIDTH values are asked of each row that they lead to.
YIELD_EVERY = 5_000
PIECE = 25
WIDTH = 10


async def execute(
    plan: Plan, root: Any, context: Any, variables: VariableValues, max_errors: int | None = None
) -> ExecutionResult:
    """Run a plan on a root value. Raises nothing but a cancellation; keeps the first `max_errors`."""
    return await _Run(plan, root, context, variables).result(max_errors)


@dataclass(slots=True)
class _Asked:
    """A column whose values are waited for, and the objects of the answer in which they are put."""

    column: Column
    rows: Values
    objects: Sequence[dict[str, Any]]


class _Run:
    """One operation, or one event of a subscription, while it is executed."""

    def __init__(self, plan: Plan, root: Any, context: Any, variables: VariableValues) -> None:
        self._plan = plan
        self._root = root
        self._context = context
        self._variables = variables
        self._asked: list[_Asked] = []
        self._infos: dict[Column, Any] = {}
        self._failed = False
        self._made = 0
        self.kinds: dict[int, Selection] = {}  # of objects of interfaces and unions, by identity

    async def result(self, max_errors: int | None) -> ExecutionResult:
        """Execute the plan."""
        selection = self._plan.root
        data: dict[str, Any] = {}
        # Of a mutation, each field begins when the one before it has its whole answer.
        parts = selection.one_by_one() if self._plan.serial else (selection,)
        for part in parts:
            (found,) = self.objects(part, [self._root])
            await self._wait()
            data |= found
            if self._failed and self._plan.serial and _nulled(part, found, self.kinds):
                break
        await give_way()  # before the answer is encoded
        if not self._failed:
            return ExecutionResult(data, None)
        settled = Settled(self.kinds, max_errors)
        try:
            return ExecutionResult(settled.object(selection, data), settled.errors or None)
        except Nulled as nulled:
            return ExecutionResult(None, [*settled.errors, nulled.error])

    # -- for completers ----------------------------------------------------------------------------------------------

    def failure(self, error: Exception) -> Failure:
        """Record that the answer holds a failure, and return it."""
        self._failed = True
        return Failure(error)

    def info(self, column: Column) -> Any:
        """Return the resolvers' `info` for a column. Of the path it has the last step alone, for all its parents."""
        info = self._infos.get(column)
        if info is None:
            plan = self._plan
            info = self._infos[column] = GraphQLResolveInfo(
                column.name,
                column.nodes,
                column.definition.type,
                column.parent_type,
                Path(None, column.key, column.parent_type.name),
                plan.schema,
                plan.fragments,
                self._root,
                plan.operation,
                self._variables,
                self._context,
                is_awaitable,
                None,
                _HELPERS,
            )
        return info

    def objects(self, selection: Selection, rows: Values) -> list[dict[str, Any]]:
        """Return the objects of the answer for rows of one type. What must be waited for is null in them until then."""
        keys = selection.keys
        self._made += len(rows) * len(keys)
        values: list[Any] = []
        for place, column in enumerate(selection.columns):
            if (earlier := selection.same[place]) < place:
                values.append(values[earlier])
            else:
                values.append(self._completed(column, rows) if column.read else repeat(None))
        if selection.personal:
            shown = _with_a_value(rows, [values[place] for place in selection.personal])
            self._context.personal.update([(type(row).__name__, row.id) for row in shown])
        if len(selection.waiting) == len(keys):
            objects = [dict.fromkeys(keys) for _ in rows]
        else:
            objects = list(map(selection.make, *values))
        self._asked += [_Asked(column, rows, objects) for column in selection.waiting]
        return objects

    # -- values that are there ---------------------------------------------------------------------------------------

    def _completed(self, column: Column, rows: Values) -> Values:
        read = self._reader(column) if column.takes_info or column.rule else column.read
        assert read is not None, "a column that waits is asked for"
        try:
            values = list(map(read, rows))
        except Exception:
            values = self._each(read, rows)
        if column.ready is not None:
            types, within = column.ready
            if types.issuperset(map(type, values)) and (within is None or within(values)):
                return values
        return self._complete(column, values)

    def _reader(self, column: Column) -> Callable[[Any], Any]:
        """Return how a value is read from its parent, by those who may read it."""
        read, rule, viewer = column.read, column.rule, self._context and self._context.viewer
        assert read is not None, "only for a column that does not wait"
        if column.takes_info:
            info: Any = Info(_raw_info=self.info(column), _field=cast(Any, column.declared))
            read = functools.partial(_with_info, read, info)
        if rule is None or (column.by_viewer and rule(viewer, None)):
            return read
        return lambda row: read(row) if rule(viewer, row) else None

    def _each(self, read: Callable[[Any], Any], rows: Values) -> list[Any]:
        values = []
        for row in rows:
            try:
                values.append(read(row))
            except Exception as error:
                values.append(self.failure(error))
        return values

    def _complete(self, column: Column, values: Values) -> Values:
        if self._failed or column.read is None:
            return around_failures(column.complete, values, self, column)
        return column.complete(values, self, column)

    # -- values that are waited for ----------------------------------------------------------------------------------

    async def _wait(self) -> None:
        """Answer the columns that wait, a level at a time, until none is left."""
        while self._asked:
            loads = _Loads(self._context)
            try:
                level = await self._level(loads)
                await give_way()
                await loads.run()
            finally:
                loads.close()
            for asked, take in level:
                await self._put(asked, take())

    async def _level(self, loads: "_Loads") -> list[tuple[_Asked, Callable[[], Values]]]:
        """Ask for one level; return what waits for its loads, each with how its values are taken then."""
        level = []
        while self._asked:  # what is here already leads on to more of this level
            asking, self._asked = self._asked, []
            for asked in asking:
                take = self._ask(asked.column, asked.rows, loads)
                if loads.waits:
                    level.append((asked, take))
                else:
                    await self._put(asked, take())
        return level

    def _ask(self, column: Column, rows: Values, loads: "_Loads") -> Callable[[], Values]:
        """Ask for a column's values; return how they are taken when they have come, which may be at once."""
        loads.waits = False
        rule = column.rule
        if rule is None:
            return self._ask_for(column, rows, loads)
        viewer = self._context.viewer
        answers = self._each(lambda row: bool(rule(viewer, row)), rows)
        allowed = [row for row, answer in zip(rows, answers, strict=True) if answer is True]
        if not allowed:
            return lambda: [answer or None for answer in answers]
        take = self._ask_for(column, allowed, loads)

        def spread() -> Values:
            found = iter(take())
            return [next(found) if answer is True else answer or None for answer in answers]

        return spread

    def _ask_for(self, column: Column, rows: Values, loads: "_Loads") -> Callable[[], Values]:
        batch = column.batch
        try:
            request = column.request(self._variables) if batch else None
            arguments = {} if batch else column.resolver_arguments(self._variables)
        except Exception as error:
            failures = [self.failure(error)] * len(rows)
            return lambda: failures
        if batch is None:
            resolve, info = column.definition.resolve or default_field_resolver, self.info(column)
            return loads.each(self._each(lambda row: resolve(row, info, **arguments), rows))
        if request is None:
            return lambda: [None] * len(rows)
        page, filters = request
        if batch.key is None:
            of_page = cast(PageRequest, page)
            only = column.only
            return loads.each(self._each(lambda row: batch.page_of(self._context, row, of_page, filters, only), rows))
        keys = [getattr(row, batch.key) for row in rows]
        for below in column.ahead:
            self._load_ahead(below, keys, loads)
        take = loads.keyed(batch.load, page, column.given(filters), keys)
        if batch.part is not None:
            return lambda: [found if isinstance(found, Exception) else batch.taken(found) for found in take()]
        return take if batch.shape != "list" else lambda: [found or [] for found in take()]

    def _load_ahead(self, column: Column, keys: Values, loads: "_Loads") -> None:
        """Load what a column will ask for on the next level, one round trip earlier. Whether it may be shown, and to
        whom, is found out there."""
        with suppress(Exception):  # of arguments that don't fit: it will fail in its turn
            if (request := column.request(self._variables)) is not None:
                page, filters = request
                loads.keyed(cast(Any, column.batch).load, page, column.given(filters), keys)

    async def _put(self, asked: _Asked, values: Values) -> None:
        """Complete the values of a column that have come, and put them into the answer."""
        column, completed = asked.column, values
        if column.shared:
            # Several parents may have one and the same row: it is answered once.
            rows = {id(value): value for value in values}
            done = dict(zip(rows, await self._in_pieces(column, list(rows.values())), strict=True))
            completed = [done[id(value)] for value in values]
        else:
            completed = await self._in_pieces(column, values)
        key = column.key
        for one, value in zip(asked.objects, completed, strict=True):
            one[key] = value

    async def _in_pieces(self, column: Column, values: Values) -> Values:
        """Complete values piece by piece, and let others have their turn in between."""
        # One row a parent makes no more objects than there are parents; a page or a list makes many.
        piece = max(1, (YIELD_EVERY if column.shared else PIECE * WIDTH) // max(column.width, WIDTH))
        done: list[Any] = []
        while len(done) < len(values):
            done += self._complete(column, values[len(done) : len(done) + piece])
            if self._made >= YIELD_EVERY:
                self._made = 0
                await asyncio.sleep(0)
                await give_way()
        return done


class _Loads:
    """What one level of the answer waits for, side by side: each loader with the keys of all who ask."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._wanted: dict[Hashable, _Wanted] = {}
        self._waiting: list[Coroutine[Any, Any, None]] = []
        self._begun: list[Any] = []  # the coroutines that these wait for
        self.waits = False  # whether what was asked for last must be waited for

    def keyed(self, load: Load, page: Any, filters: Mapping[str, Hashable], keys: Values) -> Callable[[], Values]:
        """Load what these keys lead to; None leads to None."""
        name = (load, page, *filters.items())
        wanted = self._wanted.get(name)
        if wanted is None:
            args = () if page is None else (page,)
            known = self._context.loaded.setdefault(name, {})
            wanted = self._wanted[name] = _Wanted(load, args, filters, known)
        known = wanted.known
        missing = [key for key in keys if key is not None and key not in known]
        wanted.keys.update(dict.fromkeys(missing))
        self.waits = bool(missing)

        def take() -> Values:
            if wanted.error is not None:
                return [None if key is None else known.get(key, wanted.error) for key in keys]
            return [known.get(key) for key in keys]

        return take

    def each(self, values: list[Any]) -> Callable[[], Values]:
        """Wait for those values that are awaitable."""
        begun = [(place, value) for place, value in enumerate(values) if is_awaitable(value)]
        waiting = [self._await(values, place) for place, _ in begun]
        self._waiting += waiting
        self._begun += [value for _, value in begun if isinstance(value, Coroutine)]
        self.waits = bool(waiting)
        return lambda: values

    async def run(self) -> None:
        """Wait for all. An exception takes the place of its value."""
        viewer = self._context and self._context.viewer
        works = [*(wanted.load_for(viewer) for wanted in self._wanted.values() if wanted.keys), *self._waiting]
        if len(works) == 1:
            await works[0]
        elif works:
            with together():
                await asyncio.gather(*works)

    def close(self) -> None:
        """Close what nobody waits for any more, because the operation was cancelled; of no effect on what has ended."""
        for coroutine in (*self._waiting, *self._begun):
            coroutine.close()

    @staticmethod
    async def _await(values: list[Any], place: int) -> None:
        try:
            values[place] = await values[place]
        except Exception as error:
            values[place] = error


@dataclass(slots=True, eq=False)
class _Wanted:
    """The keys that a loader is asked for in one level, and what it has loaded in this operation."""

    load: Load
    args: tuple[Any, ...]
    filters: Mapping[str, Hashable]
    known: dict[Any, Any]
    keys: dict[Any, None] = field(default_factory=dict)
    error: Exception | None = None

    async def load_for(self, viewer: Any) -> None:
        keys = list(self.keys)
        try:
            found = await self.load(viewer, keys, *self.args, **self.filters)
        except Exception as error:
            self.error = error
        else:
            self.known.update((key, found.get(key)) for key in keys)


def _with_a_value(rows: Values, columns: Sequence[Values]) -> Iterable[Any]:
    """Return the rows of which one of these columns has a value."""
    if any(_NO_VALUES.isdisjoint(map(type, values)) for values in columns):
        return rows
    of_each = zip(*columns, strict=True)
    return [row for row, own in zip(rows, of_each, strict=True) if not _NO_VALUES.issuperset(map(type, own))]


def _with_info(function: Callable[..., Any], info: Any, row: Any) -> Any:
    return function(row, info)


def _nulled(selection: Selection, found: dict[str, Any], kinds: Mapping[int, Selection]) -> bool:
    """Return whether a failure in a part of the answer makes the whole of it null."""
    try:
        Settled(kinds, 0).object(selection, found)
    except Nulled:
        return True
    return False


async def _gather(values: Sequence[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*values)


_NO_VALUES = frozenset([NoneType, Failure])
_HELPERS = GraphQLResolveInfoHelpers(gather=_gather, track=lambda _values: None)
