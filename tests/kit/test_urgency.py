"""Whether the work at hand is a till's: said of a task and its children, and of nobody else."""

import asyncio

from services.kit import urgency


async def test_it_is_said_of_a_task_and_its_children() -> None:
    async def child() -> bool:
        return urgency.is_urgent()

    async def other() -> bool:
        urgency.start(urgent=False)
        return urgency.is_urgent()

    assert not urgency.is_urgent()
    urgency.start(urgent=True)
    assert urgency.is_urgent() and await asyncio.create_task(child())
    assert not await asyncio.create_task(other())
    assert urgency.is_urgent(), "what a child says is its own"
