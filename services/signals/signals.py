"""Signals (异常提示) of unusual activity, for a human to judge. Nothing else in the system reads them or acts on
them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import SignalAction, SignalJudgement, SignalKind, SignalState
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, lies_in, one_of
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.signals import rules
from services.signals.rules import Figures
from services.writes.write import write

MAX_JUDGEMENT = 200

COLUMNS = f"""
    g.id, g.kind, g.day, g.figures AS content, g.raised_at, g.state,
    g.shop_id, {areas.path_of("s.area_id")} AS shop_path,
    g.other_shop_id, {areas.path_of("o.area_id")} AS other_shop_path,
    g.head_id, {areas.path_of("hh.grid_id")} AS head_path, g.household_id, g.judged_by_id,
    j.display_name AS judged_by_name, g.judged_at, g.judgement
"""
SOURCE = """
    signals g
    LEFT JOIN shops s ON s.id = g.shop_id
    LEFT JOIN shops o ON o.id = g.other_shop_id
    LEFT JOIN household_heads hh ON hh.id = g.head_id
    LEFT JOIN accounts j ON j.id = g.judged_by_id
"""
# Looked up, not joined: so a list goes along one index of signals.
_SHOPS_AREA = "(SELECT area_id FROM shops WHERE id = g.shop_id)"
_OTHER_SHOPS_AREA = "(SELECT area_id FROM shops WHERE id = g.other_shop_id)"
_HEADS_GRID = "(SELECT grid_id FROM household_heads WHERE id = g.head_id)"
NEWEST_FIRST = Keyset("signals", {"id": ("g.id", UUID)}, descending=True)


@dataclass(frozen=True, slots=True)
class Flag:
    """A signal to raise. `key` identifies, within its kind, what it is about and when."""

    key: str
    day: date
    figures: Figures
    shop_id: UUID | None = None
    head_id: UUID | None = None
    household_id: UUID | None = None
    other_shop_id: UUID | None = None


async def raise_alert(
    kind: SignalKind,
    key: str,
    day: date,
    figures: Figures,
    *,
    shop_id: UUID | None = None,
    head_id: UUID | None = None,
    household_id: UUID | None = None,
    other_shop_id: UUID | None = None,
) -> bool:
    """Raise a signal about a shop or a head, inside the caller's transaction; return whether it is new.

    The same kind and key again changes nothing. `figures` are those of the kind. Two statements.
    """
    assert kind == figures.KIND, "each kind has its own figures"
    return await raise_all([Flag(key, day, figures, shop_id, head_id, household_id, other_shop_id)]) == 1


async def raise_all(flags: Sequence[Flag]) -> int:
    """Raise several signals inside the caller's transaction; return how many are new. Two statements at most."""
    if not flags:
        return 0
    # In one order, so that concurrent writers of the same signals never deadlock.
    rows = sorted(flags, key=lambda flag: (flag.figures.KIND, flag.key))
    raised = await database.fetch(
        """
        INSERT INTO signals
            (id, kind, key, day, figures, shop_id, head_id, household_id, other_shop_id, raised_at, state)
        SELECT flag.*, $10, $11 FROM unnest(
            $1::uuid[], $2::text[], $3::text[], $4::date[], $5::jsonb[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[]
        ) AS flag
        ON CONFLICT (kind, key) DO NOTHING RETURNING id, kind, day
        """,
        [uuid7() for _ in rows],
        [flag.figures.KIND.value for flag in rows],
        [flag.key for flag in rows],
        [flag.day for flag in rows],
        [json.dumps(rules.stored(flag.figures)) for flag in rows],
        [flag.shop_id for flag in rows],
        [flag.head_id for flag in rows],
        [flag.household_id for flag in rows],
        [flag.other_shop_id for flag in rows],
        clock.now(),
        SignalState.OPEN.value,
    )
    details = {row["id"]: {"kind": row["kind"], "day": row["day"].isoformat()} for row in raised}
    audit.record_each(None, "signal.raise", "Signal", details, details)
    return len(details)


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal, as it is read. The paths are the areas of its subjects."""

    id: UUID
    kind: SignalKind
    day: date
    content: str
    raised_at: datetime
    state: SignalState
    shop_id: UUID | None
    shop_path: str | None
    other_shop_id: UUID | None
    other_shop_path: str | None
    head_id: UUID | None
    head_path: str | None
    household_id: UUID | None
    judged_by_id: UUID | None
    judged_by_name: str | None
    judged_at: datetime | None
    judgement: str | None

    @property
    def figures(self) -> Figures:
        """The figures that raised it."""
        return rules.read(self.kind, json.loads(self.content))

    @property
    def paths(self) -> list[str]:
        """The areas of its subjects."""
        return [path for path in (self.shop_path, self.other_shop_path, self.head_path) if path is not None]


def concerns(viewer: Viewer, signal: Signal) -> bool:
    """Return whether the signal is about the viewer: as shop staff, head or resident."""
    return (
        bool({signal.shop_id, signal.other_shop_id} & set(viewer.shop_ids))
        or (viewer.head_id is not None and viewer.head_id == signal.head_id)
        or signal.household_id in viewer.household_ids
    )


def may_judge(viewer: Viewer, signal: Signal) -> bool:
    """Return whether the viewer may judge it: administrators above, for wrong codes also community staff; never its
    subjects."""
    judges = viewer.manage_paths if signal.kind == SignalKind.CODE_GUESSES else viewer.admin_paths
    return any(inside(path, judges) for path in signal.paths) and not concerns(viewer, signal)


def available_actions(viewer: Viewer, signal: Signal) -> list[SignalAction]:
    """Return the actions that the viewer may take on the signal now."""
    open_to = signal.state == SignalState.OPEN and may_judge(viewer, signal)
    return [SignalAction.JUDGE] if open_to else []


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `signals g`: administrators and auditors above the shop or the head, but never its
    subjects. Wrong codes, of which the shop's owners are alerted anyway: staff, administrators and auditors above the
    shop."""
    shops, households = args(list(viewer.shop_ids)), args(list(viewer.household_ids))
    above = any_of(lies_in(at, viewer.control_paths, args) for at in (_SHOPS_AREA, _OTHER_SHOPS_AREA, _HEADS_GRID))
    guesses = f"g.kind = '{SignalKind.CODE_GUESSES}'"
    return (
        f"CASE WHEN {guesses} THEN {lies_in(_SHOPS_AREA, viewer.shop_paths, args) or 'false'} ELSE {above} AND ("
        f"g.shop_id = ANY({shops}) OR g.other_shop_id = ANY({shops}) OR g.head_id = {args(viewer.head_id)}"
        f" OR g.household_id = ANY({households})) IS NOT TRUE END"
    )


