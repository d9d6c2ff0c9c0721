"""Agreements that wait for a signature, in the community of each story set: one for the community's, one for the
partner's. Drafted and signed through the services."""

from datetime import timedelta

from services.agreements import actions
from services.db import database
from services.demo.district import District
from services.demo.partners import TITLES, words_of
from services.demo.places import Place
from services.demo.shops import Shop
from services.demo.stories import cashier_of, staff_of
from services.kit import clock

LASTS = timedelta(days=365)


async def propose(district: District) -> None:
    """Draft both with partners of other communities, with which this one has nothing in force, and sign each for one
    side; not in a district in which nothing is done on the seeding day. A killed seed resumes here, also on a later
    day: what is drafted is not drafted again."""
    if not district.size.real_wishes:
        return
    rows = await database.fetch("SELECT id, partner_id, area_id FROM agreements WHERE state = 'DRAFT'")
    drafted = {(row["partner_id"], row["area_id"]): row["id"] for row in rows}
    staff = {person.scope: person for person in reversed(district.people.staff)}
    until = clock.day_of(clock.now()) + LASTS
    for place, partner, waits_here in _pairs(district):
        ours = staff_of(staff[place.id], place)
        found = drafted.get((partner.id, place.id))
        if found is None:
            title, words = TITLES[partner.index % len(TITLES)], words_of(partner)
            number = f"demo-proposal-{partner.index}"
            found = (await actions.draft(ours, partner.id, place.id, title, words, until, number)).id
        await actions.sign(cashier_of(partner) if waits_here else ours, found, 1)


def _pairs(district: District) -> list[tuple[Place, Shop, bool]]:
    """Return who is to agree with whom, and whether the community's signature is what is missing."""
    places = district.places.communities
    first = {one.community.id: one for one in reversed(district.partners)}
    others = [(number, step) for number in range(district.size.sets) for step in (1, 2)]
    pairs = [
        (places[number], first.get(places[(number + step) % len(places)].id), step == 1) for number, step in others
    ]
    return [(place, partner, waits_here) for place, partner, waits_here in pairs if partner is not None]
