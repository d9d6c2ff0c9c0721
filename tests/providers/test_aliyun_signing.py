"""Aliyun's signature, version 3, held to the example that Aliyun publishes with fixed parameters."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

from services.providers.aliyun_signing import authorization, canonical, headers

# help.aliyun.com, "V3版本请求体&签名机制", 固定参数示例.
HOST, NONCE = "ecs.cn-shanghai.aliyuncs.com", "3156853299f313e23d1673dc12e1703d"
AT = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
QUERY = {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
NAMES = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
HASHED = "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
SIGNATURE = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"

SIGNED = headers(HOST, "RunInstances", "2014-05-26", AT, NONCE)


def test_the_published_example() -> None:
    assert hashlib.sha256(canonical("POST", QUERY, SIGNED).encode()).hexdigest() == HASHED
    assert authorization("POST", QUERY, SIGNED, "YourAccessKeyId", "YourAccessKeySecret") == (
        f"ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders={NAMES},Signature={SIGNATURE}"
    )


def test_the_time_is_that_of_utc() -> None:
    there = AT.astimezone(timezone(timedelta(hours=8)))
    assert headers(HOST, "RunInstances", "2014-05-26", there, NONCE) == SIGNED


def test_the_body_is_signed_by_its_hash() -> None:
    signed = headers(HOST, "x", "y", AT, NONCE, b"body")
    assert signed["x-acs-content-sha256"] == hashlib.sha256(b"body").hexdigest()
    assert canonical("POST", {}, signed).endswith(signed["x-acs-content-sha256"])


def test_a_query_is_written_as_rfc_3986_does() -> None:
    line = canonical("GET", {"b": "a b*c~d/e+", "a": "{短}"}, SIGNED).split("\n")[2]
    assert line == "a=%7B%E7%9F%AD%7D&b=a%20b%2Ac~d%2Fe%2B"


def test_anything_else_has_another_signature() -> None:
    made = {
        authorization("POST", QUERY, SIGNED, "id", "secret"),
        authorization("GET", QUERY, SIGNED, "id", "secret"),
        authorization("POST", {}, SIGNED, "id", "secret"),
        authorization("POST", QUERY, SIGNED | {"host": "x"}, "id", "secret"),
        authorization("POST", QUERY, SIGNED, "id", "another"),
    }
    assert len(made) == 5
