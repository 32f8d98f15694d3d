"""`groundwork release …`: which evaluated candidate the service answers with."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, print_json, print_table, settings_from, stdout
from core.errors import ConfigurationError

if TYPE_CHECKING:
    from core.releases import Release, Releases
    from core.settings import Settings

release = typer.Typer(help="Which evaluated candidate the service answers with.", no_args_is_help=True)


@release.command("promote")
def promote_command(
    record: Annotated[Path, typer.Argument(help="A record of `groundwork eval gate … --record FILE`.")],
    force: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Promote a record that does not ship, for this reason, which is kept."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer with the recipe of this record from the next start of the service on."""
    from core.domain import load_domain
    from evals.release.promote import promote

    settings = settings_from()
    domain = load_domain(settings.domain_dir)
    _show(promote(record, _releases(settings), domain, _now(), force), as_json)


@release.command("rollback")
def rollback_command(as_json: AsJson = False) -> None:
    """Return to the release before the current one; before the first, to the recipe of domain.toml."""
    _show(_releases(settings_from()).rollback(_now()), as_json)


@release.command("show")
def show_command(as_json: AsJson = False) -> None:
    """Show the current release, and what was promoted and rolled back."""
    from evals.release.console import history_table, release_lines

    releases = _releases(settings_from())
    events = releases.history()
    try:
        current = releases.current()
    except ConfigurationError:
        # What can be rolled back to is what a person needs to see then.
        if events and not as_json:
            print_table(history_table(events), stdout())
        raise
    if as_json:
        print_json({**_as_dict(current), "history": [asdict(event) for event in events]})
        return
    console = stdout()
    for line in release_lines(current):
        console.print(line, soft_wrap=True, markup=False)
    if events:
        print_table(history_table(events), console)


def _releases(settings: Settings) -> Releases:
    from core.releases import Releases

    return Releases(settings.data_dir)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _show(current: Release | None, as_json: bool) -> None:
    from evals.release.console import RESTART, release_lines

    if as_json:
        print_json(_as_dict(current))
        return
    for line in (*release_lines(current), RESTART):
        stdout().print(line, soft_wrap=True, markup=False)


def _as_dict(current: Release | None) -> dict[str, Any]:
    if current is None:
        return {"release": None}
    record = current.record
    return {
        "release": {
            "id": record.id,
            "sha256": record.sha256,
            "promoted_at": current.at,
            "reason": current.reason,
            "verdict": record.decision,
            "recipe": record.recipe_name,
            "mode": record.mode,
            "model": record.model,
            "corpus_sha256": record.corpus_sha256,
        }
    }
