"""What a discount gives: a percentage or an amount off the bill, or a gift. Exactly one of them, given and taken."""

from typing import Annotated, Any, NamedTuple

import strawberry

from models.enums import DiscountKind
from schema.graph.ids import rows_of
from schema.graph.inputs import given
from schema.graph.permissions import PUBLIC, field, reading
from schema.graph.scalars import Fen


class _PercentOff(NamedTuple):
    percent: int
    max_saved_fen: int | None


class _AmountOff(NamedTuple):
    amount_fen: int


class _Gift(NamedTuple):
    name: str


@strawberry.type(description="打折。A percentage taken off the bill.")
class PercentOff:
    is_type_of = rows_of(_PercentOff)

    percent: int = field(PUBLIC, "减去的百分比，20 即八折。Percent taken off: 20 leaves 80.")
    max_saved_fen: Fen | None = field(
        PUBLIC, "最多减多少分；空为不限。What it takes off at most, in fen; null for any."
    )


@strawberry.type(description="立减。An amount taken off the bill.")
class AmountOff:
    is_type_of = rows_of(_AmountOff)

    amount_fen: Fen = field(PUBLIC, "减多少分。What is taken off, in fen.")


@strawberry.type(description="赠品。A gift.")
class Gift:
    is_type_of = rows_of(_Gift)

    name: str = field(PUBLIC, "送什么。What is given.")


DiscountBenefit = Annotated[
    PercentOff | AmountOff | Gift,
    strawberry.union("DiscountBenefit", description="优惠内容，三者之一。What a discount gives, one of three."),
]


@reading("kind", "percent_off", "max_saved_fen", "amount_off_fen", "gift")
def benefit_of(self: Any) -> Any:
    """Return what a discount's row gives."""
    if self.kind == DiscountKind.PERCENT_OFF:
        return _PercentOff(self.percent_off, self.max_saved_fen)
    if self.kind == DiscountKind.AMOUNT_OFF:
        return _AmountOff(self.amount_off_fen)
    return _Gift(self.gift)


@strawberry.input(description="打折。A percentage taken off the bill.")
class PercentOffInput:
    percent: int = given("减去的百分比，1 到 100；20 即八折。Percent taken off, 1 to 100.")
    max_saved_fen: Fen | None = given(
        "最多减多少分；空为不限。What it takes off at most, in fen; null for any.", default=None
    )


@strawberry.input(description="立减。An amount taken off the bill.")
class AmountOffInput:
    amount_fen: Fen = given("减多少分。What is taken off, in fen.")


@strawberry.input(description="赠品。A gift.")
class GiftInput:
    name: str = given("送什么，最多 60 字。What is given, at most 60 characters.")


@strawberry.input(one_of=True, description="优惠内容，三者恰填其一。What a discount gives: exactly one of three.")
class DiscountBenefitInput:
    percent_off: PercentOffInput | None = given("打折。A percentage taken off the bill.")
    amount_off: AmountOffInput | None = given("立减。An amount taken off the bill.")
    gift: GiftInput | None = given("赠品。A gift.")

    def columns(self) -> dict[str, Any]:
        """Return it as the columns of a version's terms."""
        if self.percent_off:
            one = self.percent_off
            return {"kind": DiscountKind.PERCENT_OFF, "percent_off": one.percent, "max_saved_fen": one.max_saved_fen}
        if self.amount_off:
            return {"kind": DiscountKind.AMOUNT_OFF, "amount_off_fen": self.amount_off.amount_fen}
        assert self.gift is not None, "the schema lets exactly one be given"
        return {"kind": DiscountKind.GIFT, "gift": self.gift.name}
