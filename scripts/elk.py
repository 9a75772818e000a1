"""Writes the index template and the Kibana dashboard of deploy/elk; `--check`: are they current."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent.parent / "deploy" / "elk"
INDEX: Final = "logs-customerai-*"
_POLICY: Final = "customerai-logs"
_DATA_VIEW: Final = "customerai-logs"
_DASHBOARD: Final = "customerai-logs-overview"

# Types as in the Elastic Common Schema 8.11, field reference; `http.route` is OpenTelemetry's.
ECS: Final[Mapping[str, str]] = {
    "@timestamp": "date",
    "ecs.version": "keyword",
    "error.stack_trace": "wildcard",
    "error.type": "keyword",
    "event.dataset": "keyword",
    "event.duration": "long",
    "http.request.id": "keyword",
    "http.request.method": "keyword",
    "http.response.status_code": "long",
    "http.route": "keyword",
    "log.level": "keyword",
    "log.logger": "keyword",
    "message": "match_only_text",
    "process.pid": "long",
    "service.name": "keyword",
    "service.node.name": "keyword",
    "span.id": "keyword",
    "trace.id": "keyword",
}
# Set by the shipper, for a data stream.
STREAM: Final[Mapping[str, str]] = {
    "data_stream.dataset": "constant_keyword",
    "data_stream.namespace": "constant_keyword",
    "data_stream.type": "constant_keyword",
}
OWN: Final[Mapping[str, str]] = {
    "actor": "keyword",
    "attempt": "long",
    "backup": "keyword",
    "erased_again": "long",
    "event_id": "keyword",
    "events": "long",
    "findings": "long",
    "handler": "keyword",
    "job_id": "keyword",
    "model": "keyword",
    "outage_s": "double",
    "partition": "keyword",
    "problem": "keyword",
    "queue": "keyword",
    "queues": "long",
    "remote": "keyword",
    "requests": "long",
    "rows": "long",
    "sent": "boolean",
    "size_bytes": "long",
    "task": "keyword",
    "types": "keyword",
    # What an import counts.
    "rejected": "long",
    "repeated": "long",
    "stored": "long",
}


def _mapping(kind: str) -> dict[str, Any]:
    # Longer values are stored, not indexed: a key of the index has a limit.
    return (
        {"type": kind, "ignore_above": 1024} if kind in ("keyword", "wildcard") else {"type": kind}
    )


def _properties(fields: Mapping[str, str]) -> dict[str, Any]:
    """Dotted names as Elasticsearch's nested objects."""
    root: dict[str, Any] = {}
    for name, kind in sorted(fields.items()):
        *parents, leaf = name.split(".")
        place = root
        for parent in parents:
            place = place.setdefault(parent, {"properties": {}})["properties"]
        place[leaf] = _mapping(kind)
    return root


def index_template() -> dict[str, Any]:
    """The template of the data stream: exactly our fields, no others indexed."""
    own = {f"customerai.{name}": kind for name, kind in OWN.items()}
    return {
        "index_patterns": [INDEX],
        "data_stream": {},
        "priority": 300,  # above Elastic's own template for logs-*-* (100)
        "template": {
            "settings": {
                "index.lifecycle.name": _POLICY,
                "index.codec": "best_compression",
                "index.number_of_shards": 1,
                "index.number_of_replicas": 1,
                "index.auto_expand_replicas": "0-1",
                "index.refresh_interval": "10s",
                "index.mapping.ignore_malformed": True,
                "index.query.default_field": ["message", "error.type"],
            },
            "mappings": {
                # What is not listed stays readable in _source and grows no mapping.
                "dynamic": False,
                "date_detection": False,
                "properties": _properties({**ECS, **STREAM, **own}),
            },
        },
        "_meta": {"managed_by": "customerai", "description": "Logs of CustomerAI, ECS 8.11"},
    }


def _source(query: str) -> dict[str, Any]:
    return {
        "query": {"query": query, "language": "kuery"},
        "filter": [],
        "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
    }


def _view_reference(name: str = "kibanaSavedObjectMeta.searchSourceJSON.index") -> dict[str, str]:
    return {"id": _DATA_VIEW, "name": name, "type": "index-pattern"}


_COUNT: Final = {"id": "1", "enabled": True, "type": "count", "schema": "metric", "params": {}}
_OVER_TIME: Final = {
    "id": "2",
    "enabled": True,
    "type": "date_histogram",
    "schema": "segment",
    "params": {"field": "@timestamp", "interval": "auto", "min_doc_count": 1},
}


def _terms(number: str, field: str, schema: str, size: int = 10) -> dict[str, Any]:
    return {
        "id": number,
        "enabled": True,
        "type": "terms",
        "schema": schema,
        "params": {"field": field, "size": size, "order": "desc", "orderBy": "1"},
    }


