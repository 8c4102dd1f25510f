"""The fetcher against real servers: every request ends in a value, and nothing forbidden is contacted."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time

import pytest

from collector.fetch import Admission, Fetcher
from collector.fetch.connection import LARGEST_HEAD
from collector.model import Failure, Fetched, FetchFailed, FetchRequest, FetchResult, NotModified
from collector.pace import HostPace
from tests.servers import Asked, http, redirect, serve

BODY = b"<rss>" + b"x" * 500 + b"</rss>"
CHALLENGE = gzip.compress(b"<title>Just a moment...</title>")


async def failure(fetcher: Fetcher, url: str, **request: object) -> FetchFailed:
    """The failure that a request ends in."""
    result = await fetcher.fetch(FetchRequest(url=url, **request))
    assert isinstance(result, FetchFailed), result
    assert result.reason.isprintable() and result.reason
    return result


async def success(fetcher: Fetcher, url: str, **request: object) -> Fetched:
    """The success that a request ends in."""
    result = await fetcher.fetch(FetchRequest(url=url, **request))
    assert isinstance(result, Fetched), result
    return result


# --- what comes back --------------------------------------------------------------------------------------


async def test_a_complete_answer_is_fetched(fetcher: Fetcher) -> None:
    """Body, final address and headers; an honest name; nothing offered that is not understood."""
    async with serve(http(BODY, 'ETag: "1"', "Content-Type: text/xml", "Set-Cookie: a=1")) as server:
        result = await success(fetcher, server.url("/feed?b=1&a=%20"), accept="application/rss+xml")

    assert (BODY, server.url("/feed?b=1&a=%20"), None) == (result.body, result.final_url, result.moved_to)
    assert {"etag": '"1"', "content-type": "text/xml", "content-length": str(len(BODY))} == result.headers
    asked = server.asked[0]
    assert asked.target == "/feed?b=1&a=%20"
    assert asked.headers["user-agent"].startswith("Collector/")
    assert asked.headers["accept-encoding"] == "gzip, deflate"
    assert asked.headers["accept"] == "application/rss+xml"


async def test_a_304_answers_a_validator(fetcher: Fetcher) -> None:
    """Both validators are sent, and only then is 304 a success."""
    async with serve(http(status="304 Not Modified")) as server:
        known = await fetcher.fetch(
            FetchRequest(url=server.url(), etag='"1"', last_modified="Mon, 05 Jan 2026 10:00:00 GMT")
        )
        unknown = await failure(fetcher, server.url())

    assert isinstance(known, NotModified)
    assert server.asked[0].headers["if-none-match"] == '"1"'
    assert server.asked[0].headers["if-modified-since"] == "Mon, 05 Jan 2026 10:00:00 GMT"
    assert (unknown.failure, unknown.status) == (Failure.HTTP_ERROR, 304)


@pytest.mark.parametrize("etag", ["e" * 60_000, "W/caf\udce9 ж", 'a"\x01', "a\r\nX: y", ""])
async def test_a_validator_that_cannot_be_sent_back_is_dropped(fetcher: Fetcher, etag: str) -> None:
    """Neither kept from an answer nor sent in a request, and never an exception."""
    line = f"ETag: {etag}".replace("\r\n", " \x01")
    async with serve(http(BODY, line)) as server:
        first = await success(fetcher, server.url())
        await success(fetcher, server.url(), etag=etag, last_modified=etag)

    assert "etag" not in first.headers
    assert "if-none-match" not in server.asked[1].headers
    assert "if-modified-since" not in server.asked[1].headers


async def test_header_values_are_printable_text(fetcher: Fetcher) -> None:
    """Escape sequences and undecodable bytes cannot reach a log or a database."""
    async with serve(
        http(
            BODY, "Server: \x1b[2Jpwned", "X-A: caf\udce9", "Cache-Control: public", "Cache-Control: no-cache"
        )
    ) as server:
        result = await success(fetcher, server.url())

    assert result.headers["server"] == "[2Jpwned"
    assert result.headers["x-a"] == "café"
    assert result.headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize(
    ("answer", "kind", "status"),
    [
        (http(b"x", status="404 Not Found"), Failure.NOT_FOUND, 404),
        (http(b"x", status="410 Gone"), Failure.GONE, 410),
        (http(b"x", status="401 Unauthorized"), Failure.UNAUTHORIZED, 401),
        (http(b"x", status="429 Slow down"), Failure.RATE_LIMITED, 429),
        (http(b"x", status="500 Oops"), Failure.HTTP_ERROR, 500),
        (http(b"x", status="403 Forbidden"), Failure.HTTP_ERROR, 403),
        (http(b"x", status="206 Partial Content"), Failure.HTTP_ERROR, 206),
        (http(status="204 No Content"), Failure.HTTP_ERROR, 204),
        (http(b"x", status="999 Denied"), Failure.HTTP_ERROR, 999),
        (http(b""), Failure.EMPTY, 200),
        (http(b" \r\n "), Failure.EMPTY, 200),
        (http(b"x", "cf-mitigated: challenge", status="403 Forbidden"), Failure.BOT_BLOCKED, 403),
        (http(b"<title>Just a moment...</title>", status="503 X"), Failure.BOT_BLOCKED, 503),
        (http(CHALLENGE, "Content-Encoding: gzip", status="403 X"), Failure.BOT_BLOCKED, 403),
    ],
)
async def test_only_200_is_a_success(fetcher: Fetcher, answer: bytes, kind: Failure, status: int) -> None:
    """Every other status has its failure."""
    async with serve(answer) as server:
        result = await failure(fetcher, server.url())

    assert (kind, status) == (result.failure, result.status)


async def test_every_unusable_address_is_a_bad_address(fetcher: Fetcher) -> None:
    """Refused before anything is looked up."""
    for url in (
        "",
        "ftp://news.example/",
        "file:///etc/passwd",
        "http://",
        "//news.example/",
        "http://a b/",
        "javascript:1",
    ):
        assert (await failure(fetcher, url)).failure is Failure.BAD_ADDRESS


# --- faults of the transfer -------------------------------------------------------------------------------


async def _reset(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_reset, Failure.BROKEN),
        (b"HTTP/1.1 200 OK\r\nContent-Ty", Failure.BROKEN),
        (http(BODY, length=len(BODY) + 100, close=True), Failure.BROKEN),
        (CHUNKED + b"5\r\nhello\r\n", Failure.BROKEN),
        (CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", Failure.BROKEN),
        (CHUNKED + b"7fffffffffffffff\r\nabc", Failure.BROKEN),
        (http(BODY, "Content-Length: 3", close=True), Failure.BROKEN),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Failure.BROKEN),
        (BODY, Failure.BROKEN),
        (b"HTTP/1.1 abc\r\n\r\n", Failure.BROKEN),
        (http(BODY, "X: " + "a" * 70_000), Failure.BROKEN),
        (http(BODY, *[f"X-{n}: 1" for n in range(1300)]), Failure.BROKEN),
        (http(gzip.compress(BODY)[:-20], "Content-Encoding: gzip"), Failure.BROKEN),
        (http(BODY, "Content-Encoding: gzip, gzip, gzip"), Failure.BROKEN),
        (http(BODY, "Content-Encoding: br"), Failure.BROKEN),
        (http(BODY, length=10**15), Failure.TOO_LARGE),
    ],
)
async def test_an_answer_that_is_not_complete_fails(fetcher: Fetcher, answer: object, kind: Failure) -> None:
    """Half a body is never taken for a whole one."""

    async def then_close(asked: Asked, writer: asyncio.StreamWriter) -> None:
        data = answer if isinstance(answer, bytes) else await answer(asked, writer)  # type: ignore[operator]
        writer.write(data or b"")

    async with serve(then_close) as server:
        assert kind is (await failure(fetcher, server.url())).failure


async def test_a_body_without_a_length_ends_with_the_connection(fetcher: Fetcher) -> None:
    """As HTTP/1.0 servers send it."""

    async def old(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + BODY)

    async with serve(old) as server:
        assert (await success(fetcher, server.url())).body == BODY


async def test_a_fault_in_the_middle_of_a_body_is_noticed_at_once(fetcher: Fetcher) -> None:
    """Not only at the deadline, though the connection stays open."""

    async def later(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + b"5\r\nhello\r\n")
        await asyncio.sleep(0.05)
        writer.write(b"zz\r\nhello\r\n0\r\n\r\n")
        await asyncio.sleep(30)

    async with serve(later) as server, asyncio.timeout(2):
        assert (await failure(fetcher, server.url())).failure is Failure.BROKEN


async def test_a_head_that_does_not_end_is_cut(fetcher: Fetcher) -> None:
    """Neither in many large headers nor in interim answers for ever."""

    async def headers(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2 * LARGEST_HEAD // 60_000):
            writer.write(b"X: " + b"a" * 60_000 + b"\r\n")
            await writer.drain()
        await asyncio.sleep(30)

    async def interim(_: Asked, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 5000)
            await writer.drain()

    async with serve({"/headers": headers, "/interim": interim, "/good": http(BODY)}) as server:
        for path in ("/headers", "/interim"):
            assert Failure.TOO_LARGE is (await failure(fetcher, server.url(path))).failure
        for _ in range(3):
            assert (await success(fetcher, server.url("/good"))).body == BODY


async def test_a_connection_may_carry_any_number_of_large_bodies(fetcher: Fetcher) -> None:
    """The bound on heads counts heads only."""
    body = b"x" * (LARGEST_HEAD // 2)
    async with serve(http(body)) as server:
        for _ in range(6):
            assert body == (await success(fetcher, server.url())).body

    assert server.connections == 1


async def test_the_deadline_is_for_the_whole_exchange(make) -> None:
    """A byte now and then does not extend it, in the head or in the body; nor do redirects."""

    async def drip(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        if asked.target == "/hop":
            await asyncio.sleep(0.3)
            return redirect("/drip")
        for byte in b"" if asked.target == "/head" else b"HTTP/1.1 200 OK\r\n\r\n":
            writer.write(bytes([byte]))
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1000:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
        return None

    async with make(timeout=0.4) as fetcher, serve(drip) as server:
        for path in ("/head", "/body", "/hop"):
            started = time.monotonic()
            result = await failure(fetcher, server.url(path))

            assert Failure.TIMEOUT is result.failure
            assert "0.4 s" in result.reason
            assert time.monotonic() - started < 0.7


async def test_a_request_may_set_its_own_deadline(fetcher: Fetcher) -> None:
    """As robots.txt does."""

    async def never(_: Asked, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serve(never) as server:
        result = await failure(fetcher, server.url(), timeout=0.1)

    assert Failure.TIMEOUT is result.failure


async def test_a_cancelled_fetch_gives_its_turn_back(fetcher: Fetcher) -> None:
    """The next request to the host does not wait for ever."""

    async def slow(asked: Asked, _: asyncio.StreamWriter) -> bytes:
        await asyncio.sleep(30 if asked.target == "/slow" else 0)
        return http(BODY)

    async with serve(slow) as server:
        task = asyncio.create_task(fetcher.fetch(FetchRequest(url=server.url("/slow"))))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(2):
            await success(fetcher, server.url("/good"))


# --- how much ---------------------------------------------------------------------------------------------


async def test_a_body_above_the_cap_is_refused_while_it_comes(fetcher: Fetcher) -> None:
    """Plain or compressed, declared or not; with `cut` its beginning is taken."""
    bomb = gzip.compress(b"a" * 5_000_000)

    async def endless(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"a" * 65536)
            await writer.drain()

    answers = {
        "/plain": endless,
        "/bomb": http(bomb, "Content-Encoding: gzip"),
        "/file": http(bomb),
        "/long": http(b"a" * 2000),
    }
    async with serve(answers) as server:
        for path in answers:
            assert Failure.TOO_LARGE is (await failure(fetcher, server.url(path), max_bytes=1000)).failure
            cut = await success(fetcher, server.url(path), max_bytes=1000, cut=True)
            assert cut.body == b"a" * 1000
        assert len((await success(fetcher, server.url("/bomb"), max_bytes=5_000_000)).body) == 5_000_000


async def test_what_cannot_be_text_is_refused_before_the_body_for_pages_only(fetcher: Fetcher) -> None:
    """A feed may call itself an image, an article may not."""
    async with serve(http(BODY, "Content-Type: image/png")) as server:
        refused = await failure(fetcher, server.url(), refuse_media=True)
        taken = await success(fetcher, server.url())

    assert (refused.failure, refused.reason) == (Failure.WRONG_TYPE, "this is image/png, not a text")
    assert taken.body == BODY


async def test_thousand_cookies_and_a_large_header_do_no_harm(fetcher: Fetcher) -> None:
    """Real sites send more than libraries expect."""
    cookies = [f"Set-Cookie: c{n}={n}" for n in range(1000)]
    async with serve(http(BODY, *cookies, "Content-Security-Policy: " + "a" * 50_000)) as server:
        assert "set-cookie" not in (await success(fetcher, server.url())).headers


# --- redirects --------------------------------------------------------------------------------------------


async def test_permanent_redirects_say_where_a_feed_moved(fetcher: Fetcher) -> None:
    """Up to the first redirect that is not permanent."""
    answers = {
        "/a": redirect("/b", status="301 Moved"),
        "/b": redirect("/c", status="308 Moved"),
        "/c": http(BODY),
        "/d": redirect("/a", status="307 Moved"),
        "/e": redirect("/d", status="301 Moved"),
        "/f": redirect("/c#top", status="303 See Other"),
    }
    async with serve(answers) as server:
        moves = {path: (await success(fetcher, server.url(path))).moved_to for path in answers}

    assert {
        "/a": server.url("/c"),
        "/b": server.url("/c"),
        "/c": None,
        "/d": None,
        "/e": server.url("/d"),
        "/f": None,
    } == moves


async def test_redirects_end(fetcher: Fetcher) -> None:
    """Ten are followed; circles, dead ends and strange targets are not."""

    async def chain(asked: Asked, _: asyncio.StreamWriter) -> bytes:
        left = int(asked.target[1:])
        return redirect(f"/{left - 1}") if left else http(BODY)

    async with serve(chain) as server:
        assert (await success(fetcher, server.url("/10"))).body == BODY
        assert "more than 10" in (await failure(fetcher, server.url("/11"))).reason

    targets = [
        "/circle",
        "",
        " ",
        "file:///etc/passwd",
        "http://[::1:99999/ \udcd0\udcb6\x01",
        "mailto:a@b",
        "http://a b/",
    ]
    for target in targets:
        async with serve(redirect(target)) as server:
            assert Failure.REDIRECT is (await failure(fetcher, server.url("/circle"))).failure
            assert len(server.asked) <= 2


async def test_a_redirect_may_be_written_in_any_encoding(fetcher: Fetcher) -> None:
    """Raw bytes are sent back as the bytes they were."""
    raw = http(b"", "Location: /caf\udce9 \udcd0\udcb6?q=a b", status="302 Found")
    async with serve({"/": raw, "/caf%E9%20%D0%B6?q=a%20b": http(BODY)}) as server:
        assert (await success(fetcher, server.url("/"))).body == BODY


async def test_the_body_of_a_redirect_is_not_read(fetcher: Fetcher) -> None:
    """However long it is."""

    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        if asked.target == "/good":
            return http(BODY)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /good\r\n\r\n")
        while True:
            writer.write(b"a" * 65536)
            await writer.drain()

    async with serve(endless) as server:
        assert (await success(fetcher, server.url("/start"))).body == BODY


async def test_a_cookie_lives_for_one_fetch(fetcher: Fetcher) -> None:
    """Sites that set one and redirect to themselves are read; the next fetch starts without it."""

    async def gate(asked: Asked, _: asyncio.StreamWriter) -> bytes:
        if "seen=1" in asked.headers.get("cookie", ""):
            return http(BODY)
        return redirect(asked.target, "Set-Cookie: seen=1; Path=/; HttpOnly", "Set-Cookie: bad\x01=2")

    async with serve(gate) as server:
        await success(fetcher, server.url("/a"))
        await success(fetcher, server.url("/a"))

    assert [asked.headers.get("cookie") for asked in server.asked] == [None, "seen=1", None, "seen=1"]


async def test_secrets_stay_with_their_origin(fetcher: Fetcher) -> None:
    """Credentials, headers and cookies go to the origin of the request; no result repeats them."""
    async with serve(http(BODY)) as other:

        async def start(asked: Asked, _: asyncio.StreamWriter) -> bytes:
            target = "/second" if asked.target == "/first" else other.url("/third")
            return redirect(target, "Set-Cookie: c=1")

        async with serve(start) as server:
            result = await success(
                fetcher,
                server.url("/first", host="ann:s3cret@127.0.0.1"),
                headers=(("X-Key", "k3y"), ("Host", "evil.example"), ("Accept-Encoding", "br")),
                credentials="bob:pässword",
            )

    for asked in server.asked:
        assert asked.headers["authorization"] == "Basic Ym9iOnDDpHNzd29yZA=="
        assert asked.headers["x-key"] == "k3y"
        assert asked.headers["host"] == f"127.0.0.1:{server.port}"
        assert asked.headers["accept-encoding"] == "gzip, deflate"
    assert not {"authorization", "x-key", "cookie"} & set(other.asked[0].headers)
    assert "s3cret" not in repr(result)


async def test_credentials_in_an_address_are_used_and_never_shown(fetcher: Fetcher) -> None:
    """They work as in a browser, and no result repeats them."""
    async with serve({"/": http(BODY)}) as server:
        good = await success(fetcher, server.url("/", host="ann:s3%2Fcret@127.0.0.1"))
        bad = await failure(fetcher, server.url("/none", host="ann:s3%2Fcret@127.0.0.1"))
        worse = await failure(fetcher, "http://ann:s3%2Fcret@[bad/")

    assert server.asked[0].headers["authorization"] == "Basic YW5uOnMzL2NyZXQ="
    assert not [result for result in (good, bad, worse) if "s3" in repr(result)]
    assert "s3" not in repr(FetchRequest(url=server.url(), credentials="ann:s3cret", headers=(("X", "s3"),)))


# --- forbidden addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0177.0.0.1", "0x7f.1", "2130706433", "127.1", "localhost", "127.0.0.1."]
)
async def test_a_private_address_is_not_contacted(make, host: str) -> None:
    """In no spelling, by no name."""
    async with make(allow=()) as fetcher, serve(http(BODY)) as server:
        result = await failure(fetcher, server.url(host=host))

    assert Failure.FORBIDDEN_ADDRESS is result.failure
    assert "loopback" in result.reason
    assert server.connections == 0


async def test_a_redirect_to_a_private_address_is_not_followed(make) -> None:
    """Each hop is checked, and the network that is open does not open its neighbour."""
    async with make(allow=("127.0.0.1",)) as fetcher, serve(http(BODY), host="127.0.0.2") as forbidden:
        for host in ("127.0.0.2", "0x7f.2", "2130706434"):
            async with serve(redirect(forbidden.url(host=host))) as server:
                assert Failure.FORBIDDEN_ADDRESS is (await failure(fetcher, server.url())).failure

    assert forbidden.connections == 0


async def test_our_own_address_is_refused_even_in_an_open_network(make) -> None:
    """The fetcher cannot be made to talk to the program itself, wherever it listens."""
    own: set[tuple[str, int]] = set()
    allow = ("127.0.0.0/8", "0.0.0.0/32", "::/128", "::ffff:0:0/96")
    async with make(allow=allow, own_addresses=own) as fetcher, serve(http(BODY)) as server:
        await success(fetcher, server.url())
        for listening, asked in (
            ("127.0.0.3", "0x7f.3"),
            ("0.0.0.0", "127.0.0.9"),
            ("localhost", "127.0.0.8"),
            ("127.0.0.1", "[::ffff:127.0.0.1]"),
            ("127.0.0.1", "0.0.0.0"),
            ("::1", "[::]"),
        ):
            own.clear()
            own.add((listening, server.port))
            result = await failure(fetcher, server.url(host=asked))
            assert result.failure is Failure.FORBIDDEN_ADDRESS
            assert "itself listens" in result.reason
        other = await failure(fetcher, "http://127.0.0.3:1/")

    assert Failure.CONNECT is other.failure


async def test_no_proxy_is_asked_for_our_own_address(make) -> None:
    """A proxy on this machine reaches what is open to it: also where we listen."""
    own = {("0.0.0.0", 7777)}
    async with make(allow=("127.0.0.0/8",), own_addresses=own) as fetcher, serve(http(BODY)) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        result = await failure(fetcher, "http://127.0.0.4:7777/", proxy=address)
        await success(fetcher, "http://127.0.0.4:7778/", proxy=address)

    assert "itself listens" in result.reason
    assert len(proxy.asked) == 1


async def test_a_proxy_is_used_as_configured_and_not_for_private_targets(make) -> None:
    """The proxy's own address is the user's choice; what it is asked for is judged."""
    async with make(allow=()) as fetcher, serve(http(BODY)) as proxy:
        address = f"http://ann:s3cret@127.0.0.1:{proxy.port}"
        result = await success(fetcher, "http://news.example/feed", proxy=address)
        for target in (
            "http://127.0.0.1/",
            "http://localhost/",
            "http://[::1]/",
            "http://0x7f.1/",
            "http://router.lan/",
        ):
            assert Failure.FORBIDDEN_ADDRESS is (await failure(fetcher, target, proxy=address)).failure
        broken = await failure(fetcher, "http://news.example/", proxy="http://ann:s3cret@127.0.0.1:1")
        odd = await failure(fetcher, "http://news.example/", proxy="nonsense://ann:s3cret@x")

    assert result.body == BODY
    assert [asked.target for asked in proxy.asked] == ["http://news.example/feed"]
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic YW5uOnMzY3JldA=="
    assert Failure.CONNECT is broken.failure
    assert "s3cret" not in repr((broken, odd))


async def test_the_fetchers_own_proxy_is_for_requests_that_name_none(make) -> None:
    """One proxy for everything, but for the feed that has its own."""
    async with serve(http(BODY)) as all_proxy, serve(http(BODY)) as own:
        async with make(allow=(), proxy=f"http://127.0.0.1:{all_proxy.port}") as fetcher:
            await success(fetcher, "http://news.example/feed")
            await success(fetcher, "http://other.example/feed", proxy=f"http://127.0.0.1:{own.port}")

    assert [asked.target for asked in all_proxy.asked] == ["http://news.example/feed"]
    assert [asked.target for asked in own.asked] == ["http://other.example/feed"]


async def test_what_cannot_be_reached_says_why(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection and a name that does not exist are different things."""

    def unknown_name(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown_name)
    refused = await failure(fetcher, "http://127.0.0.1:1/")
    unknown = await failure(fetcher, "http://name.example/")

    assert (
        refused.failure,
        refused.reason.split("(")[-1].rstrip(")"),
    ) == (Failure.CONNECT, "connection refused")
    assert unknown.failure is Failure.DNS
    assert unknown.reason == "the server's name cannot be looked up: there is no such name"


