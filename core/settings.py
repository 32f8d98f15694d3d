"""The environment, read once.

Every variable is documented in `.env.example`. Nothing else in the code base reads `os.environ`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.access import AccessSettings, check_exposure, read_access
from core.errors import ConfigurationError
from core.logs import LogFormat
from core.origins import parse_origin
from core.tracing_settings import TracingSettings, read_tracing
from core.urls import is_http_url

BUNDLED_EMBEDDER = "bundled:all-MiniLM-L6-v2"
MULTILINGUAL_EMBEDDER = "bundled:multilingual-e5-small"
_EXAMPLE_URLS: Mapping[str, str] = {
    "QDRANT_URL": "http://localhost:6333",
    "LLM_BASE_URL": "http://localhost:8001/v1",
    "EMBEDDING_BASE_URL": "http://localhost:8002/v1",
    "RERANKER_BASE_URL": "http://localhost:8003/v1",
    "JUDGE_BASE_URL": "http://localhost:8004/v1",
}
REPOSITORY = Path(__file__).resolve().parent.parent
"""The checkout; of an installed wheel, the folder of its packages."""
DEFAULT_DOMAIN = REPOSITORY / "domains" / "DEFAULT"
"""The file of one line that names the domain used where GROUNDWORK_DOMAIN is empty; a fork has its own."""
_SAMPLE_DOMAIN = "onboarding"
_MOST_MEGABYTES = 100_000
_MOST_SECONDS = 3600
_SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?", re.ASCII)
_USER_INFO = re.compile(r"//[^/?#]*@")
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_SECRETS = (
    "LLM_API_KEY",
    "QDRANT_API_KEY",
    "DATABASE_URL",
    "EMBEDDING_API_KEY",
    "RERANKER_API_KEY",
    "JUDGE_API_KEY",
    "GROUNDWORK_WIDGET_SECRET",
    "GROUNDWORK_OIDC_CLIENT_SECRET",
)
"""Variables that may be given as the path of a file: NAME_FILE in place of NAME."""
_LARGEST_SECRET = 10_000
"""Characters of a file with a secret. Chosen: a key has some hundred, and a wrong path may be a large file."""
_SECRET_CHARACTERS = 48
"""Fewest characters of GROUNDWORK_WIDGET_SECRET: the size of the hash that signs (RFC 7518, section 3.2)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the process. Paths are absolute; absent options are None."""

    data_dir: Path
    domain_dir: Path
    qdrant_url: str | None = None
    qdrant_api_key: str | None = None
    qdrant_timeout_s: float = 10.0
    """Seconds that the Qdrant server may take for a read; a write may take three times as long."""
    ray_address: str | None = None
    """The Ray cluster of `groundwork ingest --engine ray`; None: Ray is started in this machine."""
    llm_base_url: str | None = None
    llm_api_key: str | None = None
    llm_model: str | None = None
    llm_timeout_s: float = 60.0
    """Seconds that the model's server may take for its first word, and for each further one."""
    llm_status_file: Path | None = None
    """The file in which the programs that get and serve the model say how far they are."""
    embedding_model: str = BUNDLED_EMBEDDER
    embedding_base_url: str | None = None
    embedding_api_key: str | None = None
    reranker_model: str | None = None
    reranker_base_url: str | None = None
    reranker_api_key: str | None = None
    judge_base_url: str | None = None
    """The server of the model that judges answers in `groundwork eval`."""
    judge_api_key: str | None = None
    judge_model: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    answer_cache_mb: int = 64
    """Megabytes of answers that are kept to be given again; 0 keeps none."""
    allowed_hosts: tuple[str, ...] = ()
    """Lower-case host names, `*.example.com` for every name below one, or `*` for any host."""
    allowed_origins: tuple[str, ...] = ()
    """Origins as browsers write them: `https://portal.example.com`, without a default port."""
    trusted_proxies: tuple[str, ...] = ()
    """IP addresses and networks of the proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    widget_secret: str | None = None
    """Signs the sessions of the chat widget; None: a secret that is kept in the data directory."""
    database_url: str | None = None
    """The database of answers, feedback and keys; None: SQLite in the data directory."""
    log_format: LogFormat = "text"
    log_text: bool = False
    """Whether texts of questions, passages and answers may be in logs and traces."""
    tracing: TracingSettings | None = None
    """Where traces are sent; None: nothing is traced, and OpenTelemetry is not imported."""
    models_dir: Path | None = None
    """Where the models of `groundwork model get` are kept; None: in the data directory."""
    access: AccessSettings = field(default_factory=AccessSettings)
    """Who may use the service."""

    def check_exposure(self) -> None:
        """Raise ConfigurationError where the access mode does not protect a service that listens on `host`."""
        check_exposure(self.access, self.host, self.allowed_hosts, self.trusted_proxies)

    @property
    def models(self) -> Path:
        """The folder of the models."""
        return self.models_dir or self.data_dir / "models"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables; an empty variable counts as absent.

    Raise ConfigurationError for an invalid URL or port, a domain that does not exist, a host, an origin or a proxy that
    no request could have, a secret that is too short or whose file cannot be read, access settings that are wrong or
    contradict each other, and a value that is none of those that a variable may have. Without GROUNDWORK_DOMAIN,
    `domains/DEFAULT` is read.
    """
    present = _with_secrets({name: value.strip() for name, value in environment.items() if value.strip()})
    domain = present.get("GROUNDWORK_DOMAIN")
    status_file = present.get("LLM_STATUS_FILE")
    models_dir = present.get("GROUNDWORK_MODELS_DIR")
    log_text = _switch("GROUNDWORK_LOG_TEXT", present.get("GROUNDWORK_LOG_TEXT", "false"))
    return Settings(
        data_dir=_path("GROUNDWORK_DATA_DIR", present.get("GROUNDWORK_DATA_DIR", ".groundwork")).absolute(),
        domain_dir=_domain_dir(domain) if domain else default_domain_dir(DEFAULT_DOMAIN),
        qdrant_url=_url(present, "QDRANT_URL"),
        qdrant_api_key=present.get("QDRANT_API_KEY"),
        qdrant_timeout_s=_seconds("QDRANT_TIMEOUT_SECONDS", present.get("QDRANT_TIMEOUT_SECONDS", "10")),
        ray_address=present.get("RAY_ADDRESS"),
        llm_base_url=_url(present, "LLM_BASE_URL"),
        llm_api_key=present.get("LLM_API_KEY"),
        llm_model=present.get("LLM_MODEL"),
        llm_timeout_s=_seconds("LLM_TIMEOUT_SECONDS", present.get("LLM_TIMEOUT_SECONDS", "60")),
        llm_status_file=_path("LLM_STATUS_FILE", status_file).absolute() if status_file else None,
        embedding_model=present.get("EMBEDDING_MODEL", BUNDLED_EMBEDDER),
        embedding_base_url=_url(present, "EMBEDDING_BASE_URL"),
        embedding_api_key=present.get("EMBEDDING_API_KEY"),
        reranker_model=present.get("RERANKER_MODEL"),
        reranker_base_url=_url(present, "RERANKER_BASE_URL"),
        reranker_api_key=present.get("RERANKER_API_KEY"),
        judge_base_url=_url(present, "JUDGE_BASE_URL"),
        judge_api_key=present.get("JUDGE_API_KEY"),
        judge_model=present.get("JUDGE_MODEL"),
        host=present.get("GROUNDWORK_HOST", "127.0.0.1"),
        port=_port(present.get("GROUNDWORK_PORT", "8000")),
        answer_cache_mb=_megabytes("GROUNDWORK_ANSWER_CACHE_MB", present.get("GROUNDWORK_ANSWER_CACHE_MB", "64")),
        allowed_hosts=tuple(map(_allowed_host, _list(present, "GROUNDWORK_ALLOWED_HOSTS"))),
        allowed_origins=tuple(map(_allowed_origin, _list(present, "GROUNDWORK_ALLOWED_ORIGINS"))),
        trusted_proxies=tuple(map(_trusted_proxy, _list(present, "GROUNDWORK_TRUSTED_PROXIES"))),
        widget_secret=_widget_secret(present.get("GROUNDWORK_WIDGET_SECRET")),
        database_url=present.get("DATABASE_URL"),
        log_format=read_log_format(present),
        log_text=log_text,
        tracing=read_tracing(present, with_text=log_text),
        models_dir=_path("GROUNDWORK_MODELS_DIR", models_dir).absolute() if models_dir else None,
        access=read_access(present),
    )