def _percentiles(field: str) -> dict[str, Any]:
    return {
        "id": "1",
        "enabled": True,
        "type": "percentiles",
        "schema": "metric",
        "params": {"field": field, "percents": [50, 95, 99]},
    }


# Name, title, kind, question, aggregations.
_CHARTS: Final[Sequence[tuple[str, str, str, str, Sequence[Mapping[str, Any]]]]] = (
    ("lines-by-level", "Lines by level", "histogram", "",
     (_COUNT, _OVER_TIME, _terms("3", "log.level", "group"))),
    ("answers-by-status", "Answers by status", "histogram", 'event.dataset: "customerai.access"',
     (_COUNT, _OVER_TIME, _terms("3", "http.response.status_code", "group"))),
    ("duration", "Duration of requests (ns)", "line", 'event.dataset: "customerai.access"',
     (_percentiles("event.duration"), _OVER_TIME)),
    ("problems", "Problems", "table", "customerai.problem: *",
     (_COUNT, _terms("2", "customerai.problem", "bucket"), _terms("3", "http.route", "bucket"))),
    ("errors", "Errors by type and message", "table", "log.level: error",
     (_COUNT, _terms("2", "error.type", "bucket"), _terms("3", "service.name", "bucket"))),
    ("privacy", "Privacy: refused and suspected", "histogram",
     'message: "privacy.analysis_failed" or message: "privacy.leak_suspected"',
     (_COUNT, _OVER_TIME, _terms("3", "service.name", "group"))),
)  # fmt: skip


def kibana_objects() -> list[dict[str, Any]]:
    """The data view, a search, the charts and the dashboard that shows them."""
    objects: list[dict[str, Any]] = [
        {
            "id": _DATA_VIEW,
            "type": "index-pattern",
            "attributes": {
                "title": INDEX,
                "name": "CustomerAI logs",
                "timeFieldName": "@timestamp",
            },
            "references": [],
        },
        {
            "id": "customerai-warnings",
            "type": "search",
            "attributes": {
                "title": "Warnings and errors",
                "columns": [
                    "service.name",
                    "log.level",
                    "message",
                    "error.type",
                    "http.request.id",
                ],
                "sort": [["@timestamp", "desc"]],
                "kibanaSavedObjectMeta": {
                    "searchSourceJSON": json.dumps(_source("log.level: (warning or error)"))
                },
            },
            "references": [_view_reference()],
        },
    ]
    for name, title, kind, question, aggregations in _CHARTS:
        state = {"title": title, "type": kind, "aggs": list(aggregations), "params": {"type": kind}}
        objects.append(
            {
                "id": f"customerai-{name}",
                "type": "visualization",
                "attributes": {
                    "title": title,
                    "visState": json.dumps(state),
                    "uiStateJSON": "{}",
                    "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(_source(question))},
                },
                "references": [_view_reference()],
            }
        )
    return [*objects, _dashboard(objects[2:] + objects[1:2])]


def _dashboard(shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    panels, references = [], []
    for index, item in enumerate(shown):
        wide = item["type"] == "search"
        place = {
            "x": 0 if wide else 24 * (index % 2),
            "y": 15 * (index // 2),
            "w": 48 if wide else 24,
            "h": 15,
            "i": str(index + 1),
        }
        panels.append(
            {
                "type": item["type"],
                "panelIndex": place["i"],
                "gridData": place,
                "embeddableConfig": {},
                "panelRefName": f"panel_{place['i']}",
            }
        )
        references.append(
            {"id": item["id"], "name": f"{place['i']}:panel_{place['i']}", "type": item["type"]}
        )
    return {
        "id": _DASHBOARD,
        "type": "dashboard",
        "attributes": {
            "title": "CustomerAI logs",
            "description": "Lines, answers, problems and errors of all processes.",
            "timeRestore": True,
            "timeFrom": "now-24h",
            "timeTo": "now",
            "optionsJSON": json.dumps({"useMargins": True, "hidePanelTitles": False}),
            "panelsJSON": json.dumps(panels),
            "kibanaSavedObjectMeta": {
                "searchSourceJSON": json.dumps(
                    {"query": {"query": "", "language": "kuery"}, "filter": []}
                )
            },
        },
        "references": references,
    }


def files() -> dict[Path, str]:
    """Each file and its text."""
    lines = [json.dumps(item, sort_keys=True) for item in kibana_objects()]
    return {
        FOLDER / "index-template.json": json.dumps(index_template(), indent=2) + "\n",
        FOLDER / "kibana.ndjson": "\n".join(lines) + "\n",
    }


def main(arguments: Sequence[str]) -> int:
    """Write the files, or say which are not current."""
    stale = []
    for path, text in files().items():
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            print(f"{path.name}: not as scripts/elk.py writes it", file=sys.stderr)
    print(f"elk: {len(files()) - len(stale)} of {len(files())} files current")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
