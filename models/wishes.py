"""Wishes (微心愿) and their events."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import ContactKind, OfferState, RatingSource, WishAction, WishActor, WishCategory, WishState


class Wish(Table):
    """One wish of a household. `grid` is the household's grid when the wish was submitted.

    `head` is the assigned head: from dispatch where it went to one, else from acceptance; null in the queue.
    `filed_by_head` is the head whose account filed it on behalf. `deadline_at` is when the tick acts next: 48 h after
    dispatch, 7 days after completion, 30 days after the automatic rating where the head who completed it filed it too;
    null when nothing is due by time.
    """

    household = reference("Household")
    grid = reference("Area")
    requester = reference("Account")
    on_behalf = fields.BooleanField(default=False)
    consent_note = fields.CharField(max_length=200, null=True)
    filed_by_head = reference("HouseholdHead", null=True)
    category = fields.CharEnumField(WishCategory, max_length=16)
    title = fields.CharField(max_length=60)
    details = fields.CharField(max_length=500, default="")
    state = fields.CharEnumField(WishState, max_length=16)
    head = reference("HouseholdHead", null=True)
    redo_count = fields.SmallIntField(default=0)
    submitted_at = fields.DatetimeField()
    dispatched_at = fields.DatetimeField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)
    completed_by = reference("Account", null=True)
    completion_note = fields.CharField(max_length=500, default="")
    rated_at = fields.DatetimeField(null=True)
    rating_source = fields.CharEnumField(RatingSource, max_length=16, null=True)
    stars = fields.SmallIntField(null=True)
    rating_comment = fields.CharField(max_length=500, default="")
    rated_by = reference("Account", null=True)
    deadline_at = fields.DatetimeField(null=True)

    class Meta:
        table = "wishes"
        indexes = (
            Index(fields=("household_id", "id"), name="wishes_by_household"),
            Index(fields=("head_id", "id"), name="wishes_by_head"),
            Index(fields=("requester_id", "id"), name="wishes_by_requester"),
            Index(fields=("grid_id", "state", "id"), name="wishes_by_grid"),
            Index(fields=("state", "id"), name="wishes_by_state"),
            PartialIndex(
                fields=("head_id", "id"),
                name="wishes_in_hand",
                condition={"(state IN ('DISPATCHED', 'ACCEPTED', 'COMPLETED'))": True},
            ),
            Index(fields=("deadline_at",), name="wishes_by_deadline"),
            PartialIndex(
                fields=("deadline_at", "id"), name="wishes_unrated", condition={"state": WishState.COMPLETED.value}
            ),
            PartialIndex(fields=("rated_at",), name="wishes_by_rating", condition={"state": WishState.RATED.value}),
            PartialIndex(
                fields=("head_id", "rated_at"), name="wishes_rated_of_head", condition={"state": WishState.RATED.value}
            ),
        )
        constraints = (
            one_of("wishes", "state", WishState),
            one_of("wishes", "category", WishCategory),
            one_of("wishes", "rating_source", RatingSource),
            CheckConstraint(check="redo_count BETWEEN 0 AND 2", name="wishes_redo_at_most_twice"),
            CheckConstraint(check="stars BETWEEN 1 AND 5", name="wishes_stars"),
            CheckConstraint(
                check="(rated_at IS NOT NULL) = (state = 'RATED') AND (rating_source IS NOT NULL) = (state = 'RATED')",
                name="wishes_rated",
            ),
            CheckConstraint(
                check="state NOT IN ('ACCEPTED', 'COMPLETED', 'RATED') OR head_id IS NOT NULL",
                name="wishes_taken_by_a_head",
            ),
            CheckConstraint(
                check="state <> 'SUBMITTED' OR num_nonnulls(head_id, dispatched_at, accepted_at, deadline_at) = 0",
                name="wishes_in_the_queue_are_nobodys",
            ),
            CheckConstraint(
                check=(
                    "(completed_at IS NOT NULL) = (state IN ('COMPLETED', 'RATED'))"
                    " AND (completed_by_id IS NOT NULL) = (completed_at IS NOT NULL)"
                ),
                name="wishes_completed",
            ),
            CheckConstraint(
                check=(
                    "(stars IS NOT NULL) = (rating_source IS NOT NULL AND rating_source <> 'AUTOMATIC')"
                    " AND (rated_by_id IS NOT NULL) = (stars IS NOT NULL)"
                ),
                name="wishes_stars_are_somebodys",
            ),
            CheckConstraint(check="on_behalf = (consent_note IS NOT NULL)", name="wishes_consent_recorded"),
        )


class WishOffer(Table):
    """One head's offer of one wish in one round of dispatch."""

    wish = reference("Wish")
    head = reference("HouseholdHead")
    state = fields.CharEnumField(OfferState, max_length=16)
    offered_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "wish_offers"
        indexes = (
            Index(fields=("wish_id", "id"), name="wish_offers_by_wish"),
            Index(fields=("head_id", "state", "wish_id"), name="wish_offers_by_head"),
            Index(fields=("head_id", "offered_at"), name="wish_offers_by_head_and_time"),
        )
        constraints = (
            one_of("wish_offers", "state", OfferState),
            UniqueConstraint(fields=("wish_id", "head_id"), condition="state = 'OPEN'", name="wish_offers_open_once"),
        )


class WishHelper(Table):
    """Somebody who lent a hand (楼栋红管家). Recorded; earns no points.

    Of a partner (共建单位) that did, `name` is the one that it had.
    """

    wish = reference("Wish", index=True)
    name = fields.CharField(max_length=64)
    partner = reference("Shop", null=True)

    class Meta:
        table = "wish_helpers"
        indexes = (
            PartialIndex(
                fields=("partner_id", "wish_id"),
                name="wish_helpers_by_partner",
                condition={"(partner_id IS NOT NULL)": True},
            ),
        )


class WishEvent(Table):
    """One step of a wish. Append-only.

    What was written with it stands in `texts`, under the same id.
    `number` counts the wish's steps from 1, under the wish's lock: only it gives their order, never `id` or
    `occurred_at`, which come from the clocks of several hosts.
    """

    wish = reference("Wish")
    number = fields.IntField()
    action = fields.CharEnumField(WishAction, max_length=24)
    actor = fields.CharEnumField(WishActor, max_length=16)
    account = reference("Account", null=True)
    head = reference("HouseholdHead", null=True)
    from_state = fields.CharEnumField(WishState, max_length=16, null=True)
    to_state = fields.CharEnumField(WishState, max_length=16)
    stars = fields.SmallIntField(null=True)
    occurred_at = fields.DatetimeField()

    class Meta:
        table = "wish_events"
        indexes = (
            PartialIndex(
                fields=("occurred_at", "wish_id"),
                name="wish_events_completions",
                condition={"action": WishAction.COMPLETE.value},
            ),
        )
        constraints = (
            UniqueConstraint(fields=("wish_id", "number"), name="wish_events_number_once"),
            one_of("wish_events", "action", WishAction),
            one_of("wish_events", "actor", WishActor),
        )


class ContactReveal(Table):
    """A contact detail of a household that somebody was shown. Append-only; the household sees it."""

    wish = reference("Wish", index=True)
    household = reference("Household")
    account = reference("Account")
    head = reference("HouseholdHead", null=True)
    kind = fields.CharEnumField(ContactKind, max_length=16)
    revealed_at = fields.DatetimeField()

    class Meta:
        table = "contact_reveals"
        indexes = (Index(fields=("household_id", "id"), name="contact_reveals_by_household"),)
        constraints = (one_of("contact_reveals", "kind", ContactKind),)
