"""`groundwork keys` and `audit`: API keys and audit log, in the database itself, whether the service runs or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.operations.acts import record_act
from cli.options import AsJson, opened_database, print_json, print_table, stdout
from core.errors import ConfigurationError
from core.moments import moment_text
from core.permissions import groups_from

if TYPE_CHECKING:
    from app.access.keys import ApiKey

_LONGEST_NAME = 100
_ROLES = "ask, ingest, admin, metrics"

keys = typer.Typer(help="Make, list and revoke the API keys of the service.", no_args_is_help=True)


@keys.command("create")
def create_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for; no other valid key has the name.")],
    role: Annotated[list[str] | None, typer.Option(help=f"One of {_ROLES}; repeatable. Default: ask.")] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="A group whose documents the key may read; repeatable.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Days for which it is valid. Default: no end.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it. It is shown this once: only its hash is kept."""
    from app.access.keys import create_key

    roles = _roles(role or ["ask"])
    name = _name(name)
    groups = _groups(group or [])
    now = datetime.now(UTC)
    with opened_database() as database:
        made = create_key(
            database,
            name,
            roles,
            groups,
            now,
            now + timedelta(days=days) if days is not None else None,
        )
        record_act(database, "keys.create", f"{made.key.id} {name}: {', '.join(roles)}", now)
    if as_json:
        print_json({**_described(made.key, now), "key": made.text})
        return
    typer.echo(made.text)
    typer.echo(f"The key '{name}' ({', '.join(roles)}). Keep it now: it is not shown again.", err=True)


@keys.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Show the keys: what each may do, until when, and when it was last used."""
    from app.access.keys import list_keys

    now = datetime.now(UTC)
    with opened_database() as database:
        found = [_described(key, now) for key in list_keys(database)]
    if as_json:
        print_json({"keys": found})
        return
    if not found:
        typer.echo("There is no key. Make one: groundwork keys create NAME")
        return
    _print_rows(
        ("id", "name", "state", "roles", "groups", "created", "expires", "last used"),
        [
            (
                key["id"],
                key["name"],
                key["state"],
                ", ".join(key["roles"]),
                ", ".join(key["groups"]),
                *(_day(key[moment]) for moment in ("created_at", "expires_at", "last_used_at")),
            )
            for key in found
        ],
    )


@keys.command("revoke")
def revoke_command(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The id or the name of the key.")], as_json: AsJson = False
) -> None:
    """Revoke a key. A running service takes it for ten more seconds at most."""
    from app.access.keys import revoke_key

    now = datetime.now(UTC)
    with opened_database() as database:
        revoked = revoke_key(database, key, now)
        record_act(database, "keys.revoke", f"{revoked.id} {revoked.name}", now)
    if as_json:
        print_json(_described(revoked, now))
        return
    typer.echo(f"Revoked the key '{revoked.name}' ({revoked.id}).")


def audit_command(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many acts.")] = 50, as_json: AsJson = False
) -> None:
    """Show who changed documents, keys and records, newest first."""
    from app.access.acts import latest_acts

    with opened_database() as database:
        acts = latest_acts(database, limit)
    if as_json:
        print_json(
            {
                "acts": [
                    {
                        "id": act.id,
                        "at": moment_text(act.at),
                        "principal_kind": act.principal_kind,
                        "principal_id": act.principal_id,
                        "principal_name": act.principal_name,
                        "address": act.address,
                        "action": act.action,
                        "target": act.target,
                        "status": act.status,
                    }
                    for act in acts
                ]
            }
        )
        return
    if not acts:
        typer.echo("Nothing has been recorded yet.")
        return
    _print_rows(
        ("when (UTC)", "who", "from", "what", "to what", "status"),
        [
            (
                f"{act.at:%Y-%m-%d %H:%M:%S}",
                act.principal_name or act.principal_id or act.principal_kind,
                act.address,
                act.action,
                act.target,
                str(act.status or ""),
            )
            for act in acts
        ],
    )


def _roles(given: list[str]) -> list[Any]:
    from app.service.principals import ROLES

    for role in given:
        if role not in ROLES:
            raise ConfigurationError(f"--role is '{role}'. Choose from: {_ROLES}.")
    return [role for role in ROLES if role in given]


def _groups(given: list[str]) -> frozenset[str]:
    try:
        return groups_from(given)
    except ValueError as error:
        raise ConfigurationError(f"The groups of --group are {error}.") from None


def _name(name: str) -> str:
    shown = name.strip()
    if not shown or len(shown) > _LONGEST_NAME or not shown.isprintable():
        raise ConfigurationError(
            f"The name {name[:_LONGEST_NAME]!a} has {len(name)} characters. Give 1 to {_LONGEST_NAME} printable ones."
        )
    return shown


def _described(key: ApiKey, now: datetime) -> dict[str, Any]:
    state = "revoked" if key.revoked_at is not None else "valid" if key.is_valid(now) else "expired"
    moments = {
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }
    return {
        "id": key.id,
        "name": key.name,
        "state": state,
        "roles": list(key.roles),
        "groups": sorted(key.groups),
        **{name: moment_text(moment) if moment is not None else None for name, moment in moments.items()},
    }


def _day(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment is not None else "–"


def _print_rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in head:
        table.add_column(title, no_wrap=True)
    for row in rows:
        # As plain text: names may contain brackets, which rich reads as styles.
        table.add_row(*map(Text, row))
    print_table(table, stdout())
