"""Fetch pages of the web: one GET for each, with limits on time, bytes, redirects and the rate to each host.

What was fetched before is asked for with `If-None-Match` and `If-Modified-Since`; 304 takes it from the cache. A server
that is busy (429, 503) and says for how long is asked once more after that, where it is not long. A host that could not
be connected to is not asked again in the run.

Not covered: proxies, cookies, sign-in, scripts that make a page, `robots.txt` (addresses are listed by people, and no
link is followed).
"""

from __future__ import annotations

import codecs
import mimetypes
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpcore2

from core.errors import DocumentError
from core.settings import without_password
from core.url_lists import UrlListSettings
from core.urls import is_http_url
from ingest.parse import MAX_BYTES
from ingest.parse.shared.encoding import codec_of
from ingest.sources.web.addresses import CheckedBackend
from ingest.sources.web.page_cache import Page, PageCache

_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)
_LONGEST_WAIT = 30.0
"""Seconds that a busy server may ask for. Chosen: a run is not to stand still for longer."""
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/csv": ".csv",
}
_UNSPECIFIC = ("application/octet-stream", "binary/octet-stream", "text/plain", "")
"""Types of servers that do not know a file's kind: the ending of its path says more."""
_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
"""Stay as they are in the address of a redirect; others become %XX, as in browsers."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    content: bytes


@dataclass(slots=True)
class Fetcher:
    """Fetches each page once in a run, one after the other. `clock` and `sleep` are in seconds."""

    settings: UrlListSettings
    cache: PageCache
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _fetched: set[str] = field(default_factory=set)
    _next_request: dict[str, float] = field(default_factory=dict)
    _failed_hosts: dict[str, str] = field(default_factory=dict)
    _deadline: float = 0.0
    """Of the page that is being fetched. Waiting for the rate of a host, or for a busy server, is not counted."""

    def page(self, url: str) -> Page:
        """Return the page of a URL, from the cache where the server says that it is the same. Raises DocumentError."""
        known = self.cache.load(url)
        if known is not None and url in self._fetched:
            return known
        answer, last = self._followed(url, known)
        if answer.status == 304 and known is not None:
            self._fetched.add(url)
            return known
        if answer.status != 200:
            raise DocumentError(_refusal(answer.status))
        if not answer.content:
            raise DocumentError("it is empty")
        page = _page_of(answer, last)
        self.cache.store(url, page)
        self._fetched.add(url)
        return page

    def _followed(self, url: str, known: Page | None) -> tuple[_Answer, str]:
        """Return the answer behind all redirects, and the URL that gave it."""
        self._deadline = self.clock() + self.settings.timeout_s
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._patient(url, known)
            if answer.status not in _REDIRECTS:
                return answer, url
            url = _redirected(url, answer.headers.get("location", ""))
        raise DocumentError(f"it redirects more than {_MOST_REDIRECTS} times, at last to {_shown(url)}")

    def _patient(self, url: str, known: Page | None) -> _Answer:
        answer = self._requested(url, known)
        wait = _seconds(answer.headers.get("retry-after", ""))
        if answer.status in _BUSY and wait is not None and wait <= _LONGEST_WAIT:
            self._wait(wait)
            return self._requested(url, known)
        return answer

    def _wait(self, seconds: float) -> None:
        self.sleep(seconds)
        self._deadline += seconds

    def _requested(self, url: str, known: Page | None) -> _Answer:
        host = urlsplit(url).netloc
        if host in self._failed_hosts:
            raise DocumentError(self._failed_hosts[host])
        self._keep_rate(host)
        try:
            return self._exchange(url, known)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            reason = f"{host} could not be reached: {error or type(error).__name__}"
            self._failed_hosts[host] = reason
            raise DocumentError(reason) from error
        except httpcore2.TimeoutException as error:
            raise DocumentError(f"it took more than {self.settings.timeout_s:g} s") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise DocumentError(f"{host} did not send it: {error or type(error).__name__}") from error

    def _keep_rate(self, host: str) -> None:
        wait = self._next_request.get(host, 0.0) - self.clock()
        if wait > 0:
            self._wait(wait)
        self._next_request[host] = self.clock() + 1 / self.settings.requests_per_second

    def _exchange(self, url: str, known: Page | None) -> _Answer:
        left = self._deadline - self.clock()
        if left <= 0:
            raise DocumentError(f"it took more than {self.settings.timeout_s:g} s")
        backend = CheckedBackend(allow_private=self.settings.allow_private, seconds=left)
        with (
            httpcore2.ConnectionPool(network_backend=backend, max_keepalive_connections=0) as pool,
            pool.stream("GET", url, headers=_headers(url, known)) as response,
        ):
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if headers.get("content-encoding", "identity") != "identity":
                raise DocumentError(f"its server packs it as {headers['content-encoding']}, without being asked to")
            content = _content(response.iter_stream()) if response.status == 200 else b""
            return _Answer(response.status, headers, content)


def _content(blocks: Iterable[bytes]) -> bytes:
    content = bytearray()
    for block in blocks:
        content += block
        if len(content) > MAX_BYTES:
            raise DocumentError(f"it has more than the limit of {MAX_BYTES:,} bytes")
    return bytes(content)


def _redirected(url: str, location: str) -> str:
    """Return where a redirect leads. Raises DocumentError for what is no address, or has a user or password."""
    try:
        target = urljoin(url, quote(location.encode("latin-1"), safe=_URL_CHARACTERS))
    except ValueError:
        target = location
    if not is_http_url(target):
        raise DocumentError(f"it redirects to '{_shown(target)}', which is no address with http:// or https://")
    if "@" in urlsplit(target).netloc:
        raise DocumentError(f"it redirects to an address of {urlsplit(target).hostname} with a user or password")
    return target


def _shown(url: str) -> str:
    """Return an address for a message: without what may be secret, the password and the query."""
    return without_password(url).partition("?")[0]


def _headers(url: str, known: Page | None) -> list[tuple[bytes, bytes]]:
    headers = [
        ("Host", urlsplit(url).netloc),
        ("User-Agent", "groundwork-ingest"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
    ]
    if known is not None and known.etag:
        headers.append(("If-None-Match", known.etag))
    if known is not None and known.last_modified:
        headers.append(("If-Modified-Since", known.last_modified))
    # As they were decoded: a server may use any byte in its ETag.
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _refusal(status: int) -> str:
    if status in (404, 410):
        return (
            f"its server says that it is not there (status {status}); if it is gone for good, remove it from the list"
        )
    if status in (401, 403):
        return f"its server does not give it to everybody (status {status})"
    return f"its server answered with status {status}"


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdecimal() else None


def _page_of(answer: _Answer, url: str) -> Page:
    about = Message()
    about["Content-Type"] = answer.headers.get("content-type", "")
    media_type = about.get_content_type() if about["Content-Type"] else ""
    return Page(
        _in_utf8(answer.content, media_type, about.get_content_charset()),
        _file_name(media_type, url),
        answer.headers.get("etag"),
        answer.headers.get("last-modified"),
    )


def _file_name(media_type: str, url: str) -> str:
    """Return the name of the page's last folder with the ending of its media type, or as it is where that says more."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    if media_type in _UNSPECIFIC and PurePosixPath(name).suffix:
        return name
    ending = _ENDINGS.get(media_type) or mimetypes.guess_extension(media_type) or ""
    return f"{PurePosixPath(name).stem or 'index'}{ending}"


def _in_utf8(content: bytes, media_type: str, charset: str | None) -> bytes:
    """Return a text in UTF-8 with its mark, where the header names another encoding, which no text overrules."""
    codec = codec_of(charset) if charset and (media_type.startswith("text/") or media_type.endswith("xml")) else None
    if codec is None or codec == "utf-8":
        return content
    try:
        return codecs.BOM_UTF8 + content.decode(codec).encode()
    except UnicodeError:
        # The header is wrong: the parser finds the encoding out, as for a file.
        return content