# --- connections and turns --------------------------------------------------------------------------------


async def test_a_kept_connection_that_was_closed_is_replaced_silently(fetcher: Fetcher) -> None:
    """Servers close idle connections at any moment."""

    async def once(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        number = len(server.asked)
        return (
            None if number == 2 else http(BODY)
        )  # the second request on the first connection finds it closing

    async with serve(once) as server:
        await success(fetcher, server.url("/1"))
        await success(fetcher, server.url("/2"))

    assert (len(server.asked), server.connections) == (3, 2)


async def test_an_unasked_answer_is_not_taken_for_the_next_one(fetcher: Fetcher) -> None:
    """A connection on which too much arrived is not used again."""

    async def twice(asked: Asked, _: asyncio.StreamWriter) -> bytes:
        return http(asked.target.encode()) + http(b"poison")

    async with serve(twice) as server:
        assert (await success(fetcher, server.url("/1"))).body == b"/1"
        await asyncio.sleep(0.05)
        assert (await success(fetcher, server.url("/2"))).body == b"/2"


async def test_one_host_is_asked_by_one_connection_at_a_time(fetcher: Fetcher) -> None:
    """And others meanwhile."""
    running: dict[str, int] = {}
    most: dict[str, int] = {}

    async def slow(asked: Asked, _: asyncio.StreamWriter) -> bytes:
        host = asked.headers["host"]
        running[host] = running.get(host, 0) + 1
        most[host] = max(most.get(host, 0), running[host])
        most["all"] = max(most.get("all", 0), sum(running.values()))
        await asyncio.sleep(0.02)
        running[host] -= 1
        return http(BODY)

    async with serve(slow) as first, serve(slow) as second:
        await asyncio.gather(
            *(success(fetcher, server.url(f"/{n}")) for n in range(5) for server in (first, second))
        )

    assert {1, 2} == {most.pop("all"), *most.values()}


async def test_a_host_that_asked_to_wait_is_left_alone(make) -> None:
    """Nothing is sent before the time is over, by any request; then all is well."""
    clock = [100.0]
    pace = HostPace(monotonic=lambda: clock[0])
    answers = {"/a": http(b"", "Retry-After: 120", status="429 X"), "/b": http(BODY)}
    async with make(pace=pace) as fetcher, serve(answers) as server:
        told = await failure(fetcher, server.url("/a"))
        clock[0] += 119.5
        waiting = await failure(fetcher, server.url("/b"))
        clock[0] += 0.5
        await success(fetcher, server.url("/b"))

    assert (told.failure, told.status, told.retry_after) == (Failure.RATE_LIMITED, 429, 120.0)
    assert (waiting.failure, waiting.status, waiting.retry_after) == (Failure.RATE_LIMITED, None, 0.5)
    assert [asked.target for asked in server.asked] == ["/a", "/b"]


async def test_pages_are_asked_for_admission_at_every_hop(fetcher: Fetcher) -> None:
    """A redirect cannot lead where robots are not wanted."""
    asked_for: list[str] = []

    async def admit(url: str, proxy: str | None) -> Admission:
        asked_for.append(url)
        return Admission(refusal="not here" if url.endswith("/private") else None)

    async with serve({"/a": redirect("/b"), "/b": redirect("/private"), "/private": http(BODY)}) as server:
        result: FetchResult = await fetcher.fetch(FetchRequest(url=server.url("/a")), admit=admit)

    assert isinstance(result, FetchFailed)
    assert (result.failure, result.reason) == (Failure.ROBOTS, "not here")
    assert [server.url("/a"), server.url("/b"), server.url("/private")] == asked_for
    assert [asked.target for asked in server.asked] == ["/a", "/b"]
