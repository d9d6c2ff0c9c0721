"""How dear each read is, as a multiple of the cheapest request, side by side in one run.

Serve the demo (`make demo`), then: `.venv/bin/python bench/reads.py` (PORT as for the demo).

Each round sends every operation once, in turn, so that the machine's moods fall on all alike. Printed is the median
over the rounds of (operation ÷ the cheapest request of the same round), with the quartiles.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
ROUNDS = 60
WARM_UP = 5
URL = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/graphql"

OPERATIONS: dict[str, tuple[str, dict[str, object]]] = {
    "Viewer": ("HOUSEHOLD_HEAD", {}),
    "HeadHome": ("HOUSEHOLD_HEAD", {}),
    "MyWishes": ("RESIDENT", {"first": 20}),
    "WishQueue": ("COMMUNITY_STAFF", {"first": 50}),
    "PointsHistory": ("HOUSEHOLD_HEAD", {"first": 50}),
    "Nearby": ("HOUSEHOLD_HEAD", {"latitude": 27.73, "longitude": 106.93, "first": 20}),
    "Leaderboard": ("HOUSEHOLD_HEAD", {"period": "MONTH", "first": 50}),
}


def token(role: str) -> str:
    """A demo token."""
    command = [sys.executable, "app.py", "token", "--role", role]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Measure and print."""
    tokens = {role: token(role) for role, _ in OPERATIONS.values()}
    bodies = {
        name: (
            json.dumps({"query": (ROOT / "docs/operations" / f"{name}.graphql").read_text(), "variables": variables}),
            tokens[role],
        )
        for name, (role, variables) in OPERATIONS.items()
    }
    bodies["(cheapest)"] = (json.dumps({"query": "{ viewer { displayName } }"}), tokens["HOUSEHOLD_HEAD"])
    seconds: dict[str, list[float]] = {name: [] for name in bodies}
    with httpx.Client() as client:
        for turn in range(WARM_UP + ROUNDS):
            for name, (body, bearer) in bodies.items():
                headers = {"content-type": "application/json", "authorization": f"Bearer {bearer}"}
                began = time.perf_counter()
                answer = client.post(URL, content=body, headers=headers)
                took = time.perf_counter() - began
                if answer.status_code != 200 or "errors" in answer.json():
                    sys.exit(f"{name}: {answer.text[:300]}")
                if turn >= WARM_UP:
                    seconds[name].append(took)
    cheapest = seconds.pop("(cheapest)")
    print(f"{'operation':16}{'median':>8}{'lower':>8}{'upper':>8}   (multiples of the cheapest request)")
    for name, taken in seconds.items():
        ratios = [one / base for one, base in zip(taken, cheapest, strict=True)]
        lower, median, upper = statistics.quantiles(ratios, n=4)
        print(f"{name:16}{median:8.1f}{lower:8.1f}{upper:8.1f}")


if __name__ == "__main__":
    main()
