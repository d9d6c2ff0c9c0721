"""Settings of external services: each bad form and each bad combination has its sentence, which quotes no secret."""

import pytest

from models.enums import NotificationKind
from services.kit.provider_settings import (
    NEEDED,
    MessageTemplate,
    SmsProvider,
    access_key,
    base_url,
    message_templates,
    page,
    problems,
    service_url,
    signing_key,
    templates,
)
from services.kit.signing import secret_text

CANARY = "canary"


@pytest.mark.parametrize(
    "url",
    [
        "https://sms.example.cn/send?key=1&b=%20", "https://sms.example.cn:8443", "http://127.0.0.1:9000/x",
        "http://10.1.2.3/", "http://[::1]:80/x", "http://localhost:9", "https://8.8.8.8/x",
    ],
)  # fmt: skip
def test_urls_that_do(url: str) -> None:
    assert service_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        CANARY, f"ftp://{CANARY}.cn", f"http://{CANARY}.cn/x", "http://8.8.8.8/x", f"https://u:{CANARY}@h.cn/",
        f"https://h.cn/#{CANARY}", f"https://h.cn/#{CANARY}"[:-1], "https://h.cn/#", f"https://h.cn:{CANARY}/",
        f"https://h.cn:99999/{CANARY}", f"https:///{CANARY}", f"https://h.cn/{CANARY} x", f"https://h.cn/{CANARY}\n",
        f"https://短信.cn/{CANARY}", f"https://[::1/{CANARY}", "https://",
    ],
)  # fmt: skip
def test_urls_that_do_not(url: str) -> None:
    with pytest.raises(ValueError, match="must be a URL") as caught:
        service_url(url)
    assert CANARY not in str(caught.value)


def test_the_url_of_an_api_has_no_query() -> None:
    assert base_url("https://api.example.cn/v1/") == "https://api.example.cn/v1"
    for url in ("https://api.example.cn?x=1", "https://api.example.cn/?", "http://api.example.cn"):
        with pytest.raises(ValueError, match="must be a URL"):
            base_url(url)


def test_a_signing_key_is_base64_with_or_without_its_mark() -> None:
    for key in (b"k" * 24, b"k" * 64):
        assert signing_key(secret_text(key)) == signing_key(secret_text(key).removeprefix("whsec_")) == key
    for wrong in (secret_text(b"k" * 23), secret_text(b"k" * 65), CANARY, "密钥", "whsec_!"):
        with pytest.raises(ValueError, match="24 to 64 bytes") as caught:
            signing_key(wrong)
        assert wrong not in str(caught.value)


def test_ids_and_secrets_of_providers() -> None:
    assert access_key("wx0123456789abcdef") == "wx0123456789abcdef"
    for wrong in ("short", "a" * 129, "0123456789abcde\n", "0123456789 abcdef"):
        with pytest.raises(ValueError, match="16 to 128") as caught:
            access_key(wrong)
        assert wrong not in str(caught.value)


def test_templates_by_our_name() -> None:
    assert templates("code=SMS_1, wish_completed=SMS_22") == {"code": "SMS_1", "wish_completed": "SMS_22"}
    for wrong in ("code", "code=", "code=1", "Code=SMS_1", "code=SMS_1,code=SMS_2", "code=SMS_1,"):
        with pytest.raises(ValueError, match="must be such as code="):
            templates(wrong)
    with pytest.raises(ValueError, match="template of sign-in codes"):
        templates("wish_completed=SMS_1")


TEMPLATE = "0123456789_abcdefghij-ABC"


def test_wechats_templates_by_kind() -> None:
    assert message_templates("") == {}
    found = message_templates(f"wish_offered={TEMPLATE}/thing1/time2, code_used={TEMPLATE}/thing10/time3")
    assert found == {
        NotificationKind.WISH_OFFERED: MessageTemplate(TEMPLATE, "thing1", "time2"),
        NotificationKind.CODE_USED: MessageTemplate(TEMPLATE, "thing10", "time3"),
    }
    good = f"wish_offered={TEMPLATE}/thing1/time2"
    for wrong in (
        "wish_offered", f"weather={TEMPLATE}/thing1/time2", f"WISH_OFFERED={TEMPLATE}/thing1/time2", f"{good},{good}",
        f"wish_offered={TEMPLATE}", f"wish_offered={TEMPLATE}/time2/thing1", "wish_offered=short/thing1/time2",
        f"{good},",
    ):  # fmt: skip
        with pytest.raises(ValueError, match="must be such as wish_offered="):
            message_templates(wrong)


def test_a_page_of_the_mini_program() -> None:
    assert page("pages/notices/index") == "pages/notices/index"
    for wrong in ("pages/x?y=1", "https://example.cn", "页面", "a" * 201):
        with pytest.raises(ValueError, match="a page of the mini-program"):
            page(wrong)


def given(**settings: bool) -> dict[str, bool]:
    names = {name for needed in NEEDED.values() for name in needed} | {
        "wechat_app_id",
        "wechat_app_secret",
        "wechat_templates",
    }
    return dict.fromkeys(names, False) | settings


def test_combinations_that_work() -> None:
    assert list(problems(SmsProvider.OFF, given())) == []
    assert list(problems(SmsProvider.WEBHOOK, given(sms_webhook_url=True, sms_webhook_secret=True))) == []
    assert list(problems(SmsProvider.ALIYUN, given(**dict.fromkeys(NEEDED[SmsProvider.ALIYUN], True)))) == []
    assert list(problems(SmsProvider.OFF, given(wechat_app_id=True, wechat_app_secret=True))) == []


def test_combinations_that_do_not() -> None:
    (sentence,) = problems(SmsProvider.WEBHOOK, given(sms_webhook_url=True))
    assert sentence == "SMS_PROVIDER is not usable: webhook also needs SMS_WEBHOOK_SECRET."
    (sentence,) = problems(SmsProvider.ALIYUN, given(aliyun_sms_sign_name=True, aliyun_access_key_id=True))
    assert sentence.endswith("aliyun also needs ALIYUN_ACCESS_KEY_SECRET, ALIYUN_SMS_TEMPLATES.")
    assert list(problems(SmsProvider.OFF, given(wechat_app_id=True))) == [
        "WECHAT_APP_ID is not usable: it also needs WECHAT_APP_SECRET."
    ]
    assert list(problems(SmsProvider.OFF, given(wechat_app_secret=True))) == [
        "WECHAT_APP_SECRET is not usable: it also needs WECHAT_APP_ID."
    ]
    assert list(problems(SmsProvider.OFF, given(wechat_templates=True))) == [
        "WECHAT_TEMPLATES is not usable: it also needs WECHAT_APP_ID."
    ]
