"""Limits on what may be asked, as validation rules made once: rules made per request would never hit the cache."""

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode, ValidationContext, ValidationRule
from strawberry.extensions import MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter, SchemaExtension

MAX_DEPTH = 12
MAX_ALIASES = 20
MAX_TOKENS = 1200
MAX_DIRECTIVES = 20
MAX_OPERATIONS = 10


class DocumentLimits(ValidationRule):
    """At most so many directives, and operations in one document."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.directives = 0
        operations = [node for node in context.document.definitions if isinstance(node, OperationDefinitionNode)]
        if len(operations) > MAX_OPERATIONS:
            context.report_error(GraphQLError(f"at most {MAX_OPERATIONS} operations in a document"))

    def enter_directive(self, *_: object) -> None:
        """Count one more."""
        self.directives += 1
        if self.directives == MAX_DIRECTIVES + 1:
            self.report_error(GraphQLError(f"at most {MAX_DIRECTIVES} directives in a document"))


RULES = (
    *QueryDepthLimiter(max_depth=MAX_DEPTH).validation_rules,
    *MaxAliasesLimiter(max_alias_count=MAX_ALIASES).validation_rules,
    DocumentLimits,
)


class Limits(SchemaExtension):
    """Adds the rules above to each operation."""

    def on_operation(self) -> Iterator[None]:
        """Strawberry's hook around one operation."""
        self.execution_context.validation_rules = self.execution_context.validation_rules + RULES
        yield


def token_limit() -> MaxTokensLimiter:
    """Parsing stops at so many tokens, before validation, whose cost is quadratic in them."""
    return MaxTokensLimiter(max_token_count=MAX_TOKENS)
