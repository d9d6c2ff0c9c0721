"""Shops of a roster, few and kept in memory: entered, corrected, given a first cashier."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import AreaKind, ShopKind, ShopState
from services.db import database
from services.kit.names import sql_agree
from services.kit.phones import mask_phone
from services.kit.secrets import phone_columns, phone_index
from services.kit.viewer import inside
from services.roster.places import OUTSIDE, Spot
from services.roster.records import Place, ShopRecord
from services.roster.sql import NEW_ID, OTHER_NAME, Import, bare
from services.sheets import cells
from services.shops import invitations, past_hours
from services.shops.staff import MAX_STAFF
from services.shops.table import MAX_OPEN_ENTRIES

KINDS = {ShopKind.SHOP: "店铺", ShopKind.PARTNER: ShopKind.PARTNER.label}
HEADINGS = {
    "category": "类别",
    "address": "地址",
    "latitude": "纬度",
    "longitude": "经度",
    "opening_hours": "营业时间",
    "monthly_ceiling_fen": "每月让利上限(元)",
    "staff": "店员电话",
}
PARTICULARS = tuple(column for column in HEADINGS if column != "staff")
_COLUMNS = f"id, area_id, kind, name, state, entered_by_id, {', '.join(PARTICULARS)}"
TAKING_PART = (ShopState.ACTIVE, ShopState.SUSPENDED)
_DEGREES_DIGITS = 7  # to the centimetre

Name = tuple[UUID, str]  # the community, and the key of the name's spellings


@dataclass(slots=True)
class Planned:
    """A shop of the roster and its plan. `record` None: it is in the database alone."""

    id: UUID
    state: ShopState
    area_id: UUID
    name: str
    kind: ShopKind
    own_entry: bool  # entered by this importer and not yet decided
    record: ShopRecord | None = None
    number: int = 0
    fresh: bool = False
    columns: list[str] = field(default_factory=list)
    hours_were: str = ""
    old: dict[str, Any] = field(default_factory=dict)  # of the columns
    values: dict[str, Any] = field(default_factory=dict)


class Shops:
    """The shops of one import and those in the database, by community and name."""

    def __init__(self, work: Import, spots: dict[Place, dict[AreaKind, Spot]]) -> None:
        self.planned: dict[Name, Planned] = {}
        self.refused: set[Name | None] = {None}
        self._work, self._spots = work, spots
        self._left: set[Name] = set()
        self._staff: dict[UUID, dict[bytes, bool]] = {}  # the staff's phones, and whether each is an owner's

    def name_of(self, place: Place, name: str) -> Name | None:
        """Return a shop's key; None for a place out of reach."""
        spot = self._spots[place].get(AreaKind.COMMUNITY)
        return (spot.id, cells.key(name)) if spot else None

    def approved(self, place: Place) -> bool:
        """Return whether shops entered there need no approval."""
        spot = self._spots[place].get(AreaKind.COMMUNITY)
        return spot is not None and inside(spot.path, self._work.importer.approves)

    async def plan(self, records: list[ShopRecord]) -> None:
        """Match the shops with those of their communities, plan each and record problems."""
        communities = {at[AreaKind.COMMUNITY].id for at in self._spots.values() if AreaKind.COMMUNITY in at}
        await self._read(list(communities))
        for number, record in enumerate(records, start=1):
            self._plan(number, record)
        entries = [one for one in self.planned.values() if one.fresh and one.own_entry]
        if entries and await self._open_entries() + len(entries) > MAX_OPEN_ENTRIES:
            last = entries[-1].record
            assert last is not None, "what is fresh was on the roster"
            message = f"您录入的待审核店铺最多 {MAX_OPEN_ENTRIES} 家，请等待审核，或请区管理员导入"
            self._work.refuse(last.line, "", "", message)

    async def _read(self, communities: list[UUID]) -> None:
        states = [ShopState.APPLIED, *TAKING_PART, ShopState.LEFT]
        rows = await database.fetch(
            f"SELECT {_COLUMNS} FROM shops WHERE area_id = ANY($1) AND state = ANY($2) ORDER BY id", communities, states
        )
        for row in rows:
            name = _name(row)
            if row["state"] == ShopState.LEFT:
                self._left.add(name)
                continue
            me = self._work.importer.account_id
            own = me is not None and row["entered_by_id"] == me and row["state"] == ShopState.APPLIED
            values = {column: row[column] for column in PARTICULARS}
            self.planned[name] = Planned(
                row["id"],
                ShopState(row["state"]),
                row["area_id"],
                row["name"],
                ShopKind(row["kind"]),
                own,
                values=values,
            )
        await self._read_staff([one.id for one in self.planned.values()])

    async def _read_staff(self, shop_ids: Sequence[UUID]) -> None:
        staff = await database.fetch(
            "SELECT m.shop_id, a.phone_index, m.owner FROM memberships m JOIN accounts a ON a.id = m.account_id"
            " WHERE m.shop_id = ANY($1) AND m.revoked_at IS NULL"
            " UNION ALL SELECT s.id, a.phone_index, true FROM shops s JOIN accounts a ON a.id = s.applied_by_id"
            " WHERE s.id = ANY($1) AND s.state = 'APPLIED'"
            " UNION ALL SELECT shop_id, phone_index, owner FROM invitations WHERE shop_id = ANY($1) AND state = 'OPEN'",
            list(shop_ids),
        )
        self._staff = {}
        for row in staff:
            owns = self._staff.setdefault(row["shop_id"], {})
            owns[row["phone_index"]] = owns.get(row["phone_index"], False) or row["owner"]

    async def _open_entries(self) -> int:
        return await database.fetch_value(
            "SELECT count(*) FROM shops WHERE state = 'APPLIED' AND entered_by_id = $1", self._work.importer.account_id
        )

    def _plan(self, number: int, record: ShopRecord) -> None:
        name = self.name_of(record.place, record.name)
        if name is None:
            self._work.refuse(record.line, "社区", record.place.community, OUTSIDE)
            return
        found = self.planned.get(name)
        if found is None:
            if name in self._left:
                message = "这家店铺已经退出，请删除此行；如重新加入，请由店铺提出申请"
                self._work.refuse(record.line, "店名", record.name, message)
                self.refused.add(name)
                return
            found = self.planned[name] = self._fresh(name[0], record)
        elif found.kind != record.kind:
            message = f"同名的是{found.kind.label}，不是{record.kind.label}，请核对名称，或换到那一张表里"
            self._work.refuse(record.line, "店名", record.name, message)
            self.refused.add(name)
            return
        elif found.record is not None:
            if _content(found.record) != _content(record):
                first = found.record.line
                message = f"与“{first.sheet}”第 {first.row} 行是同一家店铺，内容却不同，请更正或删除其中一行"
                self._work.refuse(record.line, "店名", record.name, message)
            return
        found.record, found.number = record, number
        self._compare(found, record)

    def _fresh(self, area_id: UUID, record: ShopRecord) -> Planned:
        approved = self.approved(record.place)
        state = ShopState.ACTIVE if approved else ShopState.APPLIED
        unsaid: dict[str, Any] = {"opening_hours": "", "monthly_ceiling_fen": None}
        return Planned(uuid7(), state, area_id, record.name, record.kind, not approved, fresh=True, values=unsaid)

    def _compare(self, found: Planned, record: ShopRecord) -> None:
        wanted = _values(record)
        if not found.fresh:
            found.columns = [column for column in wanted if not _same(found.values[column], wanted[column])]
            staff = self._staff.get(found.id, {})
            owns = staff.get(phone_index(record.staff_phone)) if record.staff_phone else True
            if owns is None or record.staff_owner > owns:
                found.columns.append("staff")
            if found.columns and not (found.own_entry or self.approved(record.place)):
                words = "、".join(HEADINGS[column] for column in found.columns)
                message = f"{words}与系统里的不同：店铺资料由店铺自己或区管理员修改，请照系统填写，或删除此行"
                self._work.refuse(record.line, "店名", record.name, message)
            if owns is None and len(staff) >= MAX_STAFF:
                message = f"每家店铺最多 {MAX_STAFF} 位店员，请先移除一些"
                self._work.refuse(record.line, "店员电话", "", message)
        found.old = {column: found.values[column] for column in found.columns if column in wanted}
        found.values = found.values | wanted

    async def plan_cashiers(self) -> None:
        """Put the people to invite to shops into `roster_cashiers`."""
        rows = []
        for one in self._listed():
            assert one.record is not None, "it is listed"
            if one.record.staff_phone and (one.fresh or "staff" in one.columns):
                phone = phone_columns(one.record.staff_phone)
                name = one.record.staff_name or one.name
                owner = one.record.staff_owner
                rows.append((one.number, one.id, owner, name, phone["phone_index"], phone["phone_encrypted"]))
        if rows:
            columns = ("number", "shop_id", "owner", "name", "phone_index", "phone_encrypted")
            await database.copy("roster_cashiers", columns, rows)

    async def _check_cashiers(self) -> None:
        """Record cashiers whose phone has an account of another name: a mistyped phone would invite a stranger. Runs
        after the accounts of this roster's own people exist."""
        rows = await database.fetch(
            "SELECT c.number FROM roster_cashiers c JOIN accounts a USING (phone_index)"
            f" WHERE NOT {sql_agree('c.name', 'a.display_name')}"
        )
        others = {row["number"] for row in rows}
        for one in self._listed():
            if one.record is not None and one.number in others:
                self._work.refuse(one.record.line, "店员电话", mask_phone(one.record.staff_phone or ""), OTHER_NAME)

    def _listed(self) -> list[Planned]:
        return [one for one in self.planned.values() if one.record is not None]

    @property
    def wanted(self) -> list[Planned]:
        """Return the shops to add or change."""
        return [one for one in self._listed() if one.fresh or one.columns]

    async def compare_again(self, shop_ids: Sequence[UUID]) -> None:
        """Lock shops by id and compare the roster with them again; the caller has their turns.

        Records shops decided since the look-up, for the importer's rights followed from their state, and renamed ones:
        the row would mean another shop now.
        """
        rows = await database.fetch(
            f"SELECT {_COLUMNS} FROM shops WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(shop_ids)
        )
        now = {row["id"]: row for row in rows}
        await self._read_staff(shop_ids)
        for name, one in self.planned.items():
            row = now.get(one.id)
            if row is None:
                continue
            if one.record is not None and (row["state"] != one.state or _name(row) != name):
                message = "导入时这家店铺刚刚获得批准、暂停、退出或改名，请重新导入"
                self._work.refuse(one.record.line, "店名", one.name, message)
            elif one.record is not None:
                one.hours_were = row["opening_hours"]
                one.values = {column: row[column] for column in PARTICULARS}
                self._compare(one, one.record)

    async def write(self) -> None:
        """Insert the new shops, and update what differs in the others, locked by `compare_again`. The accounts
        exist."""
        await self._check_cashiers()
        fresh, changed = [one for one in self.wanted if one.fresh], [one for one in self.wanted if not one.fresh]
        me = self._work.importer.account_id
        await database.copy(
            "shops",
            ("id", "area_id", "kind", "name", *PARTICULARS, "state", "state_reason", "entered_by_id", "created_at"),
            [
                (
                    one.id,
                    one.area_id,
                    one.kind.value,
                    one.name,
                    *(one.values[column] for column in PARTICULARS),
                    one.state.value,
                    "",
                    me if one.own_entry else None,
                    self._work.at,
                )
                for one in fresh
            ],
        )
        alike: dict[tuple[str, ...], list[Planned]] = defaultdict(list)
        for one in changed:
            alike[tuple(column for column in one.columns if column in PARTICULARS)].append(one)
        for columns, shops in alike.items():
            if columns:
                assignments = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, start=2))
                await database.execute_many(
                    f"UPDATE shops SET {assignments} WHERE id = $1",
                    [(one.id, *(one.values[column] for column in columns)) for one in shops],
                )
            if "opening_hours" in columns:
                for one in shops:
                    past_hours.keep(one.id, one.hours_were)
        await self._invite()
        for action, which in (("roster.add", fresh), ("roster.change", changed)):
            details = {one.id: _details(one) for one in which}
            await self._work.audit_each(action, "Shop", {one.id: one.columns for one in which}, details)

    async def _invite(self) -> None:
        """Invite a shop's contact (联系人) to own it, or a cashier (店员) to work there. (The first to join owns it
        anyway.)

        In a shop that waits for approval the invited person is the applicant: earlier invitations end.
        """
        at, me = self._work.at, self._work.importer.account_id
        await database.bulk(
            "UPDATE invitations i SET phone_index = NULL, phone_encrypted = NULL, ended_at = $1,"
            " state = CASE WHEN i.expires_at <= $1 THEN 'EXPIRED' ELSE 'WITHDRAWN' END"
            " FROM roster_cashiers c JOIN shops s ON s.id = c.shop_id WHERE i.shop_id = c.shop_id AND i.state = 'OPEN'"
            " AND (i.expires_at <= $1 OR (s.state = 'APPLIED' AND i.phone_index <> c.phone_index))",
            at,
        )
        await database.bulk(
            f"""
            WITH made AS (
                INSERT INTO invitations (id, role, shop_id, owner, name, phone_encrypted, phone_index, state,
                    invited_by_id, created_at, expires_at)
                SELECT {NEW_ID}, 'SHOP_STAFF', shop_id, owner, name, phone_encrypted, phone_index, 'OPEN', $2, $1, $3
                FROM roster_cashiers
                ON CONFLICT (phone_index, shop_id) WHERE state = 'OPEN' AND shop_id IS NOT NULL
                DO UPDATE SET owner = invitations.owner OR excluded.owner, name = excluded.name,
                    expires_at = excluded.expires_at RETURNING id, shop_id, owner
            )
            INSERT INTO audit_entries (id, account_id, action, subject, subject_id, details, occurred_at)
            SELECT {NEW_ID}, $2, 'invitation.make', 'Invitation', id,
                jsonb_build_object('import', $4::text, 'shop_id', shop_id, 'owner', owner), $1 FROM made
            """,
            at,
            me,
            at + invitations.VALID_FOR,
            str(self._work.id),
        )

    def summarize(self) -> None:
        """Report what became of the shops."""
        listed = self._listed()
        for kind, word in KINDS.items():
            of_kind = [one for one in listed if one.kind == kind]
            added, changed = sum(one.fresh for one in of_kind), sum(bool(one.columns) for one in of_kind)
            self._work.count(word, added, changed, len(of_kind) - added - changed)
        for one in listed:
            if one.columns and one.record is not None:
                words = tuple(HEADINGS[column] for column in one.columns)
                self._work.changed(one.record.line, f"{KINDS[one.kind]} {one.name}", words)


def _details(one: Planned) -> dict[str, Any]:
    """Return the audit's details of a changed shop: old and new values."""
    if not one.old:
        return {}
    return {"old": one.old, "new": {column: one.values[column] for column in one.old}}


def _values(record: ShopRecord) -> dict[str, Any]:
    """Return the record's particulars of a shop, by column."""
    values = {column: getattr(record, column) for column in PARTICULARS if column not in record.left_out}
    degrees = {column: round(values[column], _DEGREES_DIGITS) for column in ("latitude", "longitude")}
    return values | degrees | {"category": record.category.value}


def _name(row: dict[str, Any]) -> Name:
    return row["area_id"], cells.key(row["name"])


def _content(record: ShopRecord) -> tuple[Any, ...]:
    return (*_values(record).items(), record.staff_phone)


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return bare(old) == bare(new)
    if isinstance(old, float):
        return round(old, _DEGREES_DIGITS) == new
    return bool(old == new)
