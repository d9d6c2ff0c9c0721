"""Strawberry's schema with prepared documents and masked errors."""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from schema.graph import compiled, plans, request_log
from schema.graph.bearer import Closing
from schema.graph.context import Context
from schema.graph.errors import ClientError, CostExceeded, shown
from schema.graph.limits import MAX_ERRORS, MAX_LIST, long_list, prepare_in_turns, prepared
from schema.graph.limits import Prepared as Document
from schema.graph.trusted import Trusted, Wanted
from services.audit import reads
from services.kit.errors import OverQuota, Unavailable
from services.kit.settings import Executor, current


class Prepared(SchemaExtension):
    """Extension that supplies the document parsed and validated by `prepared`."""

    def on_operation(self) -> Iterator[None]:
        execution = self.execution_context
        execution.graphql_document = prepared(execution.schema._schema, execution.query or "").document
        execution.validation_rules = ()
        yield


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation, or each event of a subscription: compiled, or by graphql-core."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        """Execute the operation by its plan; what has none, by graphql-core."""
        text = self.operation.loc.source.body if self.operation.loc else ""
        name = self.operation.name.value if self.operation.name else None
        operation = _compiled(prepared(self.schema, text), name)
        if operation is None or operation.node is not self.operation:
            return super().execute_operation(serially)
        plan = operation.plan(self.variable_values)
        return compiled.execute(plan, self.root_value, self.context_value, self.variable_values, MAX_ERRORS)

    def build_per_event_executor(self, payload: Any) -> Any:
        """Return an executor for one event, with its own cache.

        graphql-core 3.3.2 shares one executor among all events of a subscription. It caches each event's selections by
        the identity of an object unique to the event, until the subscription ends: a leak.
        """
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}
        return executor


class Schema(strawberry.Schema):
    """Executes prepared documents; of a fault, only the request id gets out."""

    trusted = Trusted()  # replaced at the start of an app

    def process_errors(self, *_: Any) -> None:
        """Do nothing: Strawberry would log texts that may hold personal data. `shown` logs what may be logged."""

    async def execute(  # type: ignore[override]
        self,
        query: Wanted | str | None,
        *,
        variable_values: Any = None,
        context_value: Context | None = None,
        **options: Any,
    ) -> ExecutionResult:
        """Execute one operation over HTTP."""
        context = context_value or Context()
        text, refused = await self._admitted(query, variable_values, options.get("operation_name"), context)
        result = refused or await _counted(await self._run(text, variable_values, context, **options), context)
        return self._masked(result, context)

    def text(self, wanted: Wanted) -> str | None:
        """Return the text of the document that a request wants; None for one that is not run."""
        try:
            return self.trusted.text(wanted)
        except ClientError:
            return None

    def reads(self, text: str | None, operation_name: str | None) -> bool:
        """Return whether the operation of a document that was executed is a query."""
        return self._kind(text, operation_name) == OperationType.QUERY.value

    async def listens(self, text: str | None, operation_name: str | None) -> bool:
        """Return whether the operation of a document is a subscription. Prepares the document."""
        if text:
            await prepare_in_turns(self._schema, text)
        return self._kind(text, operation_name) == OperationType.SUBSCRIPTION.value

    def _kind(self, text: str | None, operation_name: str | None) -> str | None:
        operations = prepared(self._schema, text or "").operations
        found = operations.get(operation_name or next(iter(operations), None))
        return found.kind.value if found is not None else None

    async def _run(self, query: str | None, variables: Any, context: Context, **options: Any) -> ExecutionResult:
        ready = prepared(self._schema, query or "")
        operation = _compiled(ready, options.get("operation_name") or next(iter(ready.operations), None))
        if operation is None or not _allowed(operation, options.get("allowed_operation_types")):
            return await super().execute(query, variable_values=variables, context_value=context, **options)
        values = operation.variables(variables)
        if isinstance(values, list):
            return ExecutionResult(data=None, errors=values)
        done = await compiled.execute(operation.plan(values), None, context, values, MAX_ERRORS)
        return ExecutionResult(data=done.data, errors=done.errors)

    async def stream(  # type: ignore[override]
        self,
        query: Wanted | str | None,
        *,
        variable_values: Any = None,
        context_value: Context | None = None,
        **options: Any,
    ) -> AsyncIterator[ExecutionResult]:
        """Execute one operation over a WebSocket, with its own context.

        Raises, from its results, what ends the whole connection.
        """
        context = (context_value or Context()).for_operation()
        request_log.numbered(context.request_id)
        text, refused = await self._admitted(query, variable_values, options.get("operation_name"), context)
        if refused:
            return _once(self._masked(refused, context))
        results = await super().stream(text, variable_values=variable_values, context_value=context, **options)
        return self._each(results, context)

    async def _admitted(
        self, query: Wanted | str | None, variables: Any, operation_name: str | None, context: Context
    ) -> tuple[str | None, PreExecutionError | None]:
        """Return the text of the document that a request wants, and why it is not run."""
        try:
            text = self.trusted.text(query if isinstance(query, Wanted) else Wanted(query))
        except ClientError as error:
            return None, PreExecutionError(data=None, errors=[error])
        if text:
            await prepare_in_turns(self._schema, text)
        return text, self._refused(text, variables, operation_name, context)

    def _refused(
        self, query: str | None, variables: Any, operation_name: str | None, context: Context
    ) -> PreExecutionError | None:
        ready = prepared(self._schema, query) if query else None
        request_log.named(ready.document if ready else None, operation_name)
        errors = ready.errors if ready else ()
        if not errors and long_list(variables):
            errors = (GraphQLError(f"at most {MAX_LIST} values in a list of the variables"),)
        if not errors and not operation_name and ready and _has_several(ready.document):
            # Strawberry would run the first.
            errors = (GraphQLError("say by `operationName` which of the document's operations is meant"),)
        if not errors and ready:
            errors = _charged(ready, variables, operation_name, context)
        return PreExecutionError(data=None, errors=list(errors)) if errors else None

    async def _each(self, results: Any, context: Context) -> AsyncIterator[ExecutionResult]:
        try:
            async for result in results:
                for error in result.errors or ():
                    if isinstance(error.original_error, Closing):
                        raise error.original_error
                yield self._masked(await _counted(result, context), context)
        finally:
            await results.aclose()

    def _masked(self, result: ExecutionResult, context: Context) -> ExecutionResult:
        """Return the result with its errors as the client may see them."""
        if result.errors:
            hints = not self.trusted.only
            result.errors = [shown(error, context.request_id, hints=hints) for error in result.errors[:MAX_ERRORS]]
        return result


async def _counted(result: ExecutionResult, context: Context) -> ExecutionResult:
    """Count the persons whose data is in an answer; what can't be recorded is not answered."""
    shown, context.personal = context.personal, set()
    if shown and context.viewer.account_id is not None:
        try:
            await reads.shown(context.viewer.account_id, shown)
        except Unavailable as error:
            return ExecutionResult(data=None, errors=[GraphQLError(str(error), original_error=error)])
    return result


