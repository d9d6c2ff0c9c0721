"""What the inputs of mutations share."""

from typing import Annotated, Any

import strawberry

from models.enums import WishState

States = Annotated[
    list[WishState] | None, strawberry.argument(description="只要这些状态的。Only wishes in these states.")
]


def given(description: str, **options: Any) -> Any:
    """A field of an input."""
    return strawberry.field(description=description, **options)
