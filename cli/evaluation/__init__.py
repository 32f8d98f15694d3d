"""`groundwork eval …`: measure whether answers are good enough to ship."""

from __future__ import annotations

import typer

from cli.evaluation.arena import arena_command
from cli.evaluation.cases import cases, review_command
from cli.evaluation.compare import compare_command
from cli.evaluation.external import external_command
from cli.evaluation.gate import gate_command
from cli.evaluation.harness import harness_command
from cli.evaluation.judge import agreement_command, judge_command
from cli.evaluation.migrate import migrate_command
from cli.evaluation.report import report_command
from cli.evaluation.run import run_command

evaluation = typer.Typer(help="Measure whether answers are good enough to ship.", no_args_is_help=True)
evaluation.command("run")(run_command)
evaluation.command("report")(report_command)
evaluation.command("compare")(compare_command)
evaluation.command("gate")(gate_command)
evaluation.command("external")(external_command)
evaluation.command("judge")(judge_command)
evaluation.command("judge-agreement")(agreement_command)
evaluation.command("arena")(arena_command)
evaluation.command("harness")(harness_command)
evaluation.command("migrate-prompt")(migrate_command)
evaluation.add_typer(cases, name="cases")
evaluation.command("review")(review_command)
