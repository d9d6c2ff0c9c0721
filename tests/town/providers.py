"""External services, for tests: a real server on loopback that is WeChat, Aliyun's text messages and a gateway of the
district's own at once, each as its documentation says, and as bad as it is told to be.

`python -m tests.town.providers --port 9100` serves it by itself, and prints each message that it sends as a line of
JSON. Its `GET /_sent` lists them all; `POST /_next` with {"path": …, "faults": […]} fails the next calls of a path.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest

from models.enums import NotificationKind
from services.kit import clock, settings
from tests.town.waiting import until

APP_ID, APP_SECRET = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
KEY_ID, KEY_SECRET = "LTAI0000000000000000test", "aliyun0secret0of0a0stand0in000"
SIGN_NAME, TEMPLATES = "红城星店", {"code": "SMS_100000001", "wish_completed": "SMS_100000002"}
TEMPLATE = "template_of_the_stand_in_0123456789"  # of WeChat, one for every kind of notification
WEBHOOK_KEY = base64.b64encode(b"a key of the stand-in, 32 bytes!").decode()

SMS = "/sms"  # the gateway of the district's own
SESSION = "/sns/jscode2session"
TOKEN = "/cgi-bin/stable_token"
PHONE = "/wxa/business/getuserphonenumber"
MESSAGE = "/cgi-bin/message/subscribe/send"
ALIYUN = "/"

LIFETIME_SECONDS = 7200
OVERLAP = timedelta(minutes=5)  # a new token before the old one ends, and both are good
FORCED_APART = timedelta(seconds=30)


class Fault(StrEnum):
    """What goes wrong with one call, besides a code of the provider's own."""

    STALL = "stall"  # no answer for ten seconds
    DONE_THEN_STALL = "done then stall"
    DROP = "drop"  # the connection ends before the answer
    DONE_THEN_DROP = "done then drop"
    CUT = "cut"  # and in the middle of it
    GARBAGE = "garbage"
    FAIL = "503"
    DONE_THEN_FAIL = "done then 500"
    ERROR = "500"  # of a proxy, as the following ones
    BAD_GATEWAY = "502"
    DONE_THEN_BAD_GATEWAY = "done then 502"
    GATEWAY_TIMEOUT = "504"
    DONE_THEN_GATEWAY_TIMEOUT = "done then 504"
    LATER = "503, later"  # and when to come again
    BUSY = "503, busy"  # with a code of the provider's own
    PROXY = "503, of a proxy"  # which says nothing more


NOT_DONE = (Fault.LATER, Fault.BUSY, Fault.PROXY)  # as the provider says itself, or what stands before it
UNCLEAR = tuple(fault for fault in Fault if fault not in NOT_DONE)
DONE = (*(fault for fault in Fault if fault.startswith("done")), Fault.CUT)
BARE = re.compile(r"(?:done then )?(50[024])")  # an answer 5xx that says nothing