def _compiled(ready: Document, name: str | None) -> plans.Operation | None:
    """Return the operation of this name, to be run by a plan; None for one that graphql-core is to run."""
    return ready.plans.get(name) if current().executor is Executor.COMPILED else None


def _allowed(operation: plans.Operation, types: Iterable[OperationType] | None) -> bool:
    """Return whether the transport runs operations of this kind; Strawberry refuses the others."""
    return types is not None and any(operation.node.operation.value == kind.value for kind in types)


def _charged(ready: Document, variables: Any, operation_name: str | None, context: Context) -> tuple[GraphQLError, ...]:
    """Charge an operation. Return why it costs more than its viewer may spend, at once or by now; empty for one that
    runs."""
    name = operation_name or next(iter(ready.operations), None)
    operation = ready.operations.get(name)
    if operation is None:  # Strawberry reports that there is none
        return ()
    units, limit = operation.cost(variables), operation.limit(signed_in=context.viewer.signed_in)
    if units > limit:
        return (CostExceeded(units, limit),)
    try:
        if operation.personal and context.viewer.account_id is not None:
            reads.check(context.viewer.account_id)
        if context.spend is not None:
            context.spend(units)
    except OverQuota as spent:
        return (GraphQLError(str(spent), original_error=spent),)
    return ()


def _has_several(document: DocumentNode | None) -> bool:
    definitions = document.definitions if document else ()
    return sum(isinstance(node, OperationDefinitionNode) for node in definitions) > 1


async def _once(result: ExecutionResult) -> AsyncIterator[ExecutionResult]:
    yield result
