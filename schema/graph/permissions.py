"""Permissions, declared on the field. A field without a declaration fails the build."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

import strawberry

from models.enums import Role
from schema.graph.context import Info
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Access:
    """Who may access a field. `allows(viewer, parent)` None: every viewer who sees the parent.

    A forbidden read is null; a forbidden mutation answers with a user error. `by_viewer`: the parent is not looked at.
    `reads`: all attributes of the parent that are, where they are declared.
    """

    name: str
    allows: Callable[[Viewer, Any], bool] | None = None
    by_viewer: bool = False
    reads: tuple[str, ...] = ()


PAGE = "page"  # the list has as many rows as its connection's page

# Units of texts of up to so many Chinese characters, of three bytes each (schema/graph/cost.py).
REASON_COST = 12  # 200: a reason or a note
LONG_TEXT_COST = 30  # 500
CURSOR_COST = 8  # a sealed cursor has 250 bytes
HASH_COST = 3  # of SHA-256, in hexadecimal

PUBLIC = Access("whoever sees the object")
SIGNED_IN = Access("signed in", lambda viewer, _: viewer.signed_in, by_viewer=True)


def roles(*allowed: Role) -> Access:
    """Allow viewers with one of these roles; the service checks the scope."""
    wanted = frozenset(allowed)
    return Access(" or ".join(sorted(wanted)), lambda viewer, _: bool(viewer.roles & wanted), by_viewer=True)


def owners_or(*allowed: Role) -> Access:
    """Allow owners of a shop and viewers with one of these roles; the service checks the scope."""
    wanted = frozenset(allowed)
    return Access(
        " or ".join(["shop owner", *sorted(wanted)]),
        lambda viewer, _: bool(viewer.owned_shop_ids or viewer.roles & wanted),
        by_viewer=True,
    )


def when(name: str, rule: Callable[[Viewer, Any], bool], *reads: str) -> Access:
    """Allow viewers by a rule, given the parent. `reads`: the attributes that it reads, as for `reading`."""
    return Access(name, rule, reads=reads)


def field(
    access: Access,
    description: str,
    resolver: Callable[..., Any] | None = None,
    *,
    rows: int | str | None = None,
    cost: int | None = None,
    batch: Any = None,
    personal: bool = False,
    **options: Any,
) -> Any:
    """Declare a field: a plain attribute of the row, or the result of `resolver(self, info, …)`.

    `rows`: the most rows of a list, or PAGE. `cost`: its units (schema/graph/cost.py), where the default of its kind
    doesn't fit. `batch`: how a field of schema/graph/batching.py is loaded. `personal`: it tells of a person by name,
    address or phone, so that reads of it are counted (services/audit/reads.py).
    """
    metadata = {"access": access, "rows": rows, "cost": cost, "batch": batch, "personal": personal}
    if personal:
        if resolver is None:
            raise TypeError("a personal field needs a resolver")
        resolver = _noted(resolver)
    if access.allows is None:
        return strawberry.field(resolver=cast(Any, resolver), description=description, metadata=metadata, **options)
    rule = access.allows
    if resolver is None:
        raise TypeError("a guarded field needs a resolver")
    return strawberry.field(resolver=_guarded(resolver, rule), description=description, metadata=metadata, **options)


def _noted(resolver: Callable[..., Any]) -> Callable[..., Any]:
    """Note whose personal data is in the answer. (A compiled operation notes a column at a time.)"""

    @functools.wraps(resolver)
    def noted(self: Any, info: Info, **arguments: Any) -> Any:
        value = resolver(self, info, **arguments)
        if value is not None:
            info.context.personal.add((type(self).__name__, self.id))
        return value

    return noted


def _guarded(resolver: Callable[..., Any], rule: Callable[[Viewer, Any], bool]) -> Callable[..., Any]:
    @functools.wraps(resolver)
    def guarded(self: Any, info: Info, **arguments: Any) -> Any:
        return resolver(self, info, **arguments) if rule(info.context.viewer, self) else None

    return guarded


def attribute(name: str) -> Callable[..., Any]:
    """Return a resolver that reads one attribute of the row, for guarded or renamed fields."""

    def read(self: Any, info: Info) -> Any:
        return getattr(self, name)

    read.attribute = name  # type: ignore[attr-defined]  # for compiled operations
    return read


def reading(*attributes: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare which attributes of the row a resolver reads; a compiled operation asks its rows for no others."""

    def declare(resolver: Callable[..., Any]) -> Callable[..., Any]:
        resolver.reads = attributes  # type: ignore[attr-defined]
        return resolver

    return declare


def mutation(
    access: Access, description: str, payload: type[Any], *, cost: int | None = None
) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """Declare a mutation, whose function calls one service function and returns the payload's object.

    A Refusal becomes the payload's user error, with a null object.
    """

    def declare(resolver: Callable[..., Awaitable[Any]]) -> Any:
        @functools.wraps(resolver)
        async def run(self: Any, info: Info, **arguments: Any) -> Any:
            info.context.begin_mutation()
            try:
                require(info.context.viewer, access)
                result = await resolver(self, info, **arguments)
            except Refusal as refusal:
                return payload.refused(refusal)
            finally:
                info.context.forget()
            return payload.done(result)

        signature = inspect.signature(resolver).replace(return_annotation=payload)
        run.__signature__ = signature  # type: ignore[attr-defined]  # what strawberry reads
        return strawberry.mutation(resolver=run, description=description, metadata={"access": access, "cost": cost})

    return declare


def may(viewer: Viewer, access: Access) -> bool:
    """Return whether the viewer's roles allow it; the service checks the rest."""
    return access.allows is None or access.allows(viewer, None)


def require(viewer: Viewer, access: Access) -> None:
    """Raise UNAUTHENTICATED or FORBIDDEN unless the viewer's roles allow it."""
    if may(viewer, access):
        return
    if not viewer.signed_in:
        raise Refusal(ErrorCode.UNAUTHENTICATED, "请先登录")
    if viewer.second_factor_due:
        raise Refusal(ErrorCode.FORBIDDEN, "本次登录还没有完成两步验证，只能使用部分身份；请先完成两步验证再试")
    raise Refusal(ErrorCode.FORBIDDEN, "您当前的身份不能进行此操作")
