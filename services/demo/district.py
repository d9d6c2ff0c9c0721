"""The initial contents of the demo district, loaded in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import asdict
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from models.db import Marker
from models.enums import AgreementState, AreaKind, DiscountState, InvitationState, Role, ShopState, WishAction
from services.audit import log as audit
from services.db import database
from services.demo import MARKER
from services.demo.history import Year
from services.demo.keys import FOUNDED, founded
from services.demo.lives import Cast, Life, story, waiting
from services.demo.names import Names
from services.demo.partners import Agreement, agree, join
from services.demo.people import Head, Home, People, Person, address, employ
from services.demo.phones import phone
from services.demo.places import Place, Places, lay_out
from services.demo.rows import Batch, Rows, made_ahead, references_checked_last
from services.demo.settlements import Settlements
from services.demo.shops import Shop, open_shops
from services.demo.size import Size, random_for
from services.demo.tills import Tills
from services.kit import clock
from services.kit.secrets import phone_columns
from services.points import rewards, scores
from services.points.pricing import Rule
from services.shops.invitations import VALID_FOR

# The queue of a community when the district opens: how many wishes wait for which step.
QUEUE = {WishAction.DISPATCH: 3, WishAction.ACCEPT: 3, WishAction.COMPLETE: 2, WishAction.RATE: 2}
DAYS = 365
LOT = 25_000  # rows of one lot
SHOPPING = 1.15  # shop visits for each redemption: some find no discount in reach
AREA_ROLES = (Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)
Loaded = Callable[[int, int], None]


class District:
    """The planned demo district. Building it touches no database."""

    def __init__(self, size: Size, today: date) -> None:
        self.size = size
        self.places: Places = lay_out(size)
        self.people: People = employ(self.places, size)
        self.shops: list[Shop] = open_shops(self.places, size, today)
        self.partners: list[Shop] = join(self.places, size)
        self.agreements: list[Agreement] = agree(self.partners, self.people, size, today)

    @property
    def total_rows(self) -> int:
        """The approximate number of rows, for a progress bar."""
        accounts = sum(2 + len(head.homes) * 2 for head in self.people.heads)
        return self.size.households + accounts + 13 * self.size.history_wishes + 5 * self.size.heads

    def clusters(self) -> Iterator[tuple[Place, list[Head]]]:
        """Yield each community with its heads."""
        heads: dict[UUID, list[Head]] = {place.id: [] for place in self.places.communities}
        for head in self.people.heads:
            heads[head.building.above(AreaKind.COMMUNITY).id].append(head)
        return ((place, heads[place.id]) for place in self.places.communities)


@database.transactional
async def load(district: District, loaded: Loaded, facts: dict[str, Any]) -> None:
    """Load the district and its year up to today's midnight, and mark the database with `facts`: all or nothing.

    `loaded(so_far, total)` is called with the number of rows. Everything but ciphertexts is the same for the same day.
    """
    now = clock.now()
    opening = _Opening(district, await rewards.rule_at(now), clock.start_of(clock.day_of(now)))
    so_far, total = 0, district.total_rows
    async with references_checked_last(), aclosing(made_ahead(opening.lots())) as lots:
        async for lot in lots:
            for batch in lot:
                await batch.load()
                so_far += len(batch.rows)
                loaded(min(so_far, total), total)
        await scores.rebuild()
    audit.record(None, "demo.load", "Area", district.places.district.id, size=asdict(district.size))
    await Marker.create(key=MARKER, value=facts)
    loaded(total, total)


def _lay_foundations(district: District, rows: Rows, closed_through: date) -> None:
    """Plan places, officials, shops and partners."""
    for place in district.places:
        rows.add(
            "areas",
            id=place.id,
            kind=place.kind,
            code=place.code,
            name=place.name,
            parent_id=place.parent.id if place.parent else None,
            path=place.path,
        )
    for person in district.people.officials:
        _add_person(rows, person)
    for shop in (*district.shops, *district.partners):
        _add_shop(rows, shop, closed_through)
        for person in shop.staff:
            owner = person is shop.staff[0]
            _add_person(rows, person, owner=owner)
            rows.add(
                "invitations",
                id=founded("invitation", person.number),
                role=person.role,
                shop_id=shop.id,
                owner=owner,
                state=InvitationState.ACCEPTED,
                created_at=FOUNDED,
                expires_at=FOUNDED + VALID_FOR,
                account_id=person.id,
                ended_at=FOUNDED,
            )
    for agreement in district.agreements:
        _add_agreement(rows, agreement)


def _add_person(rows: Rows, person: Person, *, owner: bool = False) -> None:
    rows.add(
        "accounts", id=person.id, display_name=person.name, created_at=FOUNDED, **phone_columns(phone(person.number))
    )
    rows.add(
        "memberships",
        id=founded("membership", person.number),
        account_id=person.id,
        role=person.role,
        area_id=person.scope if person.role in AREA_ROLES else None,
        household_id=person.scope if person.role == Role.RESIDENT else None,
        head_id=person.scope if person.role == Role.HOUSEHOLD_HEAD else None,
        shop_id=person.scope if person.role == Role.SHOP_STAFF else None,
        owner=owner,
        granted_at=FOUNDED,
    )


def _add_shop(rows: Rows, shop: Shop, closed_through: date) -> None:
    rows.add(
        "shops",
        id=shop.id,
        area_id=shop.community.id,
        kind=shop.kind,
        name=shop.name,
        category=shop.category,
        address=shop.address,
        latitude=shop.spot[0],
        longitude=shop.spot[1],
        opening_hours=shop.hours,
        monthly_ceiling_fen=shop.ceiling_fen,
        state=ShopState.ACTIVE,
        created_at=FOUNDED,
        closed_through=closed_through,
    )
    for discount in shop.discounts:
        rows.add(
            "discounts",
            **asdict(discount),
            shop_id=shop.id,
            origin_id=discount.id,
            state=DiscountState.ACTIVE,
            created_at=FOUNDED,
            approved_at=FOUNDED,
        )


def _add_agreement(rows: Rows, agreement: Agreement) -> None:
    rows.add(
        "agreements",
        id=agreement.id,
        partner_id=agreement.partner.id,
        area_id=agreement.area.id,
        title=agreement.title,
        text=agreement.text,
        revision=1,
        until=agreement.until,
        state=AgreementState.ACTIVE,
        drafted_by_id=agreement.area_signer.id,
        drafted_at=agreement.signed_at,
        area_signed_by_id=agreement.area_signer.id,
        area_signed_at=agreement.signed_at,
        partner_signed_by_id=agreement.partner_signer.id,
        partner_signed_at=agreement.signed_at,
        signed_on=clock.day_of(agreement.signed_at),
    )


class _Opening:
    """Builds the rows: the foundations, then each community with a year of its wishes."""

    def __init__(self, district: District, rule: Rule, horizon: datetime) -> None:
        self._district, self._rule, self._horizon = district, rule, horizon
        self._rows = Rows()
        # At midnight the business day before is open for two more hours.
        self._settlements = Settlements(self._rows, clock.day_of(horizon) - timedelta(days=2), district.people.admin.id)
        self._tills = Tills(district.shops, self._rows, self._settlements)
        self._shopping = SHOPPING * district.size.history_redemptions / district.size.history_wishes
        self._workers = {person.scope: person for person in reversed(district.people.workers)}
        self._staff: dict[UUID, list[Person]] = {}
        for person in district.people.staff:
            self._staff.setdefault(person.scope, []).append(person)
        self._partners: dict[UUID, list[Shop]] = {}
        for agreement in district.agreements:
            self._partners.setdefault(agreement.area.id, []).append(agreement.partner)
        self._wishes = 0
        self._queued = {place.id for place in district.places.communities[:: district.size.queued_every]}

    def lots(self) -> Iterator[list[Batch]]:
        """Yield all rows, in lots that can be loaded one after the other."""
        _lay_foundations(self._district, self._rows, self._settlements.through)
        yield self._rows.take()
        for community, heads in self._district.clusters():
            self._community(community, heads)
            if len(self._rows) >= LOT:
                yield self._rows.take()
        self._tills.close()
        yield self._rows.take()

    def _community(self, community: Place, heads: list[Head]) -> None:
        random = random_for(f"community {community.path}")
        grids: dict[UUID, list[Head]] = {}
        for head in heads:
            grids.setdefault(head.grid.id, []).append(head)
        casts = {
            head.index: Cast(
                head,
                self._workers[head.grid.id],
                self._staff[community.id],
                grids[head.grid.id],
                self._partners.get(community.id, []),
            )
            for head in heads
        }
        lives = {head.index: self._year(casts[head.index], random) for head in heads}
        for action, how_many in QUEUE.items() if community.id in self._queued else ():
            for number in range(how_many):
                cast = casts[random.choice([head for head in heads if not head.in_story]).index]
                lives[cast.head.index].append(self._waiting(cast, action, random, to_all=number == 0))
        for head in heads:
            self._head(casts[head.index], lives[head.index], random)

    def _year(self, cast: Cast, random: Random) -> list[Life]:
        homes = cast.head.homes
        lives = []
        for number in range(cast.head.wishes):
            # The story's household stays below its monthly cap.
            home = homes[0] if cast.head.in_story and number % 6 == 0 else random.choice(homes[cast.head.in_story :])
            day = self._horizon - timedelta(days=1 + int(DAYS * random.random() ** 1.3))
            at = day + timedelta(minutes=random.randrange(7 * 60, 20 * 60), seconds=random.randrange(60))
            lives.append(self._life(cast, home, at, random))
        return lives

    def _waiting(self, cast: Cast, action: WishAction, random: Random, *, to_all: bool) -> Life:
        until = self._horizon - timedelta(minutes=random.randrange(180, 780))
        while True:
            life = self._life(cast, random.choice(cast.head.homes), self._horizon, random)
            life.offered_to_all = to_all
            if waiting(life, action, until):
                return life

    def _life(self, cast: Cast, home: Home, at: datetime, random: Random) -> Life:
        self._wishes += 1
        return story(self._wishes, cast, home, at, random)

    def _head(self, cast: Cast, lives: list[Life], random: Random) -> None:
        head, rows = cast.head, self._rows
        year = Year(cast, self._rule, self._tills, rows, self._horizon, random, self._shopping)
        year.live(lives)
        rows.add(
            "household_heads",
            id=head.id,
            grid_id=head.grid.id,
            name=head.person.name,
            opted_in_at=head.opted_in_at,
            points_earned=year.book.earned,
            ratings_count=len(year.ratings),
            ratings_sum=sum(year.ratings),
            created_at=head.joined_at,
            **phone_columns(phone(head.person.number)),
        )
        _add_person(rows, head.person)
        self._households(head, random)

    def _households(self, head: Head, random: Random) -> None:
        names = Names(random)
        homes = {home.resident.number: home for home in head.homes}
        for number in range(head.first, head.first + head.size):
            home = homes.get(number)
            self._rows.add(
                "households",
                id=founded("household", number),
                grid_id=head.grid.id,
                building_id=head.building.id,
                head_id=head.id,
                address=address(head.building, number - head.first),
                contact_name=home.resident.name if home else names.person(),
                created_at=FOUNDED,
                **phone_columns(phone(number)),
            )
            if home:
                _add_person(self._rows, home.resident)
