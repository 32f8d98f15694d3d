"""Pages of the web as documents, from a server on this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpcore2
import pytest

from core.errors import ConfigurationError, DiskFull, DocumentError, SourceUnavailable
from core.url_lists import UrlListSettings
from ingest.sources.source import RawDocument
from ingest.sources.web.addresses import CheckedBackend, is_public
from ingest.sources.web.fetch import Fetcher
from ingest.sources.web.page_cache import PageCache
from ingest.sources.web.url_list import UrlListSource
from testing.listening import listening


class Site:
    """Pages by their paths: status, headers and content. `asked` are the requests with their validators."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.url = ""


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            validator = self.headers.get("If-None-Match") or self.headers.get("If-Modified-Since")
            made.asked.append((self.path, validator))
            status, headers, content = made.pages.get(self.path, (404, {}, b"gone"))
            if status == 200 and validator in (headers.get("ETag"), headers.get("Last-Modified")) and validator:
                status, content = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    with listening(Handler) as url:
        made.url = url
        yield made


@pytest.fixture
def lists(site: Site, tmp_path: Path) -> Callable[..., UrlListSource]:
    def source(*paths: str, **settings: Any) -> UrlListSource:
        urls = tuple(path if "://" in path else f"{site.url}{path}" for path in paths)
        given = {"allow_private": True, "requests_per_second": 100.0} | settings
        return UrlListSource("test:web", UrlListSettings("web", urls, **given), tmp_path, tmp_path / "pages")

    return source


def read(source: UrlListSource) -> RawDocument:
    return source.items()[0].read()


def refusal(source: UrlListSource) -> str:
    with pytest.raises(DocumentError) as raised:
        read(source)
    return raised.value.reason


HTML = {"Content-Type": "text/html; charset=utf-8"}


def test_a_page_has_its_address_as_its_id_and_url_and_the_ending_of_its_media_type(
    site: Site, lists: Callable[..., UrlListSource]
) -> None:
    site.pages["/hr/leave?lang=en"] = (200, HTML, b"<h1>Leave</h1>")
    (item,) = lists("/hr/leave?lang=en#days").items()
    raw = item.read()

    host = site.url.removeprefix("http://")
    assert item.document_id == f"web/{host}/hr/leave?lang=en"
    assert (raw.content, raw.file_name, raw.url) == (b"<h1>Leave</h1>", "leave.html", f"{site.url}/hr/leave?lang=en")


@pytest.mark.parametrize(
    ("path", "media_type", "name"),
    [
        ("/", "text/html", "index.html"),
        ("/rules.pdf", "application/octet-stream", "rules.pdf"),
        ("/notes.md", "text/plain", "notes.md"),
        ("/get", "application/pdf", "get.pdf"),
        ("/page.php", "text/html", "page.html"),
        ("/data.csv", "", "data.csv"),
    ],
)
def test_the_kind_of_a_page_is_that_of_its_media_type_or_its_path(
    site: Site, lists: Callable[..., UrlListSource], path: str, media_type: str, name: str
) -> None:
    site.pages[path] = (200, {"Content-Type": media_type}, b"x")

    assert read(lists(path)).file_name == name


@pytest.mark.parametrize("validator", [{"ETag": '"v1"'}, {"Last-Modified": "Mon, 30 Nov 2026 08:00:00 GMT"}])
def test_a_page_that_has_not_changed_is_not_sent_again(
    site: Site, lists: Callable[..., UrlListSource], validator: dict[str, str]
) -> None:
    site.pages["/a"] = (200, HTML | validator, b"one")
    first, again = read(lists("/a")), read(lists("/a"))
    site.pages["/a"] = (200, HTML | {"ETag": '"v2"'}, b"two")
    changed = read(lists("/a"))

    assert (first.content, again.content, changed.content) == (b"one", b"one", b"two")
    assert site.asked == [("/a", None), ("/a", *validator.values()), ("/a", *validator.values())]


