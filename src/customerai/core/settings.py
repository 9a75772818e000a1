"""The settings tree: read once from the environment, passed down, never looked up again."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

_FILE_SUFFIX: Final = "_file"


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
    """Connections that read beside the one writer (SQLite)."""
    pool_size: int = Field(default=8, ge=1, le=200)
    """Connections of a process (PostgreSQL)."""
    pool_wait_s: float = Field(default=10.0, gt=0)
    """How long work waits for a free connection (PostgreSQL)."""
    connect_timeout_s: float = Field(default=5.0, gt=0)
    """How long one attempt to connect may take (PostgreSQL)."""
    retry_s: float = Field(default=10.0, ge=0)
    """How long a database that cannot be reached is tried again before work fails (PostgreSQL)."""
    statement_timeout_s: float = Field(default=20.0, gt=0)
    """How long one statement may run (PostgreSQL)."""
    inbox_days: int = Field(default=30, ge=1)
    """Days for which handled events are remembered, so that a repeat has no second effect."""
    busy_timeout_s: float = Field(default=10.0, gt=0)
    """How long a statement waits for another process's lock."""
    synchronous: Literal["full", "normal"] = "full"
    """SQLite only: `full` survives a power cut, `normal` survives a killed process."""


class CacheSettings(Section):
    """Rate limits that the replicas of one installation share."""

    url: SecretStr | None = None
    """`redis://`, `redis+sentinel://h1:p,h2:p/service/db` or `redis+cluster://h1:p,h2:p`
    (`rediss` with TLS); by default each process counts for itself."""
    prefix: str = Field(default="cai", pattern=r"^[A-Za-z0-9_.-]{1,100}$")
    """Begins every key, so that installations can share a server."""
    timeout_s: float = Field(default=0.25, gt=0, le=10)
    """Longest that a request waits for Redis; then this process counts for itself."""
    connections: int = Field(default=32, ge=1, le=1024)
    """Most decisions that are asked for at once."""


class BusSettings(Section):
    """How events travel between processes."""

    url: SecretStr | None = None
    """`amqp://` or `amqps://` of RabbitMQ; by default events stay in the process."""
    prefix: str = Field(default="cai", pattern=r"^[A-Za-z0-9_.-]{1,100}$")
    """Begins the name of every exchange and queue, so that installations can share a broker."""
    delivery_limit: int = Field(default=5, ge=1, le=1000)
    """Times an event comes back after a process died or failed with it; then it is parked."""
    publish_timeout_s: float = Field(default=10.0, gt=0)
    """How long the broker may take to confirm; then the event stays in the outbox for now."""
    connect_timeout_s: float = Field(default=5.0, gt=0)
    """How long a connection may take to open."""
    heartbeat_s: int = Field(default=20, ge=1, le=600)
    """A peer that is silent for about twice as long is taken for dead."""
    work_in_hand_s: float = Field(default=0.5, gt=0)
    """Seconds of work that a consumer fetches ahead, by the time that its last batch took."""
    max_prefetch: int = Field(default=512, ge=1, le=10_000)
    """Most events that one queue's consumer holds."""
    bulk_share: float = Field(default=0.25, gt=0, le=1)
    """What a consumer of imports fetches ahead, as a share of that for live traffic."""
    hold_s: float = Field(default=300.0, ge=0)
    """How long events are held and tried again that fail because the database is away."""


