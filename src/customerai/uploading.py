"""The client's side of an import: uploads, follows, writes down what was refused."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Final

import httpx2
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from customerai.integrations.rows import FileFormat, Refused, read, text_lines

_POLL_S: Final = 0.3
_PATIENCE_S: Final = 120.0
_PIECE: Final = 1 << 20


class UploadFailed(Exception):
    """The server refused the file or the import; the message says why."""


def upload(
    file: Path,
    mapping: dict[str, Any] | None,
    *,
    url: str,
    key: str,
    job_id: str | None,
    transport: httpx2.BaseTransport | None = None,
) -> dict[str, Any]:
    """Import a file and wait for its end; a server that restarts meanwhile is waited for.

    Args:
        job_id: an import to follow, in place of a new one.
        transport: how the server is reached; by default over the network.

    Returns:
        What became of the rows: `job`, `stored`, `repeated`, `rejected`.

    Raises:
        UploadFailed: the server refused, failed, or stayed away.
    """
    headers = {"authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=300, transport=transport) as client:
        if job_id is None:
            job_id = _send(client, file, mapping)
        job = _follow(client, job_id)
        if job["status"] != "done":
            detail = (job["problem"] or {}).get("detail", "")
            raise UploadFailed(f"import {job_id} ended as {job['status']}. {detail}")
        result = {"job": job_id, **job["result"]}
        if result["rejected"]:
            result["rejects"] = str(_write_rejects(client, job_id, file))
        return result


def _send(client: httpx2.Client, file: Path, mapping: dict[str, Any] | None) -> str:
    data = {} if mapping is None else {"mapping": json.dumps(mapping)}
    try:
        with file.open("rb") as body:
            response = client.post("/v1/imports", files={"file": (file.name, body)}, data=data)
    except httpx2.TransportError as error:
        raise UploadFailed(f"no server answers at {client.base_url}") from error
    _check(response)
    return str(response.json()["id"])


def _follow(client: httpx2.Client, job_id: str) -> dict[str, Any]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    seen = time.monotonic()
    with Progress(*columns) as shown:
        task = shown.add_task("importing", total=None, rate="")
        while True:
            try:
                response = client.get(f"/v1/jobs/{job_id}")
            except httpx2.TransportError as error:
                if time.monotonic() - seen > _PATIENCE_S:
                    raise UploadFailed(
                        f"the server went away; go on later with --job {job_id}"
                    ) from error
                time.sleep(_POLL_S)
                continue
            seen = time.monotonic()
            _check(response)
            job: dict[str, Any] = response.json()
            progress = job["progress"]
            rate = progress["rate_per_s"]
            shown.update(
                task,
                completed=progress["done"],
                total=progress["total"],
                rate="" if rate is None else f"{rate:.0f} rows/s",
            )
            if job["status"] in ("done", "failed", "cancelled"):
                return job
            time.sleep(_POLL_S)


def _write_rejects(client: httpx2.Client, job_id: str, file: Path) -> Path:
    """Refused rows with their reason and, from the file here, their content."""
    reasons: dict[int, dict[str, Any]] = {}
    cursor: str | None = "0"
    while cursor is not None:
        response = client.get(
            f"/v1/imports/{job_id}/rejects", params={"cursor": cursor, "limit": 1000}
        )
        _check(response)
        page = response.json()
        reasons.update({item["row"]: item for item in page["items"]})
        cursor = page["next"]
    target = file.with_name(file.name + ".rejects.jsonl")
    file_format: FileFormat = "csv" if file.suffix.lower() == ".csv" else "jsonl"
    with file.open("rb") as source, target.open("w", encoding="utf-8") as out:
        lines = text_lines(iter(lambda: source.read(_PIECE), b""))
        for number, row in enumerate(read(lines, file_format), start=1):
            if number in reasons:
                content = None if isinstance(row, Refused) else row
                out.write(json.dumps({**reasons[number], "content": content}) + "\n")
    return target


def _check(response: httpx2.Response) -> None:
    if response.is_success:
        return
    try:
        problem = response.json()
        detail = f"{problem['title']}: {problem['detail']}"
    except (ValueError, LookupError, TypeError):
        detail = f"HTTP {response.status_code}"
    raise UploadFailed(detail)
