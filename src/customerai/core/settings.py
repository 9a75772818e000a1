"""The settings tree: read once from the environment, passed down, never looked up again."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)


def _network(text: str) -> str:
    ipaddress.ip_network(text, strict=False)
    return text


Cidr = Annotated[str, AfterValidator(_network)]


class Section(BaseModel):
    """One section of the tree; an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class DatabaseSettings(Section):
    """Where rows are kept."""

    url: str | None = None
    """SQLAlchemy address; by default SQLite in `<data>/customerai.db`."""
    readers: int = Field(default=4, ge=1, le=64)
    """Connections that read beside the one writer (SQLite) or the pool's size (PostgreSQL)."""
    busy_timeout_s: float = Field(default=10.0, gt=0)
    """How long a statement waits for another process's lock."""
    synchronous: Literal["full", "normal"] = "full"
    """SQLite only: `full` survives a power cut, `normal` survives a killed process."""


class KeysSettings(Section):
    """The keys that seal the vault and sign."""

    master_key: SecretStr | None = None
    """32 bytes in base64; by default read from `<data>/master.key`, made at first start (0600)."""


class GatewaySettings(Section):
    """The front door."""

    allow: tuple[Cidr, ...] = ()
    """CIDR ranges that may call; empty means every address."""
    deny: tuple[Cidr, ...] = ()
    """CIDR ranges that may not call, also inside `allow`."""
    trusted_proxies: tuple[Cidr, ...] = ()
    """CIDR ranges whose `X-Forwarded-For` is believed."""
    rate_per_minute: int = Field(default=6000, ge=1)
    """Requests a minute for each key or console user."""
    burst: int = Field(default=1000, ge=1)
    """Requests that may come at once before the rate applies."""
    signin_rate_per_minute: int = Field(default=10, ge=1)
    """Attempts a minute to sign in or set up, for each client address."""
    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    """Largest request body, other than file uploads."""
    max_upload_bytes: int = Field(default=2 * 1024**3, ge=1024)
    """Largest uploaded file."""
    timeout_s: float = Field(default=60.0, gt=0)
    """How long an upstream may take to begin its answer."""
    session_ttl_s: int = Field(default=12 * 3600, ge=60)
    """How long a console sign-in lasts."""
    secure_cookies: bool = False
    """Mark the session cookie `Secure`; set it wherever TLS stands in front."""


class PrivacySettings(Section):
    """Finding and hiding personal data."""

    names_model: Literal["rampart", "none"] = "rampart"
    """The packaged model for names and places; `none` leaves patterns only."""
    min_score: float = Field(default=0.35, ge=0, le=1)
    """Spans below this score are not hidden."""
    max_text_chars: int = Field(default=1_000_000, ge=1)
    """Longest text taken in one piece."""
    max_texts: int = Field(default=1000, ge=1)
    """Most texts in one call."""


class ModelSettings(Section):
    """Learned models."""

    threads: int = Field(default=1, ge=1, le=64)
    """Threads for one model call."""
    embedder_path: Path | None = None
    """An ONNX file to use in place of the packaged sentence embedder."""
    chat_url: str | None = None
    """Base address of an OpenAI-compatible server that words replies; by default none."""
    chat_model: str = "default"
    """The model's name at that server."""
    chat_key: SecretStr | None = None
    """Bearer token for that server."""
    chat_timeout_s: float = Field(default=30.0, gt=0)
    """How long a model may take for a whole answer."""


class ResponderSettings(Section):
    """Knowledge and replies."""

    min_confidence: float = Field(default=0.8, ge=0, le=1)
    """Below this confidence the responder abstains and hands over."""
    max_sentences: int = Field(default=4, ge=1, le=20)
    """Longest extractive reply, in sentences."""
    history_turns: int = Field(default=2, ge=1, le=20)
    """Customer turns that a retrieval query is made of."""
    max_document_chars: int = Field(default=2_000_000, ge=1)
    """Longest knowledge document."""


class InsightsSettings(Section):
    """What is computed on each customer message."""

    languages: tuple[str, ...] = ("en", "es", "fr", "de", "pt", "it")
    """Languages that are told apart."""
    batch: int = Field(default=64, ge=1, le=1024)
    """Messages scored in one call."""


class FairnessSettings(Section):
    """Counting decisions by group."""

    min_cell: int = Field(default=10, ge=1)
    """A group with fewer decisions is shown without a rate."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """Confidence level of every interval."""


class ImportSettings(Section):
    """Reading files of conversations."""

    batch_rows: int = Field(default=200, ge=1, le=5000)
    """Rows that are anonymized and stored together."""
    max_rejects: int = Field(default=10_000, ge=0)
    """Most refused rows that are listed; further ones are counted."""


class LogSettings(Section):
    """What the process says of itself."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe line that is written."""
    format: Literal["json", "text"] = "json"
    """Elastic Common Schema as JSON, or lines for a terminal."""


class _Environment(EnvSettingsSource):
    """The environment; lists may be JSON or separated by commas, and a misspelt section is seen."""

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        prefix, delimiter = self.env_prefix.lower(), self.env_nested_delimiter or "__"
        for name in self.env_vars:
            # Names without a delimiter are left alone: Kubernetes sets some beside a Service.
            section, nested, _ = name.removeprefix(prefix).partition(delimiter)
            known = not nested or section in self.settings_cls.model_fields
            if name.startswith(prefix) and not known:
                values[section] = "…"  # never the value: it may be a secret
        return values

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return json.loads(value)
        except ValueError:
            if value.startswith(("[", "{")):
                return value
            return [part.strip() for part in value.split(",") if part.strip()]


class Settings(BaseSettings):
    """Every setting, each also `CUSTOMERAI_<SECTION>__<NAME>` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="CUSTOMERAI_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    data: Path = Path("var")
    """The folder that holds everything this process keeps."""
    environment: str = Field(default="live", pattern=r"^[a-z]{1,12}$")
    """Stands in API keys (`cai_<environment>_…`) and in log lines."""
    database: DatabaseSettings = DatabaseSettings()
    keys: KeysSettings = KeysSettings()
    gateway: GatewaySettings = GatewaySettings()
    privacy: PrivacySettings = PrivacySettings()
    models: ModelSettings = ModelSettings()
    responder: ResponderSettings = ResponderSettings()
    insights: InsightsSettings = InsightsSettings()
    fairness: FairnessSettings = FairnessSettings()
    imports: ImportSettings = ImportSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Environment(settings_cls)