@dataclass
class Call:
    """One request, as it came. Names of headers in small letters."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        given = urlsplit(self.target).query
        return {unquote(name): unquote(value) for name, _, value in (one.partition("=") for one in given.split("&"))}


Answer = tuple[int, Any]


@dataclass
class WeChat:
    """WeChat. `js-OPENID-ANYTHING` is a code of `wx.login`, `phone-NUMBER-ANYTHING` one of a phone number; each is good
    once."""

    used: set[str] = field(default_factory=set)
    consents: Counter[tuple[str, str]] = field(default_factory=Counter)
    messages: list[dict[str, Any]] = field(default_factory=list)
    checks: int = 0  # messages to nobody
    checks_are_well: bool = False  # whatever else fails
    token: str = ""
    ends_at: datetime | None = None
    good: dict[str, datetime] = field(default_factory=dict)  # until when
    forced_at: datetime | None = None
    country: str = "86"
    app_id: str = APP_ID  # in watermarks

    def revoke(self) -> None:
        """The current token is good no longer, though `stable_token` still gives it: only force makes another."""
        self.good.clear()

    def forget(self) -> None:
        """The same, and `stable_token` gives another."""
        self.good.clear()
        self.ends_at = None

    def session(self, call: Call) -> Answer:
        if (call.query.get("appid"), call.query.get("secret")) != (APP_ID, APP_SECRET):
            return error(40125)
        code = call.query.get("js_code", "")
        found = re.fullmatch(r"js-(\w+)-\w+", code)
        if found is None or call.query.get("grant_type") != "authorization_code":
            return error(40029)
        if code in self.used:
            return error(40163)
        self.used.add(code)
        return 200, {"openid": found[1], "session_key": "canary-session-key"}

    def stable_token(self, call: Call) -> Answer:
        asked = json.loads(call.body)
        if (asked["appid"], asked["secret"], asked["grant_type"]) != (APP_ID, APP_SECRET, "client_credential"):
            return error(40125)
        now = clock.now()
        forced = asked.get("force_refresh") and (self.forced_at is None or now - self.forced_at >= FORCED_APART)
        if forced:
            self.forced_at = now
            self.good.clear()
        if forced or self.ends_at is None or self.ends_at - now < OVERLAP:
            self.good = {self.token: min(self.good[self.token], now + OVERLAP)} if self.token in self.good else {}
            self.token, self.ends_at = f"token_{uuid4().hex}", now + timedelta(seconds=LIFETIME_SECONDS)
            self.good[self.token] = self.ends_at
        return 200, {"access_token": self.token, "expires_in": int((self.ends_at - now).total_seconds())}

    def _refused(self, call: Call) -> Answer | None:
        ends_at = self.good.get(call.query.get("access_token", ""))
        if ends_at is None:
            return error(40001)
        return error(42001) if ends_at <= clock.now() else None

    def phone(self, call: Call) -> Answer:
        code = json.loads(call.body).get("code", "")
        found = re.fullmatch(r"phone-(\d+)-\w+", code)
        if found is None or code in self.used:
            return self._refused(call) or error(40029 if found is None else 40163)
        if refused := self._refused(call):
            return refused
        self.used.add(code)
        return 200, {
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": f"+{self.country}{found[1]}",
                "purePhoneNumber": found[1],
                "countryCode": self.country,
                "watermark": {"timestamp": int(clock.now().timestamp()), "appid": self.app_id},
            },
        }

    def message(self, call: Call) -> Answer:
        if refused := self._refused(call):
            return refused
        message = json.loads(call.body)
        if not message["touser"]:
            self.checks += 1
            return error(40003)
        consent = (message["touser"], message["template_id"])
        if self.consents[consent] <= 0:
            return error(43101)
        self.consents[consent] -= 1
        self.messages.append(message)
        return 200, {"errcode": 0, "errmsg": "ok"}


def error(code: int) -> Answer:
    """WeChat's own, with a text that says too much."""
    return 200, {"errcode": code, "errmsg": f"canary-errmsg access_token=canary, rid: {uuid4().hex[:8]}"}


