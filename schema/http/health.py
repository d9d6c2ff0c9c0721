"""What a supervisor and a load balancer are told: whether the process lives, and whether it can serve."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.db.readiness import CannotWrite, Writing
from services.kit import deadlines
from services.kit.errors import ClocksDiffer, NoConnection, Overloaded, Unavailable
from services.work import worker

WITHIN_SECONDS = 3.0


async def alive(_: Request) -> Response:
    """Answer that this process answers, whatever the database does: who does not get this restarts the process."""
    return JSONResponse({"status": "ok"})


class Ready:
    """Answer whether this worker's database answers and takes writes, and both clocks agree; 503 when not, within
    seconds.

    It takes no turn, so simultaneous checks share one look-up. A worker whose connections are all in use is well:
    taking it out would only press the others harder.
    """

    def __init__(self) -> None:
        self._looking: asyncio.Task[None] | None = None
        self._writing = Writing()

    async def answer(self, _: Request) -> Response:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            await asyncio.shield(self._looking)
        except NoConnection:
            return JSONResponse({"status": "busy"})
        except ClocksDiffer as error:
            return JSONResponse({"status": "clocks differ", "detail": str(error)}, 503)
        except CannotWrite as error:
            return JSONResponse({"status": "cannot write", "detail": str(error)}, 503)
        except Overloaded as error:  # without a queue here, this means that the database does not answer
            raise Unavailable(str(error)) from error
        return JSONResponse({"status": "ok"})

    async def _look(self) -> None:
        deadlines.start(WITHIN_SECONDS)
        await worker.check()
        await self._writing.check()
