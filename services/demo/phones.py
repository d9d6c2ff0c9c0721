"""Phone numbers of made-up people: the same in every seed, and nobody's."""


def phone(number: int) -> str:
    """Return a phone number, different for each number below ten million, that cannot be anyone's.

    Mobile numbers in China begin with 13 to 19, and no area's own numbers begin with 1. Numbers that begin with 100 are
    the operators' five-digit service numbers (10000, 10010, 10086, 10099); none begins with 1002, and no eleven-digit
    subscriber number begins so. A stray call or message goes nowhere.
    """
    return f"1002{(number * 7_368_787 + 1_234_567) % 10_000_000:07d}"