def test_nothing_is_kept_of_a_page_that_is_listed_no_longer(
    site: Site, lists: Callable[..., UrlListSource], tmp_path: Path
) -> None:
    for path in ("/a", "/b"):
        site.pages[path] = (200, HTML, path.encode())
    for item in lists("/a", "/b").items():
        item.read()
    assert len([*(tmp_path / "pages").iterdir()]) == 4

    assert read(lists("/b")).content == b"/b"
    assert [file.read_bytes() for file in (tmp_path / "pages").glob("*.page")] == [b"/b"]
    assert len([*(tmp_path / "pages").iterdir()]) == 2


def test_a_page_is_asked_for_once_in_a_run(site: Site, lists: Callable[..., UrlListSource]) -> None:
    site.pages["/a"] = (200, HTML, b"one")
    (item,) = lists("/a").items()

    assert item.read() == item.read()
    assert len(site.asked) == 1


def test_a_page_in_another_encoding_is_read_as_its_server_says(site: Site, lists: Callable[..., UrlListSource]) -> None:
    site.pages["/a"] = (200, {"Content-Type": "text/html; charset=ISO-8859-1"}, "Grüße".encode("latin-1"))

    assert read(lists("/a")).content.decode("utf-8-sig") == "Grüße"
    # What browsers take it for: quotation marks, and no control characters.
    site.pages["/a"] = (200, {"Content-Type": "text/html; charset=ISO-8859-1"}, b"\x93Leave\x94")
    assert read(lists("/a")).content.decode("utf-8-sig") == "“Leave”"


def test_redirects_are_followed_up_to_five(site: Site, lists: Callable[..., UrlListSource]) -> None:
    for number in range(5):
        site.pages[f"/{number}"] = (302, {"Location": f"/{number + 1}"}, b"")
    site.pages["/5"] = (200, HTML, b"there")
    site.pages["/round"] = (301, {"Location": "/round"}, b"")
    site.pages["/file"] = (301, {"Location": "file:///etc/passwd"}, b"")

    assert read(lists("/0")).content == b"there"
    assert "redirects more than 5 times" in refusal(lists("/round"))
    assert "redirects to 'file:///etc/passwd'" in refusal(lists("/file"))


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "it is not there (status 404)"),
        (410, "it is not there"),
        (403, "does not give it to everybody"),
        (500, "500"),
    ],
)
def test_a_page_that_its_server_does_not_give_is_refused_with_the_reason(
    site: Site, lists: Callable[..., UrlListSource], status: int, reason: str
) -> None:
    site.pages["/a"] = (status, {}, b"")

    assert reason in refusal(lists("/a"))


