"""A project that was made from this checkout works: its documents answer, and an update keeps what both changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evals.cases.draft.draft import read_drafts
from testing.forks import PRODUCT, committed, project_template, run_git, write_files
from testing.processes import Ended, environment, groundwork

PAGES = {
    "leave.md": (
        "# Leave\n\n## Annual leave\n\nEvery clerk has 28 days of annual leave a year. If you lose your court badge, "
        "call the registry on extension 4711.\n\n## Sick leave\n\nSick leave must be reported by 9:30.\n"
    ),
    "fees.md": "# Fees\n\nThe fee for filing a claim is 35 euros. It must be paid within 14 days.\n",
}
QUESTION = "How many days of annual leave does a clerk have?"


def in_project(project: Path, *arguments: str, timeout: float = 120) -> Ended:
    """Run a command of the project's own code, with its own settings, in this environment."""
    inherited = {name: value for name, value in environment(project, project).items() if "GROUNDWORK" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=project,
        env=inherited,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_template(tmp_path_factory.mktemp("template") / "groundwork", PRODUCT)


def new(template: Path, folder: Path, *options: str) -> Ended:
    """Run `groundwork new` as a user does, where the caller's settings name another domain."""
    env = {**os.environ, "GROUNDWORK_DOMAIN": "documents", "QDRANT_URL": "http://127.0.0.1:9"}
    return groundwork(
        "new", str(folder), "--template", str(template), "--defaults", "--json", *options, env=env, timeout=300
    )


def test_a_project_answers_from_its_own_documents_and_an_update_keeps_what_both_changed(
    template: Path, tmp_path: Path
) -> None:
    template = Path(shutil.copytree(template, tmp_path / "template"))
    write_files(tmp_path / "documents", PAGES)
    project = tmp_path / "court-registry"

    done = new(template, project, "--documents", str(tmp_path / "documents"), "--data", "audience=clerks")

    assert done.code == 0, done.err
    made = done.json
    assert (made["copied"], made["prepared"]["documents"], made["prepared"]["problem"]) == (2, 2, None)
    drafts = read_drafts(project / "domains" / "court-registry" / "drafts.jsonl")
    assert len(drafts) == made["prepared"]["drafts"] > 0
    assert all(draft.decision is None and "drafted" in draft.case.tags for draft in drafts)
    assert run_git(project, "status", "--porcelain") == ""

    # The index is there, and the domain needs no setting.
    assert (in_project(project, "ingest", "--json").json["unchanged"]) == 2
    answer = in_project(project, "ask", QUESTION)
    assert "28 days" in answer.out, answer.err
    assert "leave.md" in answer.out

    # Both sides change: a domain file, a code file and a document here, the same and other files there.
    toml = project / "domains" / "court-registry" / "domain.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("Court registry", "The registry"), encoding="utf-8")
    first, *rest = (project / "cli" / "console.py").read_text(encoding="utf-8").splitlines(keepends=True)
    write_files(project, {"cli/console.py": "".join([f"# Ours\n{first}", *rest]), "CHANGELOG.md": "# Ours\n"})
    run_git(project, "rm", "--quiet", "domains/court-registry/corpus/fees.md")
    committed(project)
    console = (template / "cli" / "console.py").read_text(encoding="utf-8")
    run_git(template, "mv", "cli/console.py", "cli/terminal.py")
    write_files(template, {"cli/terminal.py": f"{console}# Theirs\n", "core/new.py": '"""New."""\n'})
    run_git(template, "rm", "--quiet", "CHANGELOG.md")
    committed(template, "1.1")

    update = in_project(project, "update")

    assert update.code == 3, update.err
    assert "Renamed, with your change: cli/console.py -> cli/terminal.py" in update.out
    assert "Conflict: CHANGELOG.md: removed by the template, changed by you; yours is kept" in update.err
    merged = (project / "cli" / "terminal.py").read_text(encoding="utf-8")
    assert merged.startswith("# Ours\n")
    assert merged.endswith("# Theirs\n")
    assert (project / "core" / "new.py").exists()
    assert (project / "CHANGELOG.md").read_text(encoding="utf-8") == "# Ours\n"
    assert 'title = "The registry"' in toml.read_text(encoding="utf-8")
    assert not (project / "domains" / "court-registry" / "corpus" / "fees.md").exists()


@pytest.mark.long
def test_a_project_without_documents_answers_in_its_language_what_it_is(template: Path, tmp_path: Path) -> None:
    project = tmp_path / "arbeitsrecht"
    done = new(template, project, "--data", "language=german")
    assert done.code == 0, done.err
    assert done.json["prepared"]["documents"] == 1

    # As make demo does: .env names the embedder that reads German.
    asked = 'set -a; . ./.env; exec "$0" -m cli ask "Welche Dokumente gibt es?"'
    answer = subprocess.run(
        ["bash", "-c", asked, sys.executable], cwd=project, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Bis jetzt gibt es nur diese Seite." in answer.stdout, answer.stderr
