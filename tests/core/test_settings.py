"""Settings: read from the environment by their documented names, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from customerai.core.settings import GatewaySettings, Section, Settings

SECTIONS = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
}


@pytest.fixture(autouse=True)
def no_settings_of_whoever_runs_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("CUSTOMERAI_")]:
        monkeypatch.delenv(name)


def test_the_defaults_hold_on_one_machine_with_nothing_set() -> None:
    settings = Settings()
    assert str(settings.data) == "var"
    assert settings.database.url is None
    assert settings.gateway.trusted_proxies == ()
    assert settings.keys.master_key is None
    assert settings.models.chat_url is None


@pytest.mark.parametrize(
    ("name", "text", "section", "field", "value"),
    [
        ("CUSTOMERAI_GATEWAY__BURST", "7", "gateway", "burst", 7),
        ("customerai_gateway__burst", "7", "gateway", "burst", 7),
        ("CUSTOMERAI_GATEWAY__ALLOW", '["10.0.0.0/8"]', "gateway", "allow", ("10.0.0.0/8",)),
        ("CUSTOMERAI_GATEWAY__DENY", "10.0.0.0/8, ::1", "gateway", "deny", ("10.0.0.0/8", "::1")),
        ("CUSTOMERAI_GATEWAY__DENY", "", "gateway", "deny", ()),
        ("CUSTOMERAI_GATEWAY__SECURE_COOKIES", "true", "gateway", "secure_cookies", True),
        ("CUSTOMERAI_DATABASE__URL", "sqlite://", "database", "url", "sqlite://"),
        ("CUSTOMERAI_PRIVACY__MIN_SCORE", "0.5", "privacy", "min_score", 0.5),
        ("CUSTOMERAI_LOG__LEVEL", "error", "log", "level", "error"),
        ("CUSTOMERAI_INSIGHTS__LANGUAGES", '["en","pt"]', "insights", "languages", ("en", "pt")),
    ],
)
def test_a_setting_is_read_from_its_environment_name(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
    section: str,
    field: str,
    value: object,
) -> None:
    monkeypatch.setenv(name, text)
    assert getattr(getattr(Settings(), section), field) == value


def test_what_stands_outside_of_sections_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMERAI_DATA", "/srv/data")
    monkeypatch.setenv("CUSTOMERAI_ENVIRONMENT", "test")
    assert (str(Settings().data), Settings().environment) == ("/srv/data", "test")


@pytest.mark.parametrize(
    "name",
    [
        "CUSTOMERAI_GATEWAY__BURTS",
        "CUSTOMERAI_GATWAY__BURST",
        "CUSTOMERAI_GATEWAY__BURST__MORE",
        "CUSTOMERAI___BURST",
        "customerai_gatway__burst",
    ],
)
def test_a_name_that_is_no_setting_is_refused_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "s3cret-71")
    with pytest.raises(ValidationError) as refused:
        Settings()
    if "GATEWAY__BURTS" not in name and "MORE" not in name:
        assert "s3cret" not in str(refused.value)
    assert refused.value.errors()[0]["type"] in ("extra_forbidden", "int_type", "int_parsing")


def test_variables_of_others_with_our_prefix_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Kubernetes sets these beside a Service named customerai; the command line reads the last.
    monkeypatch.setenv("CUSTOMERAI_PORT", "tcp://10.0.0.1:80")
    monkeypatch.setenv("CUSTOMERAI_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("CUSTOMERAI_KEY", "cai_live_x")
    assert Settings() == Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CUSTOMERAI_GATEWAY__BURST", "0"),
        ("CUSTOMERAI_GATEWAY__BURST", "many"),
        ("CUSTOMERAI_GATEWAY__TIMEOUT_S", "-1"),
        ("CUSTOMERAI_DATABASE__SYNCHRONOUS", "off"),
        ("CUSTOMERAI_FAIRNESS__CONFIDENCE", "1"),
        ("CUSTOMERAI_ENVIRONMENT", "Live1"),
        ("CUSTOMERAI_ENVIRONMENT", "live\n"),
        ("CUSTOMERAI_LOG__FORMAT", "xml"),
        ("CUSTOMERAI_GATEWAY__ALLOW", '["not a network"]'),
        ("CUSTOMERAI_GATEWAY__DENY", '["10.0.0.0/33"]'),
        ("CUSTOMERAI_GATEWAY__TRUSTED_PROXIES", '["proxy.internal"]'),
        ("CUSTOMERAI_GATEWAY__ALLOW", '["10.0.0.0/8"'),
        ("CUSTOMERAI_GATEWAY", "everything"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(ValidationError):
        Settings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMERAI_KEYS__MASTER_KEY", "s3cret-71")
    monkeypatch.setenv("CUSTOMERAI_MODELS__CHAT_KEY", "s3cret-72")
    settings = Settings()
    assert settings.keys.master_key is not None
    assert settings.keys.master_key.get_secret_value() == "s3cret-71"
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "s3cret" not in shown


def test_settings_do_not_change_once_read() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.environment = "test"  # type: ignore[misc]  # it is frozen
    with pytest.raises(ValidationError):
        settings.gateway.burst = 1  # type: ignore[misc]  # it is frozen
    with pytest.raises(ValidationError):
        GatewaySettings(burts=1)  # type: ignore[call-arg]  # a misspelt name


def test_every_setting_says_what_it_does() -> None:
    assert len(SECTIONS) == len(Settings.model_fields) - 2
    for name, section in SECTIONS.items():
        assert issubclass(section, Section), name
        assert section.__doc__
        for field_name, field in section.model_fields.items():
            assert field.description, f"{name}.{field_name}"
            assert not field.is_required(), f"{name}.{field_name} has no default"
    assert Settings.model_fields["data"].description
    assert Settings.model_fields["environment"].description


def test_a_secret_may_be_mounted_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql+asyncpg://u:secret@db/app\n")
    monkeypatch.setenv("CUSTOMERAI_DATABASE__URL_FILE", str(secret))
    assert Settings().database.url == "postgresql+asyncpg://u:secret@db/app"


def test_a_setting_whose_own_name_ends_in_file_is_no_mounted_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUSTOMERAI_TLS__CERT_FILE", str(tmp_path / "missing.crt"))
    assert Settings().tls.cert_file == tmp_path / "missing.crt"


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("sqlite://")
    monkeypatch.setenv("CUSTOMERAI_DATABASE__URL", "sqlite://")
    monkeypatch.setenv("CUSTOMERAI_DATABASE__URL_FILE", str(secret))
    with pytest.raises(SettingsError, match="both set"):
        Settings()


def test_a_mounted_file_that_cannot_be_read_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUSTOMERAI_DATABASE__URL_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="DATABASE__URL_FILE: the file cannot be read"):
        Settings()
