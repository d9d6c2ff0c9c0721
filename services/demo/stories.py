"""The seeding day itself: wishes and redemptions through the services, as the frontends would do them."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from models.enums import ContactKind, Role, WishState
from services.demo import words
from services.demo.district import District
from services.demo.people import Head, Home, Person
from services.demo.places import Place
from services.demo.shops import Shop
from services.demo.size import random_for
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.till import passes, preparations, redemptions
from services.wishes import actions as wish_actions
from services.wishes import contacts, ratings, submissions
from services.wishes.wishes import Wish

AT_ONCE = 4
BILL_FEN = 4_800
# The frequency of each variation: one of so many wishes.
CALLED_FIRST, OFFERED_TO_ALL, DECLINED_FIRST, DONE_AGAIN, REDEEMED = 3, 5, 9, 13, 6
STARS = (5, 5, 4, 5, 3, 4, 5, 5)


@dataclass(frozen=True, slots=True)
class Script:
    """One wish of the seeding day and its actors. `number` decides its variations."""

    number: int
    home: Home
    head: Head
    neighbour: Head
    community: Place
    staff: Person
    shop: Shop

    @property
    def request_no(self) -> str:
        """The clients' own number: the same in a resumed seed."""
        return f"demo-{self.number}"

    def every(self, so_many: int) -> bool:
        """Return whether this is one of every so many."""
        return self.number % so_many == so_many - 1


def scripts(district: District) -> Iterator[Script]:
    """Return the wishes of the seeding day: of heads outside the story sets, one each, over all communities in turn."""
    clusters = [(place, [head for head in heads if not head.in_story]) for place, heads in district.clusters()]
    staff = {person.scope: person for person in reversed(district.people.staff)}
    shops = {shop.community.id: shop for shop in reversed(district.shops)}
    numbers = count()
    for round_ in range(max(len(heads) for _, heads in clusters)):
        for community, heads in clusters:
            if round_ < len(heads):
                head = heads[round_]
                shop = shops.get(community.id, district.shops[0])
                neighbour = heads[round_ - 1] if heads[round_ - 1].grid is head.grid else head
                yield Script(next(numbers), head.homes[0], head, neighbour, community, staff[community.id], shop)


async def perform(district: District, done: Callable[[int, int], None]) -> None:
    """Perform the wishes of the seeding day, a few at once; `done(so_far, total)` is called after each.

    Every call is idempotent or looks at the state first, so that a killed seed resumes here.
    """
    total = district.size.real_wishes
    waiting = iter([script for script, _ in zip(scripts(district), range(total), strict=False)])
    finished = count(1)

    async def work() -> None:
        for script in waiting:
            await _grant(script)
            if script.every(REDEEMED) and script.shop.in_story:
                await _redeem(script)
            done(next(finished), total)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


async def _grant(script: Script) -> None:
    """Take one wish from submission to rating."""
    random = random_for(f"script {script.number}")
    category = random.choice(list(words.WISHES))
    title = random.choice(words.WISHES[category][1])
    resident = resident_of(script.home)
    wish = await submissions.submit(resident, script.home.id, category, title, script.request_no)
    while wish.state != WishState.RATED:
        wish = await _next_step(script, resident, wish)


async def _next_step(script: Script, resident: Viewer, wish: Wish) -> Wish:
    """Take the next step for the wish's state."""
    head = head_of(script.head)
    match wish.state:
        case WishState.SUBMITTED:
            staff = staff_of(script.staff, script.community)
            if script.every(DECLINED_FIRST) and script.neighbour is not script.head:
                await wish_actions.dispatch(staff, wish.id, script.neighbour.id)
                await wish_actions.decline(head_of(script.neighbour), wish.id, "今天不在家，请派给邻近的联户长")
            return await wish_actions.dispatch(staff, wish.id, None if script.every(OFFERED_TO_ALL) else script.head.id)
        case WishState.DISPATCHED:
            return await wish_actions.accept(head, wish.id)
        case WishState.ACCEPTED:
            if script.every(CALLED_FIRST):
                await contacts.reveal(head, wish.id, ContactKind.PHONE)
            return await wish_actions.complete(head, wish.id, "已办结")
        case _ if script.every(DONE_AGAIN) and wish.redo_count == 0:
            return await ratings.redo(resident, wish.id, words.REDO_REASONS[0])
        case _:
            stars = STARS[script.number % len(STARS)]
            return await ratings.rate(resident, wish.id, stars, words.COMMENTS[stars][-1])


async def _redeem(script: Script) -> None:
    """Use the shop's first discount, unless a cap has left the head without points."""
    head, cashier = head_of(script.head), cashier_of(script.shop)
    try:
        issued = await passes.issue(head, script.shop.discounts[0].id, script.request_no)
    except Refusal as refusal:
        if refusal.code != ErrorCode.NOT_ENOUGH_POINTS:
            raise
        return
    if code := issued.code():  # a spent pass has none: it was redeemed before the seed was killed
        prepared = await preparations.prepare(cashier, code, BILL_FEN)
        assert not isinstance(prepared, Refusal), "a refusal is raised"
        await redemptions.confirm(cashier, prepared.token, script.request_no)


def resident_of(home: Home) -> Viewer:
    """Return the household's resident, signed in."""
    return Viewer(account_id=home.resident.id, roles=frozenset({Role.RESIDENT}), household_ids=(home.id,))


def head_of(head: Head) -> Viewer:
    """Return the head, signed in."""
    return Viewer(account_id=head.person.id, roles=frozenset({Role.HOUSEHOLD_HEAD}), head_id=head.id)


def staff_of(person: Person, community: Place) -> Viewer:
    """Return one of the community's staff, signed in."""
    return Viewer(account_id=person.id, roles=frozenset({Role.COMMUNITY_STAFF}), staff_paths=(community.path,))


def cashier_of(shop: Shop) -> Viewer:
    """Return the shop's owner, signed in."""
    owned = (shop.id,)
    return Viewer(shop.staff[0].id, roles=frozenset({Role.SHOP_STAFF}), shop_ids=owned, owned_shop_ids=owned)
