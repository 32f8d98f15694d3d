"""How good and how fast the grounding checker is: every figure in one run.

    python -m benchmarks.grounding DATA_FOLDER [--only SET,SET] [--worst 10] [--skip-speed] [--json FILE]

DATA_FOLDER has the folders `grounding`, `mtrag_cloud`, `anthropic_docs`, `kg_rag_sec10q` and `handbook_18f`. Three
checkers are compared: V0 flags every content word whose stem the contexts lack, tiers flags absent numbers and names
only. `hard` is this project's checker with its hard flags alone.

The intervals are 95% bootstrap intervals over the sources of the human-marked answers. The supported answers were
written from their sources by people (mtrag, anthropic) or reviewed by people (sec10q), but nobody checked their spans:
some of their flags are right.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from math import isnan
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.grounding.cases import MARKED_SETS, SETS, read_cases
from benchmarks.grounding.checkers import Checker, any_word, groundwork, numbers_and_names
from benchmarks.grounding.quality import Outcomes, all_figures, hard_alone, human_marked_intervals, is_clean
from benchmarks.grounding.rules import rules
from benchmarks.grounding.speed import measure_growth, measure_latencies, measure_stages
from benchmarks.grounding.tables import (
    OURS,
    growth_table,
    latency_table,
    quality_table,
    rule_table,
    stage_table,
    worst_table,
)
from benchmarks.grounding.worst import Worst, worst_alarms, worst_misses

_CHECKERS: dict[str, Checker] = {"V0": any_word, "tiers": numbers_and_names, OURS: groundwork}
_WIDTH = 190


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    results: dict[str, Any] = {}
    names = [name for name in SETS if name in arguments.only.split(",")]
    _quality(arguments.folder, names, arguments.worst, console, results)
    if not arguments.skip_speed:
        load = os.getloadavg()[0]
        results |= {"load before": load, "latencies": measure_latencies(arguments.folder)}
        console.print(latency_table(results["latencies"], load))
        results["stages"] = measure_stages(arguments.folder)
        console.print(stage_table(results["stages"]))
        results["growth"] = measure_growth(arguments.folder)
        console.print(growth_table(results["growth"]))
    if arguments.json:
        arguments.json.write_text(
            json.dumps(_plain(results), indent=2, ensure_ascii=False, allow_nan=False), encoding="utf-8"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default=",".join(SETS), help=f"sets, divided by commas: {', '.join(SETS)}")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="print the N worst false alarms and misses")
    parser.add_argument("--skip-speed", action="store_true", help="do not time the checker")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    arguments = parser.parse_args()
    unknown = set(arguments.only.split(",")) - set(SETS)
    if unknown:
        parser.error(f"--only has no set {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    return arguments


def _quality(folder: Path, names: Sequence[str], worst: int, console: Console, results: dict[str, Any]) -> None:
    cases = read_cases(folder, names)
    sizes = [(name, len(ones)) for name, ones in cases.items()]
    outcomes, seconds = {}, {}
    for checker, run in _CHECKERS.items():
        began = time.perf_counter()
        outcomes[checker] = {name: run(ones) for name, ones in cases.items()}
        seconds[checker] = time.perf_counter() - began
    outcomes["hard"] = hard_alone(outcomes[OURS])
    figures = {checker: all_figures(its) for checker, its in outcomes.items()}
    intervals = {"quintd": human_marked_intervals(outcomes[OURS]["quintd"])} if "quintd" in cases else {}
    accounts = rules(outcomes[OURS])
    marked = [(name, size) for name, size in sizes if name in MARKED_SETS]
    supported = [(name, size) for name, size in sizes if name not in MARKED_SETS]
    if marked:
        console.print(quality_table("Marked answers", marked, figures, intervals))
    if supported:
        console.print(quality_table("Supported answers: no span was checked", supported, figures))
    console.print(rule_table(accounts))
    if worst:
        results["worst"] = _print_worst(outcomes[OURS], worst, console)
    console.print(", ".join(f"{name} {took:.1f} s" for name, took in seconds.items()))
    results |= {"figures": figures, "intervals": intervals, "rules": accounts, "seconds": seconds}


def _print_worst(outcomes: Outcomes, count: int, console: Console) -> dict[str, list[Worst]]:
    human_marked = outcomes.get("quintd", ())
    alarms = {
        "supported": [one for name, ones in outcomes.items() if name not in MARKED_SETS for one in ones],
        "clean": [one for one in human_marked if is_clean(one.case)],
    }
    found = {f"alarms on {kind} answers": worst_alarms(right, count) for kind, right in alarms.items()}
    found["misses in marked answers"] = worst_misses(human_marked, count)
    for name, cases in found.items():
        value = "score" if name.startswith("misses") else "confidence"
        if cases:
            console.print(worst_table(f"Worst {name}", value, cases))
    return found


def _plain(value: Any) -> Any:
    """Return the value as JSON has it; a missing figure (NaN) becomes null."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and isnan(value) else value


if __name__ == "__main__":
    main()
