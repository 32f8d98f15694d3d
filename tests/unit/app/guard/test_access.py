"""Who may use the guard."""

from typing import Any

import pytest

from app.guard.access import check_caller
from app.guard.settings import GuardSettings
from core.errors import Forbidden, Misdirected, Unauthorized

URL = "http://localhost:8001/v1"
OPEN, KEYED = GuardSettings(URL), GuardSettings(URL, key="s3cret", host="0.0.0.0")


@pytest.mark.parametrize("host", ["localhost:8010", "127.0.0.1:8010", "[::1]:8010", "10.1.2.3", "guard.localhost"])
def test_this_machine_and_addresses_are_answered(host: Any) -> None:
    check_caller({"host": host, "origin": f"http://{host}"}, OPEN)


@pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example", "[::1", "127.0.0.1.nip.io"])
def test_a_name_that_resolves_to_this_machine_is_refused(host: Any) -> None:
    with pytest.raises(Misdirected):
        check_caller({"host": host}, OPEN)


@pytest.mark.parametrize(
    "more", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_page_of_another_site_is_refused(more: Any) -> None:
    with pytest.raises(Forbidden):
        check_caller({"host": "localhost:8010", **more}, OPEN)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer other", "Basic s3cret", "s3cret", "Bearer s3cret2"])
def test_a_guard_with_a_key_asks_for_it(authorization: Any) -> None:
    with pytest.raises(Unauthorized):
        check_caller({"host": "guard", "authorization": authorization}, KEYED)


def test_the_key_opens_the_guard_under_every_host() -> None:
    check_caller({"host": "guard.example", "authorization": "bearer s3cret"}, KEYED)


def test_a_guard_that_is_open_to_all_answers_every_client_but_the_pages_of_other_sites() -> None:
    everybody = GuardSettings(URL, open_to_all=True, host="0.0.0.0")
    check_caller({"host": "guard:8010"}, everybody)
    for more in ({"origin": "https://x.example"}, {"sec-fetch-site": "cross-site"}):
        with pytest.raises(Forbidden):
            check_caller({"host": "127.0.0.1:8010", **more}, everybody)
    with pytest.raises(Misdirected):
        check_caller({"host": "rebound.example", "origin": "http://rebound.example"}, everybody)
