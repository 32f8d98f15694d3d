"""The environment becomes settings, and the error of a wrong variable names it, its value and the fix."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.settings import BUNDLED_EMBEDDER, default_domain_dir, read_settings
from testing.builders import REPOSITORY


def test_an_empty_environment_is_enough() -> None:
    settings = read_settings({})

    assert settings.data_dir == Path(".groundwork").absolute()
    assert settings.domain_dir == default_domain_dir(REPOSITORY / "domains" / "DEFAULT")
    assert settings.embedding_model == BUNDLED_EMBEDDER
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.allowed_hosts, settings.allowed_origins) == ((), ())
    assert settings.answer_cache_mb == 64
    assert settings.qdrant_url is None
    assert settings.qdrant_api_key is None
    assert settings.llm_base_url is None
    assert settings.llm_api_key is None
    assert settings.llm_model is None
    assert (settings.llm_timeout_s, settings.qdrant_timeout_s) == (60.0, 10.0)
    assert settings.embedding_base_url is None


def test_every_variable_reaches_its_setting(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "GROUNDWORK_DATA_DIR": str(tmp_path / "data"),
            "GROUNDWORK_DOMAIN": "documents",
            "GROUNDWORK_HOST": "0.0.0.0",
            "GROUNDWORK_PORT": "9001",
            "GROUNDWORK_ANSWER_CACHE_MB": "0",
            "GROUNDWORK_ALLOWED_HOSTS": "groundwork.example.com, *.Internal,",
            "GROUNDWORK_ALLOWED_ORIGINS": "https://portal.example.com,http://localhost:3000",
            "QDRANT_URL": "https://qdrant.example:6333",
            "QDRANT_API_KEY": "qdrant-key",
            "LLM_BASE_URL": "http://localhost:8001/v1",
            "LLM_API_KEY": "llm-key",
            "LLM_MODEL": "a-model",
            "LLM_TIMEOUT_SECONDS": "90",
            "JUDGE_BASE_URL": "http://localhost:8004/v1/",
            "JUDGE_API_KEY": "judge-key",
            "JUDGE_MODEL": "a-judge",
            "QDRANT_TIMEOUT_SECONDS": "2.5",
            "EMBEDDING_MODEL": "an-embedder",
            "EMBEDDING_BASE_URL": "http://localhost:8002/v1",
        }
    )

    assert settings.data_dir == tmp_path / "data"
    assert settings.domain_dir == REPOSITORY / "domains" / "documents"
    judge = (settings.judge_base_url, settings.judge_api_key, settings.judge_model)
    assert judge == ("http://localhost:8004/v1", "judge-key", "a-judge")
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)
    assert settings.answer_cache_mb == 0
    assert settings.allowed_hosts == ("groundwork.example.com", "*.internal")
    assert settings.allowed_origins == ("https://portal.example.com", "http://localhost:3000")
    assert settings.qdrant_url == "https://qdrant.example:6333"
    assert settings.qdrant_api_key == "qdrant-key"
    assert settings.llm_base_url == "http://localhost:8001/v1"
    assert settings.llm_api_key == "llm-key"
    assert settings.llm_model == "a-model"
    assert (settings.llm_timeout_s, settings.qdrant_timeout_s) == (90.0, 2.5)
    assert settings.embedding_model == "an-embedder"
    assert settings.embedding_base_url == "http://localhost:8002/v1"


def test_a_variable_of_blanks_counts_as_absent() -> None:
    assert read_settings({"QDRANT_URL": "  ", "GROUNDWORK_PORT": ""}) == read_settings({})


def test_blanks_around_a_value_and_slashes_after_a_url_are_dropped() -> None:
    assert read_settings({"LLM_BASE_URL": " http://localhost:8001/v1/ "}).llm_base_url == "http://localhost:8001/v1"


def test_a_data_directory_in_the_home_folder_is_made_absolute() -> None:
    assert read_settings({"GROUNDWORK_DATA_DIR": "~/data"}).data_dir == Path.home() / "data"


@pytest.mark.parametrize("variable", ["QDRANT_URL", "LLM_BASE_URL", "EMBEDDING_BASE_URL"])
@pytest.mark.parametrize(
    "value",
    ["localhost:6333", "ftp://localhost", "http://", "http://:6333", "http://[::1", "http://host:port", "http://h:0"],
)
def test_a_url_that_is_none_is_refused_with_its_name_and_an_example(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({variable: value})

    message = str(caught.value)
    assert message.startswith(f"{variable} is '{value}'")
    assert "Example: http://" in message


@pytest.mark.parametrize("value", ["much", "-1", "1.5", "100001", "²"])
def test_a_size_of_the_answer_cache_that_is_none_is_refused_with_its_bounds(value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"GROUNDWORK_ANSWER_CACHE_MB": value})

    assert f"GROUNDWORK_ANSWER_CACHE_MB is '{value}'" in str(caught.value)
    assert "megabytes from 0 to 100000" in str(caught.value)


@pytest.mark.parametrize("name", ["LLM_TIMEOUT_SECONDS", "QDRANT_TIMEOUT_SECONDS"])
@pytest.mark.parametrize("value", ["long", "0", "-1", "3601", "1e3", "nan", "²"])
def test_a_timeout_that_is_none_is_refused_with_its_bounds(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({name: value})

    assert f"{name} is '{value}'" in str(caught.value)
    assert "seconds above 0 and up to 3600" in str(caught.value)


@pytest.mark.parametrize("value", ["eight", "0", "65536", "-1", "80.5", "²"])
def test_a_port_that_is_none_is_refused_with_its_bounds(value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"GROUNDWORK_PORT": value})

    assert f"GROUNDWORK_PORT is '{value}'" in str(caught.value)
    assert "from 1 to 65535" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("HTTPS://Portal.Example.com:443/", "https://portal.example.com"),
        ("http://localhost:80", "http://localhost"),
        ("http://portal:443", "http://portal:443"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_allowed_origin_is_compared_as_a_browser_writes_it(written: str, compared: str) -> None:
    assert read_settings({"GROUNDWORK_ALLOWED_ORIGINS": written}).allowed_origins == (compared,)


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "null",
        "portal.example.com",
        "https://*.example.com",
        "https://a.example/page",
        "https://user@a.example",
        "file://",
        "https://",
        "https://a.example:x",
        "https://ä.example",
        "https://a.example https://b.example",
    ],
)
def test_what_is_no_origin_is_refused_with_an_example(entry: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"GROUNDWORK_ALLOWED_ORIGINS": f"https://portal.example.com, {entry}"})

    assert f"GROUNDWORK_ALLOWED_ORIGINS contains '{entry}'" in str(caught.value)
    assert "https://portal.example.com, http://localhost:3000" in str(caught.value)


@pytest.mark.parametrize(
    "entry",
    [
        "https://a.example",
        "a.example:80",
        "a.*.example",
        "**",
        "*.",
        ".example",
        "a..example",
        "a b",
        "ä.example",
        "::1",
    ],
)
def test_what_is_no_host_name_is_refused_with_examples(entry: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"GROUNDWORK_ALLOWED_HOSTS": f"a.example,{entry}"})

    assert f"GROUNDWORK_ALLOWED_HOSTS contains '{entry}'" in str(caught.value)
    assert "*.example.com" in str(caught.value)


def test_any_host_may_be_allowed() -> None:
    assert read_settings({"GROUNDWORK_ALLOWED_HOSTS": "*"}).allowed_hosts == ("*",)


def test_a_domain_may_be_a_folder_anywhere(tmp_path: Path) -> None:
    (tmp_path / "domain.toml").write_text('name = "elsewhere"\n', encoding="utf-8")

    assert read_settings({"GROUNDWORK_DOMAIN": str(tmp_path)}).domain_dir == tmp_path


def test_an_unknown_domain_is_refused_with_the_places_that_were_looked_in() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"GROUNDWORK_DOMAIN": "no-such-domain"})

    message = str(caught.value)
    assert message.startswith("GROUNDWORK_DOMAIN is 'no-such-domain'")
    assert str(REPOSITORY / "domains" / "no-such-domain" / "domain.toml") in message
    assert "Set it to" in message


def test_nothing_in_core_or_ingest_loads_a_model_or_a_client_when_it_is_imported() -> None:
    heavy = ["torch", "sentence_transformers", "qdrant_client", "lxml", "llama_index"]
    modules = "core.settings, core.domain, core.embedding, core.index, ingest.run, ingest.known_sources"
    program = f"import sys, {modules}\nprint([name for name in {heavy} if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("variable", ["QDRANT_URL", "LLM_BASE_URL", "EMBEDDING_BASE_URL"])
def test_a_password_in_a_url_that_is_refused_is_not_repeated(variable: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_settings({variable: "http://user:s3cret@127.0.0.1:99999/v1"})

    assert "http://***@127.0.0.1:99999/v1" in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_the_default_domain_is_the_folder_that_the_file_beside_it_names(tmp_path: Path) -> None:
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "domain.toml").touch()
    (tmp_path / "DEFAULT").write_text("law\r\n\n", encoding="utf-8")

    assert default_domain_dir(tmp_path / "DEFAULT") == tmp_path / "law"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (None, "There is no file"),
        (b"", "has 0 lines of text"),
        (b" \n\n", "has 0 lines of text"),
        (b"law\ntax\n", "has 2 lines of text"),
        (b"tax\n", "names 'tax'"),
        (b"law/..\n", "names 'law/..'"),
        (b"../law\n", "names '../law'"),
        (b"..\n", "names '..'"),
        (b"l\xe4w\n", "cannot be read"),
    ],
)
def test_a_default_domain_that_is_none_is_refused_with_the_line_to_write(
    tmp_path: Path, content: bytes | None, found: str
) -> None:
    folder = tmp_path / "domains"
    (folder / "law").mkdir(parents=True)
    (folder / "law" / "domain.toml").touch()
    if content is not None:
        (folder / "DEFAULT").write_bytes(content)

    with pytest.raises(ConfigurationError) as caught:
        default_domain_dir(folder / "DEFAULT")

    assert found in str(caught.value)
    assert f"Write one line to {folder / 'DEFAULT'}" in str(caught.value)


def test_without_a_folder_of_domains_the_sample_is_looked_for_and_the_variable_named(tmp_path: Path) -> None:
    assert default_domain_dir(tmp_path / "none" / "DEFAULT") == REPOSITORY / "domains" / "onboarding"


@pytest.mark.parametrize("variable", ["GROUNDWORK_DATA_DIR", "GROUNDWORK_DOMAIN"])
def test_the_home_of_an_unknown_user_is_refused(variable: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"{variable} is '~nosuchuser/x'.* Write the whole path"):
        read_settings({variable: "~nosuchuser/x"})


def test_a_port_in_other_digits_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="GROUNDWORK_PORT"):
        read_settings({"GROUNDWORK_PORT": "８０"})


def test_proxies_are_addresses_and_networks_and_none_is_trusted_by_itself() -> None:
    assert read_settings({}).trusted_proxies == ()
    found = read_settings({"GROUNDWORK_TRUSTED_PROXIES": "127.0.0.1, 10.1.2.3/8, ::1, FD00::/8"}).trusted_proxies
    assert found == ("127.0.0.1/32", "10.0.0.0/8", "::1/128", "fd00::/8")


@pytest.mark.parametrize("entry", ["*", "proxy.internal", "10.0.0.0/33", "127.0.0.1:80", "[::1]"])
def test_what_is_no_proxys_address_is_refused(entry: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"GROUNDWORK_TRUSTED_PROXIES": f"127.0.0.1, {entry}"})
    assert f"GROUNDWORK_TRUSTED_PROXIES contains '{entry}'" in str(caught.value)


def test_a_short_secret_is_refused_without_being_shown() -> None:
    assert read_settings({"GROUNDWORK_WIDGET_SECRET": "x" * 48}).widget_secret == "x" * 48
    assert read_settings({"GROUNDWORK_WIDGET_SECRET": " "}).widget_secret is None
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"GROUNDWORK_WIDGET_SECRET": "hunter2" * 6})
    assert "has 42 characters; it needs 48" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_models_are_in_the_data_directory_unless_they_have_a_folder_of_their_own() -> None:
    assert read_settings({"GROUNDWORK_DATA_DIR": "/data"}).models == Path("/data/models")
    assert read_settings({"GROUNDWORK_DATA_DIR": "/data", "GROUNDWORK_MODELS_DIR": "/m"}).models == Path("/m")
    assert read_settings({"GROUNDWORK_MODELS_DIR": "m"}).models == Path("m").absolute()


SECRETS = (
    "LLM_API_KEY",
    "QDRANT_API_KEY",
    "DATABASE_URL",
    "EMBEDDING_API_KEY",
    "RERANKER_API_KEY",
    "JUDGE_API_KEY",
    "GROUNDWORK_WIDGET_SECRET",
)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_be_in_a_file_of_its_own(name: str, tmp_path: Path) -> None:
    secret = f"of {name} " + 50 * "x"
    file = tmp_path / "secret"
    file.write_text(f"{secret}\n", encoding="utf-8")
    assert read_settings({f"{name}_FILE": str(file)}) == read_settings({name: secret})


def test_the_secret_of_the_provider_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("of the client", encoding="utf-8")
    settings = read_settings(
        {
            "GROUNDWORK_AUTH": "oidc",
            "GROUNDWORK_OIDC_ISSUER": "https://login.example.com",
            "GROUNDWORK_OIDC_AUDIENCE": "groundwork",
            "GROUNDWORK_OIDC_CLIENT_ID": "page",
            "GROUNDWORK_PUBLIC_URL": "https://groundwork.example.com",
            "GROUNDWORK_OIDC_CLIENT_SECRET_FILE": str(file),
        }
    )
    assert settings.access.oidc is not None
    assert settings.access.oidc.client_secret == "of the client"


def test_a_secret_and_its_file_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"LLM_API_KEY and LLM_API_KEY_FILE are both set\. Remove one of them"):
        read_settings({"LLM_API_KEY": "key", "LLM_API_KEY_FILE": str(tmp_path / "secret")})


def test_an_empty_secret_beside_a_file_counts_as_absent(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("key", encoding="utf-8")
    assert read_settings({"LLM_API_KEY": " ", "LLM_API_KEY_FILE": str(file)}).llm_api_key == "key"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"  \n", "is empty"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (20_000 * b"x", "is more than one line of 10000 printable characters"),
        (b"xxx\nxxx\n", "is more than one line"),
        (b"xxx\x00xxx", "is more than one line"),
    ],
)
def test_a_file_without_a_secret_is_refused_without_its_content(
    content: bytes | None, why: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"QDRANT_API_KEY_FILE": str(file)})
    message = str(caught.value)
    assert message.startswith(f"QDRANT_API_KEY_FILE is '{file}', which ")
    assert why in message
    assert "xxx" not in message
    assert "Name a file" in message


def test_the_status_of_the_model_is_read_from_a_file_with_an_absolute_path() -> None:
    assert read_settings({"LLM_STATUS_FILE": "status.json"}).llm_status_file == Path("status.json").absolute()
    assert read_settings({}).llm_status_file is None
