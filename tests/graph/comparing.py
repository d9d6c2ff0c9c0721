"""Answers compared: where they are null because of their errors."""

from typing import Any


def null_place(data: Any, path: list[str | int]) -> tuple[str | int, ...]:
    """Return the place at which an answer is null for the sake of an error at `path`: there, or above."""
    for step, key in enumerate(path):
        if data is None:
            return tuple(path[:step])
        data = data[key]
    assert data is None, "an error stands at a null"
    return tuple(path)
