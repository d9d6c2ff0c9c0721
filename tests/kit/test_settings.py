"""Settings from the environment: a bad one fails in one sentence that names it; docs/reference.md lists them all."""

import os
import re
import subprocess
import sys

import pytest
from pydantic import SecretStr

from services.kit.settings import ROOT, SECRETS, Settings, SettingsError, load


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_an_environment_everything_has_its_default() -> None:
    settings = load()
    assert settings.port == 8000 and settings.host == "127.0.0.1" and settings.graphiql
    assert settings.data_dir == ROOT / ".data"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "http"), ("PORT", "80.5"),
        ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "mysql://a@b/c"), ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "postgresql://u:p@h:port/d"), ("DATABASE_URL", "postgresql://u:p@h:99999/d"),
        ("DATABASE_URL", "postgresql://u:p@h/"), ("DATABASE_URL", "postgresql:///d"),
        ("DATABASE_URL", "?host=/tmp"), ("DATABASE_URL", "postgresql://[::1/d"),
        ("DATABASE_URL", "postgresql://u@h/d?&sslmode=require"), ("DATABASE_URL", "postgresql://u@h/d?sslmode"),
        ("DATABASE_URL", "postgresql:///d?ghost=/tmp"), ("DATABASE_URL", "postgresql:///d?host="),
        ("DATABASE_SCHEMA", "Public"), ("DATABASE_SCHEMA", 'a"b'), ("DATABASE_SCHEMA", "pg_x"),
        ("DATABASE_SCHEMA", "1a"), ("DATABASE_SCHEMA", "a" * 64),
        ("DATABASE_POOL_SIZE", "0"), ("DATABASE_POOL_SIZE", "many"),
        ("DATABASE_ACQUIRE_TIMEOUT_SECONDS", "0"), ("DATABASE_ACQUIRE_TIMEOUT_SECONDS", "nan"),
        ("DATABASE_STATEMENT_TIMEOUT_SECONDS", "-1"), ("DATABASE_STATEMENT_TIMEOUT_SECONDS", "inf"),
        ("DATABASE_LOCK_TIMEOUT_SECONDS", "0.0001"),
        ("MAX_OPERATIONS", "0"), ("MAX_WAITING_OPERATIONS", "0"), ("MAX_CONNECTIONS", "9"),
        ("REQUEST_TIMEOUT_SECONDS", "0"), ("REQUEST_TIMEOUT_SECONDS", "61"),
        ("SECRET_KEY", "hunter2"), ("SECRET_KEY", "c2hvcnQ="), ("SECRET_KEY", "密钥"),
        ("SESSION_IDLE_DAYS", "0"), ("SESSION_ABSOLUTE_DAYS", "731"), ("MAX_BODY_BYTES", "5"), ("GRAPHIQL", "maybe"),
        ("WEBHOOK_NETWORKS", "10.0.0.1/8"), ("WEBHOOK_NETWORKS", "intranet"),
        ("WEBHOOK_NETWORKS", "0.0.0.0/0"), ("WEBHOOK_NETWORKS", "10.0.0.0/8,::/0"),
        ("WEBHOOK_TIMEOUT_SECONDS", "0"), ("WEBHOOK_TIMEOUT_SECONDS", "61"),
        ("TRUSTED_PROXIES", "*"), ("TRUSTED_PROXIES", "proxy.example"), ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"), ("TRUSTED_PROXIES", "0.0.0.0/0"), ("TRUSTED_PROXIES", "::/0"),
        ("TRUSTED_PROXIES", "127.0.0.1,"), ("TRUSTED_PROXIES", "none,127.0.0.1"),
        ("MAX_GUESSES_PER_CASHIER", "0"), ("GUESS_WINDOW_MINUTES", "0"),
        ("SMS_PROVIDER", "pigeon"), ("SMS_WEBHOOK_URL", "http://hunter2.cn"), ("SMS_WEBHOOK_SECRET", "hunter2"),
        ("ALIYUN_ACCESS_KEY_SECRET", "hunter2"), ("ALIYUN_SMS_TEMPLATES", "SMS_1"),
        ("ALIYUN_SMS_URL", "http://dysmsapi.aliyuncs.com"), ("WECHAT_APP_ID", "wx"), ("WECHAT_APP_SECRET", "hunter2"),
        ("WECHAT_TEMPLATES", "wish_offered=x"), ("WECHAT_PAGE", "pages/x?y"), ("MAX_NOTICE_SMS_A_DAY", "-1"),
        ("WECHAT_API_URL", "https://api.weixin.qq.com/?x=1"), ("PROVIDER_TIMEOUT_SECONDS", "0"),
    ],
)  # fmt: skip
def test_a_bad_setting_is_one_sentence_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load()
    sentence = str(caught.value)
    assert sentence.startswith(f"{name} is not usable: ") and sentence.endswith(".") and "\n" not in sentence
    assert len(sentence) < 220 and (name not in SECRETS or value not in sentence)


def test_settings_that_need_others_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_PROVIDER", " Aliyun ")
    monkeypatch.setenv("ALIYUN_ACCESS_KEY_SECRET", "hunter2hunter2hunter2")
    with pytest.raises(SettingsError) as caught:
        load()
    assert str(caught.value) == (
        "SMS_PROVIDER is not usable: aliyun also needs ALIYUN_ACCESS_KEY_ID, ALIYUN_SMS_SIGN_NAME,"
        " ALIYUN_SMS_TEMPLATES."
    )


def test_every_secret_is_masked() -> None:
    secret = {name for name, field in Settings.model_fields.items() if field.annotation is SecretStr}
    assert secret | {"database_url", "migration_database_url"} == SECRETS


def test_each_bad_setting_gets_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("GRAPHIQL", "x")
    with pytest.raises(SettingsError, match=r"PORT is not usable: .*\. GRAPHIQL is not usable: .*\."):
        load()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p%40ss@h/d",
        "postgres://h/d",
        "postgresql://u@h:5433/d?sslmode=require",
        "postgresql://postgres:@/d?host=/tmp/socket",
        "postgresql://[::1]:5432/d",
    ],
)
def test_the_usual_ways_to_name_a_database(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert load().database_url == url


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")
    assert load().port == 8000


def test_a_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    monkeypatch.setenv("SECRET_KEY", key)
    assert load().secret_key.get_secret_value() == key and key not in repr(load())


def test_the_command_line_fails_in_that_sentence() -> None:
    result = subprocess.run(
        [sys.executable, "app.py", "schema"],
        cwd=ROOT,
        env={**os.environ, "PORT": "http"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert result.returncode == 1 and result.stdout == ""
    assert re.fullmatch(r"xingdian: PORT is not usable: .*\.", result.stderr.strip()), result.stderr


def shown(default: object) -> str:
    """A default as somebody would set it."""
    plain = default.get_secret_value() if isinstance(default, SecretStr) else str(default)
    return f"`{plain.lower() if isinstance(default, bool) else plain}`" if plain else "(empty)"


def test_the_reference_lists_every_setting_with_its_default() -> None:
    section = (ROOT / "docs" / "reference.md").read_text().split("\n## Configuration\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    wanted = [
        f"| `{name.upper()}` | {shown(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    assert lines == wanted, "the table should read:\n" + "\n".join(wanted)
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())