READING = Reading(Signal, COLUMNS, SOURCE, "g.id", visible_to)
by_ids = READING.by_ids


async def to_judge(
    viewer: Viewer,
    area_id: UUID | None,
    kinds: Sequence[SignalKind] | None,
    states: Sequence[SignalState] | None,
    page: PageRequest,
    only: Only = None,
) -> Page[Signal] | None:
    """Return a page of the signals about the shops and heads of an area that the viewer may see, newest first; without
    `states`, the open ones.

    Without `area_id`, all of them; None when the viewer has no such work, or the area is out of reach. Two statements.
    """
    _, paths = await areas.reach(viewer, area_id, viewer.shop_paths)
    if not paths:
        return None
    args = Args()
    branches, wanted = [], [visible_to(viewer, args)]
    open_ones = states is None or set(states) == {SignalState.OPEN}
    shops, grids = areas.shops_in(paths, args), areas.grids_in(paths, args)
    if kinds is not None or not (open_ones or shops):  # the district's that were judged have an index by kind
        branches.append(one_of("kind", SignalKind if kinds is None else kinds, args))
        wanted.append("g.kind = one_kind.kind")
    if open_ones:  # few, each waiting for somebody, and with indexes of their own
        wanted.append(f"g.state = '{SignalState.OPEN}'")
    else:
        branches.append(one_of("state", states or (), args))
        wanted.append("g.state = one_state.state")
    if not shops:
        where = NEWEST_FIRST.merged(page, args, "signals g", branches, wanted)
    else:
        heads = f"(SELECT h.id FROM {grids[0]} JOIN household_heads h ON h.grid_id = place.id) place"
        firsts = [
            NEWEST_FIRST.firsts(page, args, "signals g", [subjects, *branches], [f"{subject} = place.id", *wanted])
            for subject, subjects in (("g.shop_id", shops[0]), ("g.other_shop_id", shops[0]), ("g.head_id", heads))
        ]
        where = f"g.id = ANY({' || '.join(firsts)})"
    return await READING.page(viewer, page, NEWEST_FIRST, where, args, only=only)


@write
async def judge(viewer: Viewer, signal_id: UUID, outcome: SignalJudgement, judgement: str) -> Signal:
    """Record the judgement of a signal. It has no other effect.

    Repeating it by the same account changes nothing. Raises INVALID_INPUT for an invalid judgement, NOT_FOUND,
    FORBIDDEN, and INVALID_STATE for one that is already judged. Locks the signal.
    """
    state, judgement = SignalState(outcome), text.clean(judgement, "judgement", least=1, most=MAX_JUDGEMENT)
    signal = (await by_ids(viewer, [signal_id])).get(signal_id)
    if signal is None:
        raise not_found("signalId")
    if concerns(viewer, signal):
        raise Refusal(ErrorCode.FORBIDDEN, "这条提示与您有关，须由另一位工作人员研判", "signalId")
    if not may_judge(viewer, signal):
        raise Refusal(ErrorCode.FORBIDDEN, "您不能研判这条提示", "signalId")
    touched = await database.execute(
        "UPDATE signals SET state = $2, judgement = $3, judged_by_id = $4, judged_at = $5"
        " WHERE id = $1 AND state = 'OPEN'",
        signal_id,
        state,
        judgement,
        viewer.account_id,
        clock.now(),
    )
    judged = (await by_ids(viewer, [signal_id]))[signal_id]
    if touched:
        audit.record(viewer.account_id, "signal.judge", "Signal", signal_id, state=state, kind=judged.kind)
    elif (judged.state, judged.judgement, judged.judged_by_id) != (state, judgement, viewer.account_id):
        raise Refusal(ErrorCode.INVALID_STATE, "这条提示已经研判，请刷新查看", "signalId")
    return judged
