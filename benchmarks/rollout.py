"""One roll-out from beginning to end, on the sample handbook: `python -m benchmarks.rollout` prints what docs show.

Visitors come with sessions of the chat widget and ask the gold questions of the sample, one to three each. A window of
four seconds takes the place of a day. The service, the command line and the database are real.

Not covered: ratings. The metric that decides is the share of refusals.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from testing.builders import REPOSITORY
from testing.processes import Serving, environment, groundwork, serving

_SAMPLE = REPOSITORY / "domains" / "onboarding"
_ORIGIN = {"Origin": "https://portal.example.com"}
_SITE = """
[[sites]]
name = "portal"
key = "portal-7f3a9c"
origins = ["https://portal.example.com"]
[sites.limits]
session = 1000
address = 10000
new_sessions = 10000
"""
_WINDOW_SECONDS = 4.0
_VISITORS = 200


def main() -> None:
    """Run the roll-out, and print each command with its output."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(_SAMPLE, folder / "team")
        env = environment(folder / "data", folder / "team")
        questions = [json.loads(line)["question"] for line in (_SAMPLE / "cases.jsonl").read_text().splitlines()]
        visitors = random.Random(7)  # no secret
        _write(folder / "team", share=0.1, limits="failed = 0.05\np95_ms = 20000.0")
        print(groundwork("ingest", env=env, timeout=600).out)
        for share in (0.1, 0.5):
            _write(folder / "team", share=share, limits="failed = 0.05\np95_ms = 20000.0")
            _run(env, folder / "log", questions, visitors, _VISITORS)
            _print("experiment report", env)
        _write(folder / "team", share=0.5, limits="failed = 0.05\np95_ms = 1.0")
        _run(env, folder / "log", questions, visitors, 5)
        _print("experiment list", env)
        for line in (folder / "log").read_text(encoding="utf-8").splitlines():
            if "experiments:" in line:
                print(line)


def _write(domain: Path, share: float, limits: str) -> None:
    today = datetime.now(UTC).date()
    (domain / "domain.toml").write_text(
        (_SAMPLE / "domain.toml").read_text(encoding="utf-8")
        + f'{_SITE}\n[[experiments]]\nname = "refuse-sooner"\nstart = {today}\nend = {today + timedelta(days=13)}\n'
        + f'metric = "refused"\nwindow_hours = {_WINDOW_SECONDS / 3600}\n'
        + f"[experiments.arms.strict]\nshare = {share}\nrecipe = {{ refuse_below = 0.25 }}\n"
        + f"[experiments.guard_rails]\n{limits}\n",
        encoding="utf-8",
    )


def _run(env: dict[str, str], log: Path, questions: Sequence[str], visitors: random.Random, count: int) -> None:
    with serving(env, log) as service:
        _wait(service)
        with service.client() as http:
            for _ in range(count):
                _visit(http, [visitors.choice(questions) for _ in range(visitors.randint(1, 3))])
        time.sleep(_WINDOW_SECONDS + 1.0)


def _wait(service: Serving) -> None:
    """Wait until the documents are there, and the database has been read."""
    with service.client() as http:
        while not http.get("/ready").json()["ready"]:
            time.sleep(0.2)
    time.sleep(2.0)


def _visit(http: httpx2.Client, questions: Sequence[str]) -> None:
    begun = http.post("/v1/widget/session", json={"site_key": "portal-7f3a9c"}, headers=_ORIGIN)
    headers = {"Authorization": f"Bearer {begun.json()['token']}", **_ORIGIN}
    for question in questions:
        body = {"messages": [{"role": "user", "content": question}]}
        http.post("/v1/chat/completions", json=body, headers=headers).raise_for_status()


def _print(command: str, env: dict[str, str]) -> None:
    done = groundwork(*command.split(), env=env)
    print(f"$ groundwork {command}\n{done.out}{done.err}", flush=True)


if __name__ == "__main__":
    main()
