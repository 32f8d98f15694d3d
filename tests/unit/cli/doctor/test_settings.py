"""What `make doctor` says of .env."""

from __future__ import annotations

from pathlib import Path

from cli.doctor.finding import Finding
from cli.doctor.settings import check_env, check_values, known_names, read_env
from testing.builders import REPOSITORY

KNOWN = known_names(
    (REPOSITORY / ".env.example").read_text(encoding="utf-8"),
    (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"),
)


def findings(tmp_path: Path, text: str) -> list[Finding]:
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    return list(check_env(read_env(tmp_path / ".env"), KNOWN))


def test_no_file_and_the_example_are_fine(tmp_path: Path) -> None:
    (finding,) = check_env(read_env(tmp_path / ".env"), KNOWN)
    assert finding.level == "ok"
    (finding,) = findings(tmp_path, (REPOSITORY / ".env.example").read_text(encoding="utf-8"))
    assert finding.level == "ok"


def test_values_that_every_command_refuses_are_a_problem() -> None:
    (finding,) = check_values({})
    assert (finding.level, finding.text) == ("ok", "They can be used. The domain is onboarding.")
    for name, value in (("QDRANT_URL", "localhost"), ("GROUNDWORK_DOMAIN", "absent")):
        (finding,) = check_values({name: value})
        assert finding.level == "problem"
        assert f"{name} is '{value}'" in finding.text


def test_a_misspelt_name_is_a_warning_with_the_right_one(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, "QDRANT_ULR=http://localhost:6333\n")
    assert (finding.level, finding.fix) == ("warning", "Did you mean QDRANT_URL?")
    (finding,) = findings(tmp_path, "qdrant_url=http://localhost:6333\n")
    assert finding.fix == "Did you mean QDRANT_URL?"
    (finding,) = findings(tmp_path, "SOMETHING_ELSE=1\n")
    assert ".env.example" in finding.fix


def test_no_value_is_printed(tmp_path: Path) -> None:
    said = findings(tmp_path, "LLM_API_KEYS=sk-secret\nLLM_API_KEY=sk secret\nsk-secret\n")
    assert {finding.level for finding in said} == {"warning", "problem"}
    assert "secret" not in " ".join(finding.text + finding.fix for finding in said)


def test_what_the_shell_of_make_demo_misreads_is_a_problem(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, "GROUNDWORK_OIDC_SCOPES=openid profile\n")
    assert (finding.level, "quotes" in finding.fix) == ("problem", True)
    (finding,) = findings(tmp_path, 'GROUNDWORK_OIDC_SCOPES="openid profile"\n')
    assert finding.level == "ok"
    (finding,) = findings(tmp_path, "# a remark\n\nLLM_MODEL = tiny\n")
    assert finding.level == "problem"
    assert "Line 3" in finding.text


def test_values_are_read_as_the_shell_reads_them(tmp_path: Path) -> None:
    text = "PORT=8010 # published\nexport GROUNDWORK_PORT='8020'\nGROUNDWORK_DATA_DIR=\"/my data\"\nLLM_MODEL=a#b\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    assert read_env(tmp_path / ".env").values == {
        "PORT": "8010",
        "GROUNDWORK_PORT": "8020",
        "GROUNDWORK_DATA_DIR": "/my data",
        "LLM_MODEL": "a#b",
    }


def test_secrets_as_files_and_settings_of_libraries_are_known(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, "LLM_API_KEY_FILE=/run/secrets/key\nOTEL_TRACES_SAMPLER=always_on\nHF_TOKEN=x\n")
    assert finding.level == "ok"