def test_a_page_beyond_the_limits_of_bytes_and_of_time_is_refused(
    site: Site, lists: Callable[..., UrlListSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.web.fetch.MAX_BYTES", 10)
    site.pages["/a"] = (200, HTML, b"0" * 11)
    site.pages["/short"] = (200, HTML | {"Content-Length": "20"}, b"cut off")

    assert "more than the limit of 10 bytes" in refusal(lists("/a"))
    assert "did not send it" in refusal(lists("/short", timeout_s=0.3))


def test_private_addresses_are_refused_after_the_name_was_looked_up(
    site: Site, lists: Callable[..., UrlListSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/a"] = (200, HTML, b"internal")
    port = site.url.rpartition(":")[2]
    looked_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **kw: looked_up("127.0.0.1" if host == "rebound.example" else host, *rest, **kw),
    )

    for host in ("127.0.0.1", "localhost", "rebound.example", "[::ffff:127.0.0.1]"):
        assert "no public address" in refusal(lists(f"http://{host}:{port}/a", allow_private=False))
    assert site.asked == []


def test_a_redirect_to_a_private_address_is_refused(
    site: Site, lists: Callable[..., UrlListSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/a"] = (302, {"Location": f"http://127.0.0.2:{site.url.rpartition(':')[2]}/secret"}, b"")
    # This machine's own address stands for a public one.
    monkeypatch.setattr("ingest.sources.web.addresses.is_public", lambda address: address == "127.0.0.1")

    assert refusal(lists("/a", allow_private=False)).startswith("127.0.0.2 is 127.0.0.2, which is no public address")
    assert [path for path, _ in site.asked] == ["/a"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:4700::1111", True), ("10.0.0.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False),
        ("fd00::1", False), ("::ffff:192.168.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
        ("fec0::1", False), ("::127.0.0.1", False), ("64:ff9b:1::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_that_nobody_knows_is_a_connection_that_fails() -> None:
    with pytest.raises(httpcore2.ConnectError, match="cannot be looked up"):
        CheckedBackend(allow_private=False, seconds=5.0).connect_tcp("nowhere.invalid", 80)


def test_the_next_address_of_a_host_is_tried_where_one_does_not_answer(
    site: Site, lists: Callable[..., UrlListSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/a"] = (200, HTML, b"there")
    port = site.url.rpartition(":")[2]
    looked_up = socket.getaddrinfo

    def two_addresses(host: str, *rest: Any, **kw: Any) -> list[Any]:
        names = ("127.0.0.3", "127.0.0.1") if host == "two.example" else (host,)
        return [found for name in names for found in looked_up(name, *rest, **kw)]

    monkeypatch.setattr(socket, "getaddrinfo", two_addresses)

    assert read(lists(f"http://two.example:{port}/a")).content == b"there"


def test_a_server_that_sends_its_headers_too_slowly_is_not_waited_for(lists: Callable[..., UrlListSource]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\n")
                    while True:
                        connection.sendall(b"X-More: 1\r\n")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        began = time.monotonic()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert refusal(lists(url, timeout_s=0.3)) == "it took more than 0.3 s"
        assert time.monotonic() - began < 5
        thread.join(5)


def test_waiting_for_the_rate_to_a_host_is_no_part_of_a_pages_time(
    site: Site, lists: Callable[..., UrlListSource], tmp_path: Path
) -> None:
    slept: list[float] = []
    settings = lists("/a", requests_per_second=0.02, timeout_s=5.0).settings
    fetcher = Fetcher(settings, PageCache(tmp_path), clock=lambda: sum(slept), sleep=slept.append)
    site.pages |= {"/a": (302, {"Location": "/b"}, b""), "/b": (200, HTML, b"b")}

    assert fetcher.page(f"{site.url}/a").content == b"b"
    assert slept == [50.0]


def test_a_redirect_is_followed_whatever_letters_it_has_and_no_secret_of_it_is_named(
    site: Site, lists: Callable[..., UrlListSource]
) -> None:
    site.pages |= {
        "/a": (302, {"Location": "/grüße?x=a b"}, b""),
        "/gr%FC%DFe?x=a%20b": (200, HTML, b"there"),
        "/secret": (302, {"Location": "http://user:hunter2@example.com/"}, b""),
        "/round": (302, {"Location": "/round?token=hunter2"}, b""),
        "/round?token=hunter2": (302, {"Location": "/round?token=hunter2"}, b""),
        "/broken": (302, {"Location": "http://user:hunter2@[bad/"}, b""),
    }

    assert read(lists("/a")).content == b"there"
    assert refusal(lists("/secret")) == "it redirects to an address of example.com with a user or password"
    for path in ("/round", "/broken"):
        assert "hunter2" not in refusal(lists(path))


def test_a_validator_with_any_bytes_goes_back_as_it_came(site: Site, lists: Callable[..., UrlListSource]) -> None:
    site.pages["/a"] = (200, HTML | {"ETag": '"fassung-ü"'}, b"one")

    assert read(lists("/a")).content == read(lists("/a")).content == b"one"
    assert site.asked == [("/a", None), ("/a", '"fassung-ü"')]


@pytest.mark.parametrize("charset", ["charset=punycode", "charset=zlib", "charset*=us-ascii''a%00b"])
def test_a_charset_that_is_no_encoding_of_pages_is_left_to_the_parser(
    site: Site, lists: Callable[..., UrlListSource], charset: str
) -> None:
    site.pages["/a"] = (200, {"Content-Type": f"text/html; {charset}"}, b"<p>One-</p>")

    assert read(lists("/a")).content == b"<p>One-</p>"


def test_a_page_is_kept_while_the_disk_has_space_for_it(
    site: Site, lists: Callable[..., UrlListSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/a"] = (200, HTML, b"one")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2))

    with pytest.raises(DiskFull, match="is full"):
        read(lists("/a"))


def test_the_rate_to_a_host_is_kept_and_a_busy_server_is_asked_once_more(
    site: Site, lists: Callable[..., UrlListSource], tmp_path: Path
) -> None:
    slept: list[float] = []
    source = lists("/a", "/b", "/busy", requests_per_second=2.0)
    fetcher = Fetcher(source.settings, PageCache(tmp_path), clock=lambda: sum(slept), sleep=slept.append)
    site.pages |= {"/a": (200, HTML, b"a"), "/b": (200, HTML, b"b"), "/busy": (429, {"Retry-After": "7"}, b"")}

    fetcher.page(f"{site.url}/a")
    fetcher.page(f"{site.url}/b")
    with pytest.raises(DocumentError, match="429"):
        fetcher.page(f"{site.url}/busy")

    assert slept == [0.5, 0.5, 7.0]
    assert [path for path, _ in site.asked] == ["/a", "/b", "/busy", "/busy"]


def test_a_host_that_cannot_be_reached_is_tried_once(lists: Callable[..., UrlListSource]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        one, two = lists(f"{address}/1", f"{address}/2").items()

        for item in (one, two):
            with pytest.raises(DocumentError, match="could not be reached"):
                item.read()
    assert one.fetcher is two.fetcher


def test_a_list_in_a_file_is_read_beside_the_others(lists: Callable[..., UrlListSource], tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("# Pages\nhttps://example.com/b\n\n https://example.com/a \n", encoding="utf-8")

    listed = lists("https://example.com/c", "https://example.com/a", file="urls.txt").items()
    assert [item.document_id for item in listed] == [f"web/example.com/{name}" for name in "abc"]


def test_a_list_that_is_missing_keeps_the_documents_that_it_named(lists: Callable[..., UrlListSource]) -> None:
    with pytest.raises(SourceUnavailable, match=r"urls\.txt cannot be read"):
        lists(file="urls.txt").items()


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "example.com/a", "http://", "https://example.com/a b", "https://exämple.com/"]
)
def test_what_is_no_address_is_named(lists: Callable[..., UrlListSource], url: str, tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text(url + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="which is no address"):
        lists(file="urls.txt").items()


def test_a_password_in_an_address_is_refused_and_not_repeated(lists: Callable[..., UrlListSource]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        lists("https://user:hunter2@example.com/").items()
    assert "hunter2" not in str(raised.value)
    with pytest.raises(ConfigurationError, match="which is no address") as raised:
        lists("https://user:hunter2@exämple.com/").items()
    assert "hunter2" not in str(raised.value)


def test_a_list_that_begins_with_a_byte_order_mark_is_read(lists: Callable[..., UrlListSource], tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("https://example.com/a\r\n", encoding="utf-8-sig")

    assert [item.url for item in lists(file="urls.txt").items()] == ["https://example.com/a"]


def test_a_damaged_page_of_the_cache_is_fetched_again(
    site: Site, lists: Callable[..., UrlListSource], tmp_path: Path
) -> None:
    site.pages["/a"] = (200, HTML | {"ETag": '"v1"'}, b"one")
    read(lists("/a"))
    (page,) = (tmp_path / "pages").glob("*.page")
    page.write_bytes(b"damaged")

    assert read(lists("/a")).content == b"one"
    assert site.asked == [("/a", None), ("/a", None)]
