"""What the log says at the start about the sites that embed the chat widget, and what they lack."""

from __future__ import annotations

from app.service.service import Service
from app.service.widget.secret import secret_file
from core.origins import is_on_this_machine
from core.settings import Settings
from core.sites import OWN_ORIGIN, Site


def widget_report(service: Service, *, interface_built: bool) -> list[str]:
    """Return the lines: one for each site, and one for each setting that they may need. Without a site, none.

    Loads the secret that signs sessions, so that a wrong one is known before the first visitor comes. Raises
    ConfigurationError.
    """
    sites, settings = service.domain.sites, service.settings
    if not sites:
        return []
    if service.sites.exist:
        _ = service.sites.secret
    lines = [_line(site) for site in sites]
    if not interface_built:
        lines.append("Widget: the build of the interface (app/ui/dist) is missing, so /widget/loader.js is not found.")
    return [*lines, *_missing_settings(settings)]


def _line(site: Site) -> str:
    origins = ", ".join(map(_shown, site.origins)) or "no page"
    return f"Widget: the site {site.name} ({site.key}) may be used by {origins}.{_lack(site)}"


def _shown(origin: str) -> str:
    return "the service's own pages" if origin == OWN_ORIGIN else origin


def _lack(site: Site) -> str:
    if not site.origins:
        return " Add its origins to domain.toml."
    if all(map(is_on_this_machine, site.origins)):
        return " These are pages of this machine; visitors need an origin with https."
    return ""


def _missing_settings(settings: Settings) -> list[str]:
    lines = []
    if not settings.allowed_hosts:
        lines.append(
            "Widget: GROUNDWORK_ALLOWED_HOSTS is not set: the service is reached by localhost and by IP addresses only."
        )
    if not settings.trusted_proxies:
        lines.append(
            "Widget: GROUNDWORK_TRUSTED_PROXIES is not set: behind a proxy, all visitors count as one address."
        )
    if settings.widget_secret is None:
        lines.append(
            f"Widget: sessions are signed with {secret_file(settings)}; several replicas need GROUNDWORK_WIDGET_SECRET."
        )
    return lines
