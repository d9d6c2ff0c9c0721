"""Validation as graphql-core's `validate` does it, without leaving garbage that only the collector could free.

Visitors keep their own methods, and so lead back to themselves; of one document they are thousands of objects, some of
which lead to the document. A collection in the midst of them makes them old, and of what is old all that the process
holds must be walked to find what is garbage. Here they are taken apart at the end.
"""

from collections.abc import Iterable
from typing import Any

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, GraphQLSchema, TypeInfo, TypeInfoVisitor
from graphql.language import Node, ParallelVisitor, Visitor, visit
from graphql.validation import ASTValidationRule, ValidationContext
from graphql.validation.validate import (
    FragmentNestingVisitor,
    ValidationAbortedError,
    query_document_keys_to_validate,
)
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor


def walk(node: Node, visitor: Visitor) -> None:
    """Visit a node and all below it, and take the visitor's keeping of its own methods apart."""
    visit(node, visitor)
    visitor.enter_leave_map.clear()


class _Context(ValidationContext):
    """A context whose visitors for variables are taken apart, too."""

    def get_variable_usages(self, node: Any) -> list[VariableUsage]:
        """Return the variables used in an operation or fragment."""
        if node not in self._variable_usages:
            found = VariableUsageVisitor(self._type_info, node if isinstance(node, FragmentDefinitionNode) else None)
            with_types = TypeInfoVisitor(self._type_info, found)
            visit(node, with_types)
            self._variable_usages[node] = found.usages
            _take_apart(found, with_types)
        return self._variable_usages[node]


def validate(
    schema: GraphQLSchema, document: DocumentNode, rules: Iterable[type[ASTValidationRule]], max_errors: int
) -> list[GraphQLError]:
    """Return what is wrong with a document by these rules: at most `max_errors`, and that there are more."""
    errors: list[GraphQLError] = []

    def on_error(error: GraphQLError) -> None:
        if len(errors) >= max_errors:
            raise ValidationAbortedError("Too many validation errors, error limit reached. Validation aborted.")
        errors.append(error)

    type_info = TypeInfo(schema)
    context = _Context(schema, document, type_info, on_error, False, True)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    visitors: list[Visitor] = [FragmentNestingVisitor(fragments)] if fragments else []
    visitors += [rule(context) for rule in rules]
    together = ParallelVisitor(visitors)
    with_types = TypeInfoVisitor(type_info, together)
    try:
        visit(document, with_types, query_document_keys_to_validate)
    except ValidationAbortedError as error:
        error.__context__ = None
        errors.append(error.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError("Validation aborted."))
    finally:
        _take_apart(*visitors, together, with_types, context, type_info)
    return errors


def _take_apart(*objects: object) -> None:
    for one in objects:
        vars(one).clear()
