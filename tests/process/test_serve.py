"""What an operator sees: keys beside a running server, a clean end, files in one folder."""

from __future__ import annotations

import re
import stat
import time
from pathlib import Path

import httpx2
import pytest

from tests.process.servers import client, make_key, run_cli, serving

pytestmark = pytest.mark.process


def test_a_key_made_beside_a_running_server_works_until_it_is_revoked(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder) as server:
        key = make_key(folder)
        assert re.fullmatch(r"cai_[a-z]+_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}", key)
        with client(server, key) as http:
            assert http.get("/v1/keys").status_code == 200
            listed = run_cli("keys", "list", "--data", str(folder)).stdout
            key_id = listed.split()[0]
            assert run_cli("keys", "revoke", key_id, "--data", str(folder)).returncode == 0
            time.sleep(1.2)  # another process believes a key for at most a second
            refused = http.get("/v1/keys")
            assert refused.status_code == 401
            assert refused.json()["type"] == "/problems/invalid-api-key"


def test_sigterm_ends_with_status_zero_and_leaves_its_files_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder) as server:
        assert server.setup_link() is not None
        assert server.terminate() == 0
    names = {path.name for path in folder.iterdir()}
    assert names <= {"customerai.db", "master.key", "migrate.lock", "imports"}
    assert stat.S_IMODE((folder / "master.key").stat().st_mode) == 0o600


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        port = server.address.rsplit(":", 1)[1]
        done = run_cli("serve", "--data", str(tmp_path / "other"), "--port", port)
    assert done.returncode == 1
    assert "cannot listen on" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The environment of a child process is what is tested.
    monkeypatch.setenv("CUSTOMERAI_GATEWAY__BURST", "many")
    done = run_cli("migrate", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "CUSTOMERAI_GATEWAY__BURST" in done.stderr


def test_the_audit_log_is_exported_and_verified_without_a_server(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "audit.jsonl"
    with serving(folder) as server:
        make_key(folder)
        with client(server, make_key(folder)) as http:
            http.post("/v1/privacy/anonymizations", json={"texts": ["mail a@example.com"]})
        server.terminate()
    assert run_cli("audit", "export", str(file), "--data", str(folder)).returncode == 0
    good = run_cli("audit", "verify", str(file))
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("ok: ")
    lines = file.read_text().splitlines()
    changed = lines[1].replace("gateway.key_created", "gateway.key_revoked")
    assert changed != lines[1]
    file.write_text("\n".join([lines[0], changed, *lines[2:]]) + "\n")
    bad = run_cli("audit", "verify", str(file))
    assert bad.returncode == 1
    assert "the log was changed" in bad.stderr


def test_doctor_finds_the_models(tmp_path: Path) -> None:
    done = run_cli("doctor", "--data", str(tmp_path))
    assert "ok      privacy" in done.stdout
    assert "ok      database" in done.stdout


def test_the_address_answers_without_a_key_only_what_is_public(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        for path, status in (("/livez", 200), ("/metrics", 200), ("/openapi.json", 200),
                             ("/docs", 200), ("/v1/keys", 401), ("/v1/nothing", 401)):  # fmt: skip
            assert httpx2.get(server.address + path).status_code == status, path
