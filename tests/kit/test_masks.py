from services.kit.masks import mask_name, mask_phone


def test_a_name_keeps_its_first_character_whatever_its_length() -> None:
    assert [mask_name(name) for name in ("王", "王明", "王小明", "𠮷田茂", "")] == [
        "王**",
        "王**",
        "王**",
        "𠮷**",
        "**",
    ]


def test_a_phone_keeps_seven_digits_and_anything_else_keeps_none() -> None:
    assert mask_phone("10000000001") == "100****0001"
    for odd in ("", "1", "1234567", "+8610000000001", "1000000000a", "\uff11" * 11, "100000000012"):
        assert mask_phone(odd) == "****", odd
