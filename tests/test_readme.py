"""The README's story works as pasted, in a shell, against a served demo."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from services import demo
from services.demo.size import SMALL
from tests.servers import Server

ROOT = Path(__file__).parents[1]


def story() -> str:
    """The commands under the story's heading, for the interpreter that runs the tests."""
    text = (ROOT / "README.md").read_text()
    found = re.search(r"^## The story, by hand$.*?^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[1].replace(".venv/bin/python", sys.executable)


async def test_the_story_works_as_pasted_and_again(
    db: None, database_url: str, servers: Callable[[int], list[Server]]
) -> None:
    assert await demo.seed(database_url, lambda what, done, of: None, SMALL)
    port = str(urlsplit(servers(1)[0].url).port)
    for _ in range(2):
        run = await asyncio.create_subprocess_exec(
            "sh", "-e", "-c", story(), cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url, "PORT": port},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        output, complaints = await run.communicate()
        assert run.returncode == 0, complaints.decode()
        answers = [json.loads(line)["data"] for line in output.decode().splitlines() if line]
        operations = [next(iter(answer)) for answer in answers]
        assert operations == [
            "wishSubmit", "wishDispatch", "wishAccept", "wishComplete", "wishRate", "viewer", "redemptionPrepare",
            "redemptionConfirm", "leaderboard",
        ]  # fmt: skip
        by_name = dict(zip(operations, answers, strict=True))
        assert all(answer.get("errors", []) == [] for data in answers for answer in data.values())
        assert by_name["wishRate"]["wishRate"]["wish"]["stars"] == 5
        newest = by_name["viewer"]["viewer"]["householdHead"]["pointsEntries"]["edges"][0]["node"]
        assert (newest["kind"], newest["points"]) == ("REWARD_POSTED", 25)
        assert by_name["redemptionConfirm"]["redemptionConfirm"]["redemption"]["savedFen"] == 1760
        assert by_name["leaderboard"]["leaderboard"]["me"]["points"] >= 25
