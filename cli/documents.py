"""`groundwork health`: examine the documents."""

from __future__ import annotations

from cli.options import AsJson, print_json, request, stdout


def health_command(as_json: AsJson = False) -> None:
    """Show where your documents disagree, repeat one another, or are past their own dates."""
    from cli.console import print_health

    health = request("groundwork health", "/v1/corpus-health")
    print_json(health) if as_json else print_health(health, stdout())
