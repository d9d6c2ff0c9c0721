"""The places of a process: never too many, none lost, each lane its share, and nobody waits where there is room."""

from collections import Counter
from collections.abc import Hashable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.kit.places import MAX_ANONYMOUS, MIN_PLACES, Full, Lane, Places, Ticket, quarter, shares
from services.kit.settings import Settings

TILL, SIGNED_IN, ANONYMOUS = Lane


def come(places: Places, lane: Lane, count: int, group: Hashable = None) -> list[Ticket]:
    """So many of a lane; each with a group of its own, unless it is given."""
    tickets = [Ticket(lane, group or (object() if lane is not SIGNED_IN else None)) for _ in range(count)]
    for ticket in tickets:
        places.ask(ticket)
    return tickets


@pytest.mark.parametrize("most", [*range(MIN_PLACES, 40), 1000])
def test_the_shares_are_all_places_and_each_lane_has_one(most: int) -> None:
    found = shares(most)
    assert sum(found.values()) == most and min(found.values()) >= 1
    assert found[TILL] == most // 2 and found[ANONYMOUS] <= MAX_ANONYMOUS


def test_one_place_is_kept_for_the_next_till() -> None:
    places = Places(16, 100)
    come(places, SIGNED_IN, 40)
    assert places.running(SIGNED_IN) == 15, "all that the others leave unused, but one"
    come(places, TILL, 1)
    assert (places.running(TILL), places.waiting(TILL)) == (1, 0)


def test_one_place_is_kept_until_the_tills_have_their_share() -> None:
    places = Places(16, 100)
    come(places, TILL, 3)
    come(places, SIGNED_IN, 40)
    assert places.running(SIGNED_IN) == 12
    places = Places(16, 100)
    come(places, TILL, 8)
    come(places, SIGNED_IN, 40)
    come(places, ANONYMOUS, 40)
    assert [places.running(lane) for lane in Lane] == [8, 8, 0], "no more than their share"


def test_tills_borrow_what_nobody_uses() -> None:
    places = Places(16, 100)
    come(places, TILL, 20)
    assert (places.running(TILL), places.waiting(TILL)) == (16, 4)


def test_anonymous_ones_never_borrow() -> None:
    places = Places(16, 100)
    come(places, ANONYMOUS, 20)
    assert places.running(ANONYMOUS) == shares(16)[ANONYMOUS]


def test_a_lent_place_goes_back_to_the_lane_whose_share_it_is() -> None:
    places = Places(16, 100)
    borrowing = come(places, SIGNED_IN, 30)
    tills, readers = come(places, TILL, 9), come(places, ANONYMOUS, 6)
    assert [places.running(lane) for lane in Lane] == [1, 15, 0]
    served = [one for ticket in borrowing[:15] for one in places.leave(ticket)]
    kinds = [(Lane(ticket.lane)) for ticket in served]
    assert kinds[:7] == [TILL] * 7, "tills first, within their share"
    assert Counter(kinds) == {TILL: 7, SIGNED_IN: 4, ANONYMOUS: 4}
    assert served[:7] == tills[1:8] and [one for one in served if one.lane is ANONYMOUS] == readers[:4], "by arrival"


def test_no_lane_waits_for_ever_behind_another() -> None:
    """All lanes always have some who wait; each gets as many turns as its share."""
    places, turns = Places(16, 1000), Counter[Lane]()
    running = [one for lane in Lane for one in come(places, lane, 300)[: places.running(lane)]]
    for _ in range(160):
        ticket = running.pop(0)
        served = places.leave(ticket)
        running += served
        turns.update(one.lane for one in served)
    assert min(turns.values()) >= 20, turns


def test_a_shop_has_a_quarter_of_the_tills_share() -> None:
    places = Places(16, 100)
    one_shop = come(places, TILL, 5, "shop")
    assert [ticket.lane for ticket in one_shop] == [TILL] * 2 + [SIGNED_IN] * 3
    places.leave(one_shop[0])
    again = come(places, TILL, 1, "shop")
    assert again[0].lane is TILL, "as soon as there is room again"
    places = Places(4, 100)
    come(places, TILL, 4)
    waiting = come(places, TILL, 2, "shop")
    assert [ticket.lane for ticket in waiting] == [TILL, SIGNED_IN], "those that wait count, too"


def test_an_address_with_a_quarter_of_the_places_yields() -> None:
    places = Places(16, 100)
    noisy = come(places, ANONYMOUS, 10, "noisy")
    assert places.running(ANONYMOUS) == 4, "while nobody else wants them"
    other = come(places, ANONYMOUS, 2)
    served = [one for ticket in noisy[:3] for one in places.leave(ticket)]
    assert served == [*other, noisy[4]]


def test_an_address_has_a_quarter_of_the_queue() -> None:
    places = Places(16, 8)
    come(places, ANONYMOUS, 6, "noisy")
    with pytest.raises(Full):
        places.check(ANONYMOUS, "noisy")
    with pytest.raises(Full):
        come(places, ANONYMOUS, 1, "noisy")
    places.check(ANONYMOUS, "another")
    come(places, ANONYMOUS, 6)
    with pytest.raises(Full):
        places.check(ANONYMOUS, "another")
    places.check(SIGNED_IN)


