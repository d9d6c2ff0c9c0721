"""Which URLs an endpoint may have, by table and by property."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.networks import networks
from services.webhooks.urls import MAX_URL, Unusable, Url, check, parse, redirected

GOOD = {
    "https://example.com": "https://example.com/",
    "HTTPS://Example.COM/Hook": "https://example.com/Hook",
    "https://example.com:443/": "https://example.com/",
    "https://example.com:8443/a/b?c=d&e=%E4%B8%AD/?:@": "https://example.com:8443/a/b?c=d&e=%E4%B8%AD/?:@",
    "https://example.com?x": "https://example.com/?x",
    "https://xn--fiqs8s.example/": "https://xn--fiqs8s.example/",
    "https://8.8.8.8/": "https://8.8.8.8/",
    "https://[2606:4700::1111]:8443/x": "https://[2606:4700::1111]:8443/x",
    "https://a-b.c1.example/~x;y=z,(1)!$'*+": "https://a-b.c1.example/~x;y=z,(1)!$'*+",
    "https://1.example/": "https://1.example/",
    "https://0x.example.com/": "https://0x.example.com/",
}
BAD = [
    "", " ", "example.com", "//example.com/", "https:", "https://", "https:///x", "https:/example.com", "/hook",
    "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "gopher://example.com/", "httpss://example.com/",
    "https://user@example.com/", "https://user:pass@example.com/", "https://@example.com/", "https://example.com@/",
    "https://example.com#", "https://example.com/#x", "https://example.com/a b", "https://example.com/\tx",
    "https://exa\nmple.com/", "https://example.com/中", "https://例子.example/", "https://example。com/",
    "https://example.com\\@8.8.8.8/", "https://example.com/\\", "https:\\\\example.com", "https://example.com/%zz",
    "https://example.com/%4", "https://example.com/?a=%", 'https://example.com/"', "https://example.com/<x>",
    "https://example.com/{x}", "https://example.com/|", "https://example.com/^", "https://example.com/`",
    "https://example.com:/", "https://example.com:0/", "https://example.com:65536/", "https://example.com:999999/",
    "https://example.com:8a/", "https://example.com:-1/", "https://example.com::443/", "https://example.com:٤٤٣/",
    "https://.example.com/", "https://example.com./", "https://example..com/", "https://-a.example/",
    "https://a-.example/", "https://a_b.example/", f"https://{'a' * 64}.example/", f"https://{'a.' * 126}aa/",
    "https://2130706433/", "https://127.1/", "https://127.0.1/", "https://0x7f000001/", "https://0x7f.1/",
    "https://0177.0.0.1/", "https://017700000001/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://a.0x/",
    "https://a.b.1/", "https://[1.2.3.4]/", "https://[::1/", "https://::1/", "https://[fe80::1%25eth0]/",
    "https://[::g]/", "https://[]/", "https://[::1]x/", "https://1.2.3.4:443:443/",
]  # fmt: skip
INSIDE = [
    "https://localhost/", "https://intranet/", "https://127.0.0.1/", "https://10.0.0.1/", "https://192.168.1.1:8443/x",
    "https://169.254.169.254/latest/meta-data/", "https://100.100.100.200/", "https://0.0.0.0/", "https://[::1]/",
    "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::FFFF:7F00:1]/", "https://[fd00:ec2::254]/",
    "https://[fe80::1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://224.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_good_one_is_kept_in_one_spelling(text: str) -> None:
    assert str(check(text, ())) == GOOD[text] == str(check(GOOD[text], ()))


@pytest.mark.parametrize("text", BAD)
def test_a_bad_one_is_refused_wherever_it_may_lead(text: str) -> None:
    for named in ((), networks("0.0.0.0/0,::/0")):
        with pytest.raises(Unusable, match=r"[\u4e00-\u9fff]"):
            check(text, named)


@pytest.mark.parametrize("text", INSIDE)
def test_one_inside_is_refused_unless_its_network_is_named(text: str) -> None:
    with pytest.raises(Unusable, match="内网"):
        check(text, ())
    assert check(text, networks("0.0.0.0/0,::/0")).secure


def test_http_is_for_networks_that_are_named() -> None:
    named = networks("10.20.0.0/16")
    with pytest.raises(Unusable, match="https"):
        check("http://example.com/", ())
    assert str(check("http://10.20.1.2:80/x", named)) == "http://10.20.1.2/x"
    assert check("http://till.example:8080/", named).authority == "till.example:8080"
    assert check("http://till/", named).port == 80
    for text in ("http://10.21.1.2/", "http://8.8.8.8/", "https://10.21.1.2/"):
        with pytest.raises(Unusable, match="内网"):
            check(text, named)


def test_it_is_as_long_as_its_column() -> None:
    text = "https://example.com/"
    longest = text + "x" * (MAX_URL - len(text))
    assert str(check(longest, ())) == longest
    for long in (longest + "x", f"https://example.com?{'x' * (MAX_URL - 20)}"):
        with pytest.raises(Unusable, match="500"):
            check(long, ())


def test_a_redirect_is_read_by_the_same_rule_and_stays_secure() -> None:
    secure, plain = parse("https://a.example/x/y?z"), parse("http://a.example/")
    for location, wanted in {
        "/b": "https://a.example/b",
        "b?c": "https://a.example/x/b?c",
        "//b.example/": "https://b.example/",
        "https://b.example:8443/c": "https://b.example:8443/c",
        "?q": "https://a.example/x/y?q",
    }.items():
        assert str(redirected(secure, location)) == wanted
    assert redirected(plain, "https://a.example/").secure and not redirected(plain, "/x").secure
    for location in ("http://a.example/", "https://2130706433/", "https://u@b.example/", "file:///x", "/#x", "/ "):
        with pytest.raises(Unusable):
            redirected(secure, location)


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z0-9.@:\[\]/\\#?%-]{0,40}", fullmatch=True))
def test_another_reader_comes_to_the_same_host(text: str) -> None:
    try:
        url = parse(text)
    except Unusable:
        return
    other = urlsplit(text)
    assert (other.scheme, other.hostname, other.username, other.fragment) == (url.scheme, url.host, None, "")
    assert (other.port or {"http": 80, "https": 443}[url.scheme]) == url.port
    assert parse(str(url)) == url == Url(url.scheme, url.host, url.port, url.target)
