"""The rules of the domain. Knows nothing of GraphQL or HTTP."""
