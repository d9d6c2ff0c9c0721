"""The schema, built once for all tests that only look at it."""

from graphql import GraphQLSchema

from schema import root

BUILT = root.build()
SCHEMA: GraphQLSchema = BUILT._schema