@dataclass
class Town:
    """All the services. `sent` are the text messages that were taken, by either gateway, each once."""

    wechat: WeChat = field(default_factory=WeChat)
    sent: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    listed: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)  # of Aliyun's, and since when
    listed_after: timedelta = timedelta()  # so much later Aliyun tells of a message
    faults: dict[str, list[Fault | int | str]] = field(default_factory=lambda: defaultdict(list))
    slowly: dict[str, float] = field(default_factory=dict)  # seconds that calls of a path take
    tell: Callable[[dict[str, Any]], None] = lambda _: None
    port: int = 0
    nonces: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    server: asyncio.Server | None = None
    open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next(self, path: str, *faults: Fault | int | str) -> None:
        """How the next calls of a path fail: a fault, or a code of the provider's own."""
        self.faults[path].extend(faults)

    def count(self, path: str) -> int:
        return sum(call.path == path for call in self.calls)

    async def until(self, path: str, count: int) -> None:
        """Wait for so many calls of a path."""
        await until(lambda: self.count(path) >= count)

    async def code_for(self, phone: str) -> str:
        """The code in the newest message to a phone, as soon as there is one."""
        await until(lambda: any(one["phone"] == phone for one in self.sent))
        return str([one["parameters"]["code"] for one in self.sent if one["phone"] == phone][-1])

    def settings(self, provider: str = "off") -> dict[str, str]:
        """The settings by which a district uses all this."""
        return {
            "SMS_PROVIDER": provider,
            "SMS_WEBHOOK_URL": self.url + SMS,
            "SMS_WEBHOOK_SECRET": WEBHOOK_KEY,
            "ALIYUN_SMS_URL": self.url,
            "ALIYUN_ACCESS_KEY_ID": KEY_ID,
            "ALIYUN_ACCESS_KEY_SECRET": KEY_SECRET,
            "ALIYUN_SMS_SIGN_NAME": SIGN_NAME,
            "ALIYUN_SMS_TEMPLATES": ",".join(f"{name}={code}" for name, code in TEMPLATES.items()),
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": APP_SECRET,
            "WECHAT_API_URL": self.url,
            "WECHAT_TEMPLATES": ",".join(f"{kind.value.lower()}={TEMPLATE}/thing1/time2" for kind in NotificationKind),
        }

    # The connection

    async def come(self) -> None:
        """Serve, on the same port as before."""
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def go(self) -> None:
        """Be gone: connections are refused."""
        if self.server:
            self.server.close()
        for task in list(self.open):
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self.open.add(task)
        task.add_done_callback(self.open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            call = await _read(reader)
            self.calls.append(call)
            waiting = self.faults[call.path]
            spared = self.wechat.checks_are_well and b'"touser":""' in call.body
            fault = waiting.pop(0) if waiting and not spared else None
            await asyncio.sleep(self.slowly.get(call.path, 0))
            writer.write(await self._answered(call, fault))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answered(self, call: Call, fault: Fault | int | str | None) -> bytes:
        """The bytes of an answer, or as many of them as the fault lets go."""
        done = _bytes(*self._done(call)) if fault is None or fault in DONE else b""
        if bare := BARE.fullmatch(str(fault)):
            return _bytes(int(bare[1]), "<html>canary-failed</html>")
        match fault:
            case Fault.STALL | Fault.DONE_THEN_STALL:
                await asyncio.sleep(60)  # longer than anybody waits
            case Fault.DROP | Fault.DONE_THEN_DROP:
                return b""
            case Fault.CUT:
                return done[:-5]
            case Fault.GARBAGE:
                return _bytes(200, "<html>canary-garbage</html>")
            case Fault.FAIL:
                return _bytes(503, {"Code": "canary", "errcode": 0})
            case Fault.LATER:
                return _bytes(503, "<html>canary-later</html>", "Retry-After: 120\r\n")
            case Fault.PROXY:
                return _bytes(503, "<html>canary-proxy</html>")
            case Fault.BUSY:
                return _bytes(503, {"Code": "ServiceUnavailable", "Message": "canary-busy", "errcode": -1})
            case int():
                return _bytes(*error(fault))
            case str():
                return _bytes(*aliyun_error(fault))
        return done

    def _done(self, call: Call) -> Answer:
        paths: dict[str, Callable[[Call], Answer]] = {
            SESSION: self.wechat.session,
            TOKEN: self.wechat.stable_token,
            PHONE: self.wechat.phone,
            MESSAGE: self.wechat.message,
            SMS: self._webhook,
            ALIYUN: self._aliyun,
            "/_sent": lambda _: (200, self.sent),
            "/_next": self._next,
        }
        return paths.get(call.path, lambda _: (404, {}))(call)

    def _next(self, call: Call) -> Answer:
        asked = json.loads(call.body)
        known = {fault.value: fault for fault in Fault}
        self.next(asked["path"], *(known.get(str(fault), fault) for fault in asked["faults"]))
        return 200, {}

    def _take(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        self.tell(message)

    # A gateway of the district's own, by the text of Standard Webhooks

    def _webhook(self, call: Call) -> Answer:
        try:
            one, at = call.headers["webhook-id"], call.headers["webhook-timestamp"]
            signed = hmac.new(base64.b64decode(WEBHOOK_KEY), f"{one}.{at}.".encode() + call.body, hashlib.sha256)
            wanted = "v1," + base64.b64encode(signed.digest()).decode()
            fresh = abs(int(at) - clock.now().timestamp()) < 300
        except (KeyError, ValueError):
            return 401, {}
        if not fresh or wanted not in call.headers["webhook-signature"].split(" "):
            return 401, {}
        message = json.loads(call.body)
        if one not in self.ids:  # the same message again is no other one
            self.ids.add(one)
            self._take(message)
        return 200, {}

    # Aliyun, by the steps of its documentation

    def _aliyun(self, call: Call) -> Answer:
        if refused := self._unsigned(call):
            return aliyun_error(refused, 400)
        action, version = call.headers["x-acs-action"], call.headers["x-acs-version"]
        if version != "2017-05-25" or action not in {"SendSms", "QuerySendDetails"}:
            return aliyun_error("InvalidAction.NotFound", 404)
        return self._send_sms(call.query) if action == "SendSms" else self._query_send_details(call.query)

    def _send_sms(self, asked: Mapping[str, str]) -> Answer:
        template = {code: name for name, code in TEMPLATES.items()}.get(asked["TemplateCode"])
        if asked["SignName"] != SIGN_NAME or template is None:
            return aliyun_error("isv.SMS_TEMPLATE_ILLEGAL" if template is None else "isv.SMS_SIGNATURE_ILLEGAL")
        if not re.fullmatch(r"1\d{10}", asked["PhoneNumbers"]):
            return aliyun_error("isv.MOBILE_NUMBER_ILLEGAL")
        parameters = json.loads(asked["TemplateParam"])
        self._take(
            {"phone": asked["PhoneNumbers"], "template": template, "parameters": parameters, "id": asked["OutId"]}
        )
        self.list_sent(asked["PhoneNumbers"], asked["OutId"])
        return 200, {"Code": "OK", "Message": "OK", "BizId": uuid4().hex, "RequestId": str(uuid4()).upper()}

    def list_sent(self, phone: str, out_id: str) -> None:
        """Note a message as one that QuerySendDetails lists."""
        at = clock.local(clock.now())
        one = {
            "PhoneNum": phone,
            "OutId": out_id,
            "SendStatus": 1,
            "SendDate": f"{at:%Y-%m-%d %H:%M:%S}",
            "Content": "【红城星店】" + "字" * 400,
            "TemplateCode": "SMS_100000002",
        }
        self.listed.append((clock.now(), one))

    def _query_send_details(self, asked: Mapping[str, str]) -> Answer:
        size, page = int(asked["PageSize"]), int(asked["CurrentPage"])
        if not re.fullmatch(r"20\d{6}", asked["SendDate"]) or not 1 <= size <= 50 or page < 1:
            return aliyun_error("isv.INVALID_PARAMETERS")
        day = f"{asked['SendDate'][:4]}-{asked['SendDate'][4:6]}-{asked['SendDate'][6:]}"
        shown = [one for at, one in self.listed if clock.now() - at >= self.listed_after]
        found = [one for one in shown if one["PhoneNum"] == asked["PhoneNumber"] and one["SendDate"].startswith(day)]
        newest = found[::-1][(page - 1) * size : page * size]
        details = {"TotalCount": str(len(found)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": newest}}
        return 200, {"Code": "OK", "Message": "OK", "RequestId": str(uuid4()).upper(), **details}

    def _unsigned(self, call: Call) -> str | None:
        """Why the signature does not hold, if it does not."""
        found = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=(\w+),SignedHeaders=([\w;-]+),Signature=([0-9a-f]{64})",
            call.headers.get("authorization", ""),
        )
        if found is None or found[1] != KEY_ID:
            return "InvalidAccessKeyId.NotFound"
        names = found[2].split(";")
        must = {"host"} | {name for name in call.headers if name.startswith("x-acs-")}
        if call.headers["host"] != f"127.0.0.1:{self.port}" or not must <= set(names) or names != sorted(names):
            return "IncompleteSignature"
        hashed = hashlib.sha256(call.body).hexdigest()
        pairs = sorted(f"{_percent(name)}={_percent(value)}" for name, value in call.query.items())
        lines = [call.method, call.path, "&".join(pairs)]
        lines += [f"{name}:{call.headers[name].strip()}" for name in names]
        lines += ["", found[2], hashed]
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
        wanted = hmac.new(KEY_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        if wanted != found[3] or call.headers["x-acs-content-sha256"] != hashed:
            return "SignatureDoesNotMatch"
        at = datetime.strptime(call.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=clock.now().tzinfo)
        if abs(clock.now() - at) > timedelta(minutes=15):
            return "InvalidTimeStamp.Expired"
        if call.headers["x-acs-signature-nonce"] in self.nonces:
            return "SignatureNonceUsed"
        self.nonces.add(call.headers["x-acs-signature-nonce"])
        return None


def _percent(text: str) -> str:
    """RFC 3986: what is neither a letter, a figure nor one of four marks, byte by byte."""
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in text.encode())


def aliyun_error(code: str, status: int = 200) -> Answer:
    """Aliyun's own, with a text that says too much."""
    return status, {"Code": code, "Message": "canary-message", "RequestId": str(uuid4()).upper()}


def _bytes(status: int, body: Any, more: str = "") -> bytes:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    sent = text.encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(sent)}\r\nconnection: close\r\n{more}\r\n"
    return head.encode() + sent


async def _read(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    assert len(headers) == len(rest), "no header comes twice"
    method, target, _ = line.split(" ")
    return Call(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def configure(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    """Set settings of this process; clear `settings.current` once more at the end."""
    for name, value in values.items():
        monkeypatch.setenv(name.upper(), value)
    settings.current.cache_clear()


@asynccontextmanager
async def providers(port: int = 0) -> AsyncIterator[Town]:
    """All the services, on a port of their own."""
    town = Town(port=port)
    await town.come()
    try:
        yield town
    finally:
        await town.go()


async def _serve(port: int) -> None:
    async with providers(port) as town:
        town.tell = lambda message: print(json.dumps(message, ensure_ascii=False), flush=True)
        print(json.dumps({"url": town.url, "settings": town.settings("webhook")}, ensure_ascii=False), file=sys.stderr)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Stand-ins of WeChat, Aliyun and a gateway of text messages.")
    parser.add_argument("--port", type=int, default=9100)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args().port))