class KeysSettings(Section):
    """The keys that seal the vault and sign."""

    master_key: SecretStr | None = None
    """32 bytes in base64; by default read from `<data>/master.key`, made at first start (0600)."""
    wrapped_master_key: str | None = None
    """The master key as `kms` wrapped it, in base64; opened at start, never kept in the clear."""
    kms: str | None = None
    """Who opens wrapped keys: `awskms://<key-arn>?region=…`, `gcpkms://projects/…/cryptoKeys/…`,
    `azurekms://<vault-host>/keys/<name>` or `vault://<host:port>/<mount>/<key>?token_file=…`."""
    installation: str = Field(default="customerai", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    """Bound to every wrapped key, so that another installation's ciphertext does not open here."""
    previous_master_keys: tuple[SecretStr, ...] = ()
    """Master keys used before, which still open what they wrapped; as `master_key`."""
    previous_wrapped_master_keys: tuple[str, ...] = ()
    """Master keys used before, as `kms` wrapped them."""
    root_key: str | None = None
    """The key that others are derived from, wrapped by the master key; written by `master-key`
    commands, so that a new master key changes no derived one. By default the master key itself."""


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

    names_model: Literal["own", "none"] = "own"
    """The packaged model for names and places; `none` leaves patterns only."""
    min_score: float = Field(default=0.35, ge=0, le=1)
    """Spans below this score are not hidden."""
    max_text_chars: int = Field(default=1_000_000, ge=1)
    """Longest text taken in one piece."""
    max_texts: int = Field(default=1000, ge=1)
    """Most texts in one call."""
    remote_recognizers: tuple[str, ...] = ()
    """Base addresses of recognizers of yours that tenants may add; they receive texts as they
    came. By default none."""
    leak_watch_rate: float = Field(default=0.05, ge=0, le=1)
    """Share of the safe texts that are looked at again for what was missed; only counts remain."""
    rights_due_days: int = Field(default=30, ge=1)
    """Days within which an erasure or an export is due."""
    part_due_hours: float = Field(default=24.0, gt=0)
    """Hours after which a service's part of a request is shown as overdue."""
    export_days: int = Field(default=7, ge=1)
    """Days for which the file of an export can be fetched."""
    export_max_bytes: int = Field(default=1024**3, ge=1024)
    """Largest file of an export."""
    vacuum_max_bytes: int = Field(default=1024**3, ge=0)
    """SQLite only: a larger database is not rewritten after an erasure, as writers wait for it."""
    reveals_per_hour: int = Field(default=60, ge=1)
    """Times an hour that one key or console user may look at values."""
    retention_every_hours: float = Field(default=24.0, gt=0)
    """Hours between looks at the calendar for what is older than it may be."""
    traffic_days: int = Field(default=7, ge=0, le=3660)
    """Days for which the safe texts of calls to models and by callers are kept, so that people may
    see what left; 0 keeps none."""


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


class ServiceSettings(Section):
    """Where the services are that this process does not run; several addresses share the load."""

    privacy: tuple[str, ...] = ()
    """Base addresses of the privacy service, such as `http://privacy:8080`."""
    responder: tuple[str, ...] = ()
    """Base addresses of the responder."""
    insights: tuple[str, ...] = ()
    """Base addresses of insights."""
    fairness: tuple[str, ...] = ()
    """Base addresses of fairness."""
    integrations: tuple[str, ...] = ()
    """Base addresses of integrations."""
    timeout_s: float = Field(default=30.0, gt=0)
    """How long a call of one service to another may take, also with its repetitions."""
    connect_timeout_s: float = Field(default=1.0, gt=0)
    """How long it may take to connect; then the next address is tried."""
    connections: int = Field(default=100, ge=1)
    """Most connections that are kept to one address."""
    drain_s: float = Field(default=0.0, ge=0)
    """How long a process that was asked to end still serves, not ready, so that balancers see."""


class TlsSettings(Section):
    """Certificates of this process; files are read again when they change."""

    cert_file: Path | None = None
    """PEM file of the certificate that this process shows, with its chain."""
    key_file: Path | None = None
    """PEM file of its private key."""
    ca_file: Path | None = None
    """PEM file of the authority whose certificates are believed between services; callers of a
    service, other than of the gateway, must show one."""


class ObjectSettings(Section):
    """Where files are kept that every replica must reach: sealed uploads and backups."""

    url: str | None = None
    """`file:///folder`, `s3://bucket/prefix`, `gs://bucket/prefix` or
    `azure://<account-host>/container/prefix`; by default the data folder."""
    azure_key: SecretStr | None = None
    """Shared key of an Azure storage account; by default the workload's own identity."""


class BackupSettings(Section):
    """Backups, encrypted before they leave the process."""

    url: str | None = None
    """Where backups go, as `objects.url`; by default the same place. Give another account here."""
    key: SecretStr | None = None
    """32 bytes in base64 that wrap the backups' keys; by default the master key does."""
    every_hours: float = Field(default=0.0, ge=0)
    """Hours between backups that the process makes itself; 0 leaves them to cron."""
    keep_daily: int = Field(default=7, ge=1)
    """Days for which the last backup is kept."""
    keep_weekly: int = Field(default=4, ge=0)
    """Weeks for which the last backup is kept."""
    keep_monthly: int = Field(default=6, ge=0)
    """Months for which the last backup is kept."""


class LogSettings(Section):
    """What the process says of itself."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe line that is written."""
    format: Literal["json", "text"] = "json"
    """Elastic Common Schema as JSON, or lines for a terminal."""


class _Environment(EnvSettingsSource):
    """The environment; lists may be JSON or separated by commas, and a misspelt section is seen."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        """A secret may also be mounted as a file: `<NAME>_FILE` names it."""
        found = dict(super()._load_env_vars())
        for name in [name for name in found if name.endswith(_FILE_SUFFIX)]:
            target = name.removesuffix(_FILE_SUFFIX)
            place = found[name]
            if not place or not self._is_setting(target) or self._is_setting(name):
                continue
            if found.get(target):
                raise SettingsError(f"{name.upper()} and {target.upper()} are both set")
            try:
                found[target] = Path(place).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"{name.upper()}: the file cannot be read") from error
            del found[name]
        return found

    def _is_setting(self, name: str) -> bool:
        section, _, nested = name.removeprefix(self.config["env_prefix"].lower()).partition("__")
        field = self.settings_cls.model_fields.get(section)
        if field is None or not nested:
            return field is not None
        return nested in getattr(field.annotation, "model_fields", {})

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
    cache: CacheSettings = CacheSettings()
    bus: BusSettings = BusSettings()
    keys: KeysSettings = KeysSettings()
    gateway: GatewaySettings = GatewaySettings()
    privacy: PrivacySettings = PrivacySettings()
    models: ModelSettings = ModelSettings()
    responder: ResponderSettings = ResponderSettings()
    insights: InsightsSettings = InsightsSettings()
    fairness: FairnessSettings = FairnessSettings()
    imports: ImportSettings = ImportSettings()
    services: ServiceSettings = ServiceSettings()
    tls: TlsSettings = TlsSettings()
    objects: ObjectSettings = ObjectSettings()
    backup: BackupSettings = BackupSettings()
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