def test_one_address_may_ask_much_at_once() -> None:
    """As a test of conformity does, or the phones behind one address of a carrier, of a process that has just begun."""
    places = Places(*(Settings.model_fields[name].default for name in ("max_operations", "max_waiting_operations")))
    come(places, ANONYMOUS, 61, "one")
    come(places, ANONYMOUS, 61, "another")


def test_a_full_queue_refuses_its_own_lane_alone() -> None:
    places = Places(4, 2)
    come(places, ANONYMOUS, 3)
    with pytest.raises(Full):
        come(places, ANONYMOUS, 1)
    come(places, SIGNED_IN, 4)
    with pytest.raises(Full):
        come(places, SIGNED_IN, 1)
    come(places, TILL, 3)
    with pytest.raises(Full):
        come(places, TILL, 1)


def test_to_leave_twice_frees_one_place() -> None:
    places = Places(4, 10)
    first, *_ = come(places, SIGNED_IN, 6)
    assert len(places.leave(first)) == 1
    assert places.leave(first) == [] and places.running(SIGNED_IN) == 3


class Story(RuleBasedStateMachine):
    """Arrivals and departures at random. What is expected is counted anew from the tickets alone."""

    @initialize(most=st.sampled_from([4, 5, 8, 16, 23]), waiting=st.sampled_from([1, 4, 9]))
    def begin(self, most: int, waiting: int) -> None:
        self.most, self.most_waiting = most, waiting
        self.places = Places(most, waiting)
        self.inside: list[Ticket] = []
        self.queue: list[Ticket] = []

    def count(self, lane: Lane, tickets: list[Ticket], group: Any = ...) -> int:
        return sum(one.lane is lane and (group is ... or one.group == group) for one in tickets)

    def room(self, lane: Lane) -> bool:
        """Whether one more of a lane may run, in other words than the program's."""
        free, tills = self.most - len(self.inside), self.count(TILL, self.inside)
        if lane is TILL:
            return free > 0
        part = shares(self.most)
        if lane is ANONYMOUS and self.count(ANONYMOUS, self.inside) == part[ANONYMOUS]:
            return False
        return free > 1 or (free == 1 and tills >= part[TILL])

    def enter(self, served: list[Ticket]) -> None:
        for ticket in served:
            lanes = [lane for lane in Lane if self.count(lane, self.queue) and self.room(lane)]
            within = [one for one in lanes if self.count(one, self.inside) < shares(self.most)[one]]
            assert ticket.lane is [*within, *lanes][0], "its lane was not the next"
            most = quarter(shares(self.most)[ticket.lane])
            of_lane = [one for one in self.queue if one.lane is ticket.lane]
            modest = [
                one for one in of_lane if one.group is None or self.count(one.lane, self.inside, one.group) < most
            ]
            assert ticket is (modest or of_lane)[0], "another was before it"
            self.queue.remove(ticket)
            self.inside.append(ticket)

    @rule(lane=st.sampled_from(Lane), group=st.integers(0, 3))
    def arrive(self, lane: Lane, group: int) -> None:
        ticket = Ticket(lane, None if lane is SIGNED_IN else group)
        crowded = lane is TILL and self.count(TILL, self.inside + self.queue, group) >= quarter(self.most // 2)
        meant = SIGNED_IN if crowded else lane
        at_once = not self.count(meant, self.queue) and self.room(meant)
        try:
            assert self.places.ask(ticket) is at_once
        except Full:
            own = None if meant is SIGNED_IN else group
            most = self.most_waiting if own is None else quarter(self.most_waiting)
            assert not at_once
            assert self.count(meant, self.queue) == self.most_waiting or self.count(meant, self.queue, own) == most
            assert self.places.leave(ticket) == []
            return
        assert ticket.lane is meant
        (self.inside if at_once else self.queue).append(ticket)

    @precondition(lambda self: self.inside)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.inside))
        self.inside.remove(ticket)
        self.enter(self.places.leave(ticket))
        assert self.places.leave(ticket) == []

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        """Cancelled, hung up, or no turn by the deadline."""
        ticket = data.draw(st.sampled_from(self.queue))
        self.queue.remove(ticket)
        self.enter(self.places.leave(ticket))

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "places"):
            return
        assert len(self.inside) <= self.most
        for lane in Lane:
            assert self.places.running(lane) == self.count(lane, self.inside)
            assert self.places.waiting(lane) == self.count(lane, self.queue) <= self.most_waiting
            assert not (self.count(lane, self.queue) and self.room(lane)), f"{lane.name} waits where there is room"
        for group in range(4):
            assert self.count(TILL, self.inside + self.queue, group) <= quarter(self.most // 2)
            assert self.count(ANONYMOUS, self.queue, group) <= quarter(self.most_waiting)

    def teardown(self) -> None:
        """When all have left, all places are there again."""
        if not hasattr(self, "places"):
            return
        while self.inside or self.queue:
            ticket = (self.inside or self.queue)[0]
            (self.inside or self.queue).remove(ticket)
            self.enter(self.places.leave(ticket))
        come(self.places, TILL, self.most)
        assert self.places.running(TILL) == self.most


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
