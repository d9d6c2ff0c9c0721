"""Documents as trees of fields, over any schema: written, kept within the limits, grown and changed at random."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    parse,
)

from schema.graph import cost, limits

MAX_STEPS = 8  # from the root to what a document leans on; an edge and its node are two
PAGE_SIZES = (1, 2, 3, 5, 10, 25, 50, 100)
LONG_KEY = 49


@dataclass(slots=True)
class Field:
    """A field of a type, under so many aliases; `below` are those of its objects."""

    kind: GraphQLObjectType
    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    below: list["Field"] = field(default_factory=list)
    times: int = 1
    long: bool = False  # whether its aliases are as long as one can have them for nothing

    @property
    def inner(self) -> Any:
        """The type that it leads to."""
        return get_named_type(self.kind.fields[self.name].type) if self.name != "__typename" else None

    def copied(self) -> "Field":
        """Return a copy, with all that is below it."""
        return replace(self, arguments=dict(self.arguments), below=[one.copied() for one in self.below])

    def of_connection(self) -> bool:
        """Return whether it only leads from a connection to its rows."""
        return self.name == "edges" or (self.name == "node" and not self.arguments)

    def pages(self) -> bool:
        """Return whether it has a page size."""
        return "first" in self.arguments


@dataclass(slots=True)
class Document:
    """One query. `units` are filled in by `Writer.fits`."""

    fields: list[Field]
    units: int = 0

    def copied(self) -> "Document":
        """Return a copy of the whole."""
        return Document([one.copied() for one in self.fields], self.units)

    def every(self) -> Iterator[tuple[list[Field], Field]]:
        """Yield each field with the list in which it stands."""
        waiting = [self.fields]
        while waiting:
            within = waiting.pop()
            for one in within:
                yield within, one
                waiting.append(one.below)

    def text(self) -> str:
        """Return it as it is sent: what occurs twice becomes a fragment, so that it has as few tokens as can be."""
        counts: Counter[str] = Counter()
        _written(self.fields, None, counts, {}, {})
        fragments: dict[str, str] = {}
        whole = _written(self.fields, None, Counter(), counts, fragments)[1]
        return " ".join([whole, *fragments.values()])


def _written(
    fields: Sequence[Field], kind: Any, seen: Counter[str], counts: Mapping[str, int], fragments: dict[str, str]
) -> tuple[str, str]:
    """Return a selection set twice: spelled out, and with fragments for what occurs several times."""
    plain: list[str] = []
    short: list[str] = []
    used: Counter[str] = Counter()
    for one in fields:
        given = ", ".join(f"{name}: {value}" for name, value in one.arguments.items())
        under = _written(one.below, one.inner, seen, counts, fragments) if one.below else ("", "")
        for _ in range(one.times):
            used[one.name] += 1
            alias = f"a{sum(used.values())}" if used[one.name] > 1 or one.long else ""
            alias = alias.ljust(LONG_KEY, "x") if one.long else alias
            head = (f"{alias}:" if alias else "") + one.name + (f"({given})" if given else "")
            for texts, below in zip((plain, short), under, strict=True):
                own = head + below
                texts.append(f"...on {one.kind.name}{{{own}}}" if is_abstract_type(kind) else own)
    spelled, compact = "{" + " ".join(plain) + "}", "{" + " ".join(short) + "}"
    key = f"{kind} {spelled}"
    seen[key] += 1
    if counts and counts[key] > 1 and len(compact) > 40:
        number = list(fragments).index(key) if key in fragments else len(fragments)
        fragments[key] = f"fragment f{number} on {kind}{compact}"
        compact = f"{{...f{number}}}"
    return spelled, compact


def _size(fields: Sequence[Field]) -> tuple[int, int]:
    """Return how many fields there are, with all aliases, and how many levels, as the limit counts them."""
    below = [(one, *_size(one.below)) for one in fields]
    return (
        sum(one.times * (1 + size) for one, size, _ in below),
        max((depth + (not one.of_connection()) for one, _, depth in below), default=0),
    )


def _parsed(text: str) -> DocumentNode | None:
    try:
        return parse(
            text,
            no_location=True,
            max_lexical_tokens=limits.MAX_TOKENS - 10,  # for a comment in front
            max_source_length=limits.MAX_CHARACTERS - 100,
        )
    except GraphQLError:
        return None


def along(path: Sequence[Field]) -> Document:
    """Return a document of one field in the other."""
    for outer, inner in itertools.pairwise(path):
        outer.below = [inner]
    return Document([path[0]])


class Writer:
    """Writes documents within the limits, at random from a seed. `values` are literals for arguments: by type and
    name of a field and argument, by name of an argument, or by its type."""

    def __init__(self, schema: GraphQLSchema, values: Mapping[str, Sequence[str]], most: int, seed: int) -> None:
        self._schema, self._values, self.most = schema, values, most
        self.dice = random.Random(seed)  # noqa: S311

    # -- limits ------------------------------------------------------------------------------------------------------

    def fits(self, document: Document) -> bool:
        """Return whether it passes, and note its units."""
        size, depth = _size(document.fields)
        if size > limits.MAX_ALIASES and not self._passes(document.text()):
            return False
        if size > limits.MAX_FIELDS or depth > limits.MAX_DEPTH:
            return False
        units = self.units(document.text())
        document.units = units or 0
        return units is not None and units <= self.most

    def _passes(self, text: str) -> bool:
        """Return whether the limits on documents are kept; fragments make fields more and aliases fewer."""
        parsed = _parsed(text)
        return parsed is not None and not limits.over_limits(parsed)

    def units(self, text: str) -> int | None:
        """Return what a valid query without variables costs; None for a document that is too long."""
        parsed = _parsed(text)
        if parsed is None:
            return None
        (operation,) = cost.operations(self._schema, parsed).values()
        return operation.cost({})

    # -- documents that lean on one field ----------------------------------------------------------------------------

    def leaning(self) -> Iterator[list[Field]]:
        """Yield a way to each field that there is, the outmost first: `along` makes a document of it."""
        for path in self._paths():
            if self.fits(along(path)):
                yield path

    def as_much(self, path: Sequence[Field]) -> Iterator[Document]:
        """Yield documents that have as much as passes of the last field: in large pages, and often."""
        for inmost_first in (True, False):
            chain = [one.copied() for one in path]
            yield self.grown(along(chain), chain[::-1] if inmost_first else chain)

    def _paths(self) -> Iterator[list[Field]]:
        """Yield a way to each field of each type, the shortest; leaves alone, and all leaves of an object at once."""
        root = self._schema.query_type
        assert root
        waiting: list[tuple[Any, list[Field]]] = [(root, [])]
        known = {root.name}
        while waiting:
            kind, path = waiting.pop(0)
            names = list(kind.fields)
            self.dice.shuffle(names)
            for name in names:
                if len(path) >= MAX_STEPS or not self._possible(kind, name):
                    continue
                one = Field(kind, name, self._arguments(kind, name))
                inner = one.inner
                if not is_composite_type(inner):
                    yield [*path, one]
                    continue
                for object_kind in self._kinds(inner):
                    full = one.copied()
                    full.below = self._leaves(object_kind) or [Field(object_kind, "__typename")]
                    yield [*path, full]
                    if object_kind.name not in known:
                        known.add(object_kind.name)
                        waiting.append((object_kind, [*path, one]))

    def _kinds(self, kind: Any) -> list[GraphQLObjectType]:
        """Return the types of objects that a type may have."""
        return list(self._schema.get_possible_types(kind)) if is_abstract_type(kind) else [kind]

    def _leaves(self, kind: Any) -> list[Field]:
        return [
            Field(kind, name)
            for name, one in kind.fields.items()
            if not is_composite_type(get_named_type(one.type)) and self._possible(kind, name)
        ]

    def _possible(self, kind: Any, name: str) -> bool:
        """Return whether there are values for all arguments that it needs."""
        found = kind.fields[name].args.items()
        return all(self._literals(kind, name, arg, one) for arg, one in found if is_required_argument(one))

    def _arguments(self, kind: Any, name: str) -> dict[str, str]:
        """Return arguments, the optional ones at random; a page of one row."""
        chosen: dict[str, str] = {}
        for arg, one in kind.fields[name].args.items():
            literals = self._literals(kind, name, arg, one)
            if arg == "first":
                chosen[arg] = "1"
            elif literals and (is_required_argument(one) or self.dice.random() < 0.3):
                chosen[arg] = self.dice.choice(literals)
        if ("latitude" in chosen) != ("longitude" in chosen):
            chosen = {arg: value for arg, value in chosen.items() if arg not in ("latitude", "longitude")}
        return chosen

    def _literals(self, kind: Any, name: str, arg: str, one: Any) -> Sequence[str]:
        inner = get_named_type(one.type)
        for key in (f"{kind.name}.{name}.{arg}", arg, inner.name):
            if key in self._values:
                return self._values[key]
        if is_enum_type(inner):
            plain = one.type.of_type if is_non_null_type(one.type) else one.type
            return [f"[{', '.join(inner.values)}]"] if is_list_type(plain) else list(inner.values)
        return []

    # -- growth and change -------------------------------------------------------------------------------------------

    def grown(self, document: Document, among: Sequence[Field]) -> Document:
        """Return it with larger pages of these fields and more aliases, as far as it passes; the given one must
        pass."""
        knobs = sorted(among, key=lambda one: not one.pages())
        for factor in (6.0, 1.5, 1.1):
            for one in knobs:
                while self._larger(document, one, factor):
                    pass
        self.fits(document)
        return document

    def _larger(self, document: Document, one: Field, factor: float) -> bool:
        if one.pages() and (size := int(one.arguments["first"])) < 100:
            one.arguments["first"] = str(min(100, max(size + 1, int(size * factor))))
            if self.fits(document):
                return True
            one.arguments["first"] = str(size)
        elif not one.pages() and one.name not in ("edges", "node"):
            before, one.times = one.times, max(one.times + 1, int(one.times * factor))
            if self.fits(document):
                return True
            one.times = before
        return False

    def changed(self, document: Document) -> Document | None:
        """Return a changed copy that passes; None when the change does not lead to one."""
        made = document.copied()
        for _ in range(self.dice.choice((1, 1, 2, 3))):
            self._change(made)
        if not made.fields:
            return None
        for _ in range(12):
            if self.fits(made):
                return self.grown(made, self._some(made)) if self.dice.random() < 0.5 else made
            self._shrink(made)
        return None

    def _some(self, document: Document) -> list[Field]:
        every = [one for _, one in document.every()]
        return self.dice.sample(every, min(len(every), 6))

    def _change(self, document: Document) -> None:
        within, one = self.dice.choice(list(document.every()))
        what = self.dice.choice(("page", "times", "add", "add", "drop", "long", "arguments", "copy"))
        if what == "page" and one.pages():
            one.arguments["first"] = str(self.dice.choice(PAGE_SIZES))
        elif what == "times":
            one.times = max(1, int(one.times * self.dice.choice((0.5, 2, 3))))
        elif what == "add" and one.below:
            one.below.append(self._any_field(one.below[0].kind, 3))
        elif what == "drop" and len(within) > 1:
            within.remove(one)
        elif what == "long":
            one.long = not one.long
        elif what == "arguments" and one.name != "__typename":
            size = one.arguments.get("first")
            one.arguments = self._arguments(one.kind, one.name) | ({"first": size} if size else {})
        elif what == "copy":
            within.append(one.copied())

    def _any_field(self, kind: Any, depth: int) -> Field:
        names = [
            name
            for name, one in kind.fields.items()
            if self._possible(kind, name) and (depth or not is_composite_type(get_named_type(one.type)))
        ]
        if not names:
            return Field(kind, "__typename")
        made = Field(kind, name := self.dice.choice(names), self._arguments(kind, name))
        inner = made.inner
        if made.pages():
            made.arguments["first"] = str(self.dice.choice(PAGE_SIZES))
        if is_composite_type(inner):
            of = self.dice.choice(self._kinds(inner))
            made.below = [self._any_field(of, depth - 1)] if depth else []
            made.below += self._leaves(of) if self.dice.random() < 0.5 else []
            made.below = made.below or [Field(of, "__typename")]
            if "edges" in of.fields:
                edges = Field(of, "edges")
                edges.below = [self._any_field(edges.inner, depth)]
                made.below = [edges]
        return made

    def _shrink(self, document: Document) -> None:
        knobs = [one for _, one in document.every() if one.times > 1 or int(one.arguments.get("first", 1)) > 1]
        if not knobs:
            return
        one = self.dice.choice(knobs)
        if one.times > 1:
            one.times = one.times // 2
        else:
            one.arguments["first"] = str(int(one.arguments["first"]) // 2)