def default_domain_dir(file: Path) -> Path:
    """Return the folder beside `file` that the file's only line names.

    Without the folder of domains, as in a wheel, it is the sample's name that is looked for. Raise ConfigurationError
    for a file that is missing, cannot be read, has not one line, or names no domain.
    """
    if not file.parent.is_dir():
        return _domain_dir(_SAMPLE_DOMAIN)
    fix = f"Write one line to {file}: the name of a folder beside it that has a domain.toml. Or set GROUNDWORK_DOMAIN."
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise ConfigurationError(f"There is no file {file}, and GROUNDWORK_DOMAIN is empty. {fix}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read ({type(error).__name__}). {fix}") from error
    names = [line.strip() for line in lines if line.strip()]
    if len(names) != 1:
        raise ConfigurationError(f"{file} has {len(names)} lines of text. {fix}")
    (name,) = names
    folder = file.parent / name
    if Path(name).name != name or not (folder / "domain.toml").is_file():
        raise ConfigurationError(f"{file} names '{name}', but there is no domain file {folder / 'domain.toml'}. {fix}")
    return folder


def _with_secrets(present: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables with the secrets that are in files."""
    return {**present, **{name: read_secret_file(present, name) for name in _SECRETS if f"{name}_FILE" in present}}


def read_secret_file(present: Mapping[str, str], name: str) -> str:
    """Return the text of the file that NAME_FILE names, without the white space around it.

    Raises ConfigurationError for a file that cannot be read, is empty or has more than one line, and where NAME is set
    as well.
    """
    variable = f"{name}_FILE"
    file = _path(variable, present[variable])
    if name in present:
        raise ConfigurationError(f"{name} and {variable} are both set. Remove one of them.")
    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(_LARGEST_SECRET + 1)
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{variable} is '{file}', which is not UTF-8 text. Name a file with the secret."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{variable} is '{file}', which cannot be read: {error.strerror}. Name a file that this user may read."
        ) from error
    secret = text.strip()
    # A line break cannot be sent in a header, and the library's error about it has the secret.
    if not secret or len(text) > _LARGEST_SECRET or not secret.isprintable():
        found = "empty" if not secret else f"more than one line of {_LARGEST_SECRET} printable characters"
        raise ConfigurationError(
            f"{variable} is '{file}', which is {found}. Name a file with the secret, and nothing else."
        )
    return secret


def read_log_format(environment: Mapping[str, str]) -> LogFormat:
    """Return the form of the log that GROUNDWORK_LOG_FORMAT names. Raises ConfigurationError for one that is none."""
    value = environment.get("GROUNDWORK_LOG_FORMAT", "").strip() or "text"
    if value == "json":
        return "json"
    if value != "text":
        raise ConfigurationError(f"GROUNDWORK_LOG_FORMAT is '{value}'; it must be text or json.")
    return "text"


def _domain_dir(name: str) -> Path:
    """Return the domain's folder; `name` is its path, or its name below `domains/`."""
    candidates = [_path("GROUNDWORK_DOMAIN", name), REPOSITORY / "domains" / name]
    for candidate in candidates:
        if (candidate / "domain.toml").is_file():
            return candidate.absolute()
    looked = " and ".join(str(candidate / "domain.toml") for candidate in candidates)
    raise ConfigurationError(
        f"GROUNDWORK_DOMAIN is '{name}', but there is no domain file: looked for {looked}. "
        "Set it to the name of a folder in domains/, or to the path of a folder that has a domain.toml."
    )


def _url(present: Mapping[str, str], name: str) -> str | None:
    value = present.get(name)
    if value is None:
        return None
    if not is_http_url(value):
        raise ConfigurationError(
            f"{name} is '{without_password(value)}', which is no http(s) URL. Example: {_EXAMPLE_URLS[name]}"
        )
    return value.rstrip("/")


def without_password(url: str) -> str:
    """Return the URL with `***` in place of a user name and password, for messages. It need not be valid."""
    return _USER_INFO.sub("//***@", url)


def _path(name: str, value: str) -> Path:
    """Return the path with the user's folder in place of `~`."""
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise ConfigurationError(f"{name} is '{value}': {error} Write the whole path.") from error


def _port(value: str) -> int:
    if not (value.isascii() and value.isdecimal()) or not 1 <= int(value) <= 65535:
        raise ConfigurationError(f"GROUNDWORK_PORT is '{value}'; it must be a number from 1 to 65535.")
    return int(value)


def _megabytes(name: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal()) or int(value) > _MOST_MEGABYTES:
        raise ConfigurationError(f"{name} is '{value}'; it must be a number of megabytes from 0 to {_MOST_MEGABYTES}.")
    return int(value)


def _switch(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ConfigurationError(f"{name} is '{value}'; it must be true or false.")
    return value.lower() == "true"


def _seconds(name: str, value: str) -> float:
    if not _SECONDS.fullmatch(value) or not 0 < float(value) <= _MOST_SECONDS:
        raise ConfigurationError(
            f"{name} is '{value}'; it must be a number of seconds above 0 and up to {_MOST_SECONDS}."
        )
    return float(value)


def _list(present: Mapping[str, str], name: str) -> list[str]:
    """Return the entries of a comma-separated value, in lower case."""
    entries = (entry.strip().lower() for entry in present.get(name, "").split(","))
    return [entry for entry in entries if entry]


def _allowed_host(entry: str) -> str:
    if entry != "*" and not _HOST_NAME.fullmatch(entry.removeprefix("*.")):
        raise ConfigurationError(
            f"GROUNDWORK_ALLOWED_HOSTS contains '{entry}', which is no host name. Write names without scheme and port, "
            "separated by commas: groundwork.example.com, *.example.com, or * for any host. IP addresses need no entry."
        )
    return entry


def _allowed_origin(entry: str) -> str:
    """Return the origin as a browser writes it: without a default port."""
    origin = parse_origin(entry)
    if origin is None:
        raise ConfigurationError(
            f"GROUNDWORK_ALLOWED_ORIGINS contains '{entry}', which is no origin. Write scheme, host and, if it is not "
            "the default, port, separated by commas: https://portal.example.com, http://localhost:3000"
        )
    return origin


def _trusted_proxy(entry: str) -> str:
    try:
        return str(ipaddress.ip_network(entry, strict=False))
    except ValueError:
        raise ConfigurationError(
            f"GROUNDWORK_TRUSTED_PROXIES contains '{entry}', which is no IP address or network. Write them separated "
            "by commas: 127.0.0.1, 10.0.0.0/8"
        ) from None


def _widget_secret(value: str | None) -> str | None:
    if value is not None and len(value) < _SECRET_CHARACTERS:
        raise ConfigurationError(
            f"GROUNDWORK_WIDGET_SECRET has {len(value)} characters; it needs {_SECRET_CHARACTERS} or more. "
            "Make one with: openssl rand -base64 48"
        )
    return value
