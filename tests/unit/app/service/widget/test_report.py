"""What the log says at the start about the sites that embed the widget."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.service.widget.report import widget_report
from core.errors import ConfigurationError
from testing.services import make_service

PORTAL = (
    '[[sites]]\nname = "portal"\nkey = "portal-7f3a"\norigins = ["https://www.example.com", "http://localhost:3"]\n'
)
LOCAL = '[[sites]]\nname = "local"\nkey = "local-7f3a"\norigins = ["http://localhost:3000"]\n'
DRAFT = '[[sites]]\nname = "draft"\nkey = "draft-7f3a"\n'


def report(folder: Path, more: str, *, built: bool = True, **settings: object) -> str:
    service = make_service(folder, more=more)
    service.settings = replace(service.settings, **settings)  # type: ignore[arg-type]
    try:
        return "\n".join(widget_report(service, interface_built=built))
    finally:
        service.close()


def test_without_a_site_nothing_is_said_and_no_secret_is_made(tmp_path: Path) -> None:
    assert report(tmp_path, "") == ""
    assert not (tmp_path / "data" / "widget-secret").exists()


def test_each_site_is_named_with_its_origins_and_what_it_lacks(tmp_path: Path) -> None:
    said = report(tmp_path, PORTAL + LOCAL + DRAFT)
    assert "the site portal (portal-7f3a) may be used by https://www.example.com, http://localhost:3.\n" in said
    assert "by http://localhost:3000. These are pages of this machine; visitors need an origin with https." in said
    assert "the site draft (draft-7f3a) may be used by no page. Add its origins to domain.toml." in said


def test_a_site_of_the_services_own_pages_is_named_as_that(tmp_path: Path) -> None:
    said = report(tmp_path, '[[sites]]\nname = "own"\nkey = "own-12345"\norigins = ["self"]\n')
    assert "the site own (own-12345) may be used by the service's own pages.\n" in said


def test_what_a_published_widget_needs_is_named_while_it_is_not_set(tmp_path: Path) -> None:
    said = report(tmp_path / "a", PORTAL, built=False)
    for name in ("GROUNDWORK_ALLOWED_HOSTS", "GROUNDWORK_TRUSTED_PROXIES", "GROUNDWORK_WIDGET_SECRET", "app/ui/dist"):
        assert name in said
    assert (tmp_path / "a" / "data" / "widget-secret").exists()
    said = report(tmp_path / "b", PORTAL, allowed_hosts=("help.example.com",), trusted_proxies=("127.0.0.1/32",))
    assert "GROUNDWORK_ALLOWED_HOSTS" not in said
    assert "GROUNDWORK_TRUSTED_PROXIES" not in said
    assert "app/ui/dist" not in said


def test_a_secret_that_is_none_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "widget-secret").write_text("short", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="widget-secret has 5 characters"):
        report(tmp_path, PORTAL)
