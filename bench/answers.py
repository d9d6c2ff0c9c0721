"""Whether two answers say the same: ids, cursors and moments may be written differently, and a discount's benefit flat;
nothing else."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

MOMENTS = ("submittedAt", "deadlineAt")
CURSORS = ("cursor", "endCursor")
# A benefit is a union; whoever answers from a view has its columns.
KINDS = {"PercentOff": "PERCENT_OFF", "AmountOff": "AMOUNT_OFF", "Gift": "GIFT"}
COLUMNS = {"percent": "percentOff", "maxSavedFen": "maxSavedFen", "amountFen": "amountOffFen", "name": "gift"}


def plain(value: Any, key: str = "") -> Any:
    """Return an answer with bare UUIDs for ids, moments in UTC, benefits flat, and of each cursor only whether there is
    one."""
    if isinstance(value, dict):
        found = {name: plain(inner, name) for name, inner in value.items()}
        return found | _flat(found.pop("benefit")) if "benefit" in found else found
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if value is None:
        return None
    if key in CURSORS:
        return "a cursor"
    if key in MOMENTS:
        return datetime.fromisoformat(value).astimezone(UTC)
    return _uuid(value) if key == "id" else value


def _flat(benefit: dict[str, Any]) -> dict[str, Any]:
    kind = {"kind": KINDS[benefit.pop("__typename")]}
    given = {COLUMNS[name]: value for name, value in benefit.items()}
    return {**kind, **dict.fromkeys(COLUMNS.values()), **given} if given else kind


def _uuid(value: str) -> UUID:
    if len(value) == 36:
        return UUID(value)
    return UUID(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode().rpartition(":")[2])


def lifted(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the data of an answer; PostGraphile's `viewer { wishes }` where ours has `wishes` at the root."""
    data: dict[str, Any] = answer["data"]
    viewer = data.get("viewer")
    return viewer if isinstance(viewer, dict) and "wishes" in viewer else data


def difference(ours: Any, theirs: Any, path: str = "") -> str | None:
    """Return where and how two plain answers differ; None where they do not."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        found = (difference(ours[key], theirs[key], f"{path}.{key}") for key in ours)
        return next((one for one in found if one), None)
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        found = (difference(*pair, f"{path}[{place}]") for place, pair in enumerate(zip(ours, theirs, strict=True)))
        return next((one for one in found if one), None)
    return None if ours == theirs else f"{path}: {str(ours)[:200]} is {str(theirs)[:200]}"
