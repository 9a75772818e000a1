"""Writes the Grafana dashboards; `--check` says whether deploy/grafana/dashboards is current.

Needs grafana-foundation-sdk, whose types are those of Grafana's own schema, and Python 3.11 for it.
"""

# A query is read as it stands.
# ruff: noqa: E501

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grafana_foundation_sdk.builders import common as common_builder
from grafana_foundation_sdk.builders import dashboard as dashboard_builder
from grafana_foundation_sdk.builders import prometheus as prometheus_builder
from grafana_foundation_sdk.builders import stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, dashboard

FOLDER: Final = Path(__file__).resolve().parent.parent / "deploy" / "grafana" / "dashboards"
SOURCE: Final = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
_WIDTH: Final = 24
_JOB: Final = 'job="customerai",component=~"$component"'

# Units of Grafana: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats
SHORT, PERCENT, SECONDS, BYTES = "short", "percentunit", "s", "bytes"
PER_SECOND, CORES, AGE, WHEN = "cps", "short", "s", "dateTimeFromNow"
REQUESTS: Final = "reqps"


@dataclass(frozen=True)
class Query:
    """An expression and what its lines are called."""

    expr: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """One panel; `limits` turn a number yellow and red (descending means that low is bad)."""

    title: str
    unit: str
    queries: Sequence[Query]
    says: str
    number: bool = False
    limits: tuple[float, float] | None = None
    width: int = 12
    height: int = 8
    stacked: bool = False
    most: float | None = None


@dataclass(frozen=True)
class Page:
    """One dashboard: rows of panels."""

    uid: str
    title: str
    says: str
    rows: Sequence[tuple[str, Sequence[Panel]]]


def line(title: str, unit: str, says: str, *queries: tuple[str, str], **other: Any) -> Panel:
    """A panel of lines over time."""
    return Panel(title, unit, [Query(*query) for query in queries], says, **other)


def number(
    title: str, unit: str, says: str, expr: str, *, limits: tuple[float, float] | None = None
) -> Panel:
    """A panel of one number, as it is now."""
    return Panel(
        title, unit, [Query(expr, title)], says, number=True, limits=limits, width=4, height=4
    )


def _per_second(
    metric: str, by: str, *, match: str = _JOB, window: str = "$__rate_interval"
) -> str:
    return f"sum by ({by}) (rate({metric}{{{match}}}[{window}]))"


def _quantile(share: float, metric: str, by: str, *, match: str = _JOB) -> str:
    return (
        f"histogram_quantile({share}, sum by ({by}, le) "
        f"(rate({metric}_bucket{{{match}}}[$__rate_interval])))"
    )


OVERVIEW = Page(
    "customerai-overview",
    "CustomerAI / Overview",
    "Whether customers are served: objectives, rate, errors, duration.",
    [
        (
            "Objectives over 30 days",
            [
                number("Availability budget left", PERCENT, "Of the 0.1 % of answers that may fail in 30 days.",
                       "slo:availability_budget_left:ratio30d", limits=(0.5, 0.1)),
                number("Latency budget left", PERCENT, "Of the 1 % of requests that may take over 0.5 s in 30 days.",
                       "slo:latency_budget_left:ratio30d", limits=(0.5, 0.1)),
                number("Failing now", PERCENT, "Answers that were 5xx, over 5 minutes.",
                       "slo:availability_errors:ratio_rate5m", limits=(0.001, 0.0144)),
                number("Slow now", PERCENT, "Requests of the named routes over 0.5 s, over 5 minutes.",
                       "slo:latency_errors:ratio_rate5m", limits=(0.01, 0.144)),
                number("Processes up", SHORT, "Processes of CustomerAI that answer Prometheus.",
                       'sum(up{job="customerai"})', limits=(2, 1)),
                number("Alerts firing", SHORT, "Pages and tickets, the Watchdog aside.",
                       'sum(ALERTS{alertstate="firing",severity=~"page|ticket"}) or vector(0)', limits=(1, 5)),
                line("Burn of the availability budget", "none", "1 uses the budget up in 30 days, 14.4 in 2 days.",
                     ("slo:availability_errors:ratio_rate5m / 0.001", "5 min"),
                     ("slo:availability_errors:ratio_rate1h / 0.001", "1 h"),
                     ("slo:availability_errors:ratio_rate6h / 0.001", "6 h")),
                line("Burn of the latency budget", "none", "1 uses the budget up in 30 days, 14.4 in 2 days.",
                     ("slo:latency_errors:ratio_rate5m / 0.01", "5 min"),
                     ("slo:latency_errors:ratio_rate1h / 0.01", "1 h"),
                     ("slo:latency_errors:ratio_rate6h / 0.01", "6 h")),
            ],
        ),
        (
            "The front door: rate, errors, duration",
            [
                line("Requests by route", REQUESTS, "The ten busiest routes.",
                     ('topk(10, sum by (route) (rate(customerai_gateway_requests_total{job="customerai"}[$__rate_interval])))', "{{route}}"), stacked=True),
                line("Answers by status", REQUESTS, "All answers of the gateway.",
                     (_per_second("customerai_gateway_requests_total", "status", match='job="customerai"'), "{{status}}"), stacked=True),
                line("Duration", SECONDS, "From the request's first byte to the answer's last; pages left out.",
                     *[(_quantile(share, "customerai_gateway_request_seconds", "job", match='job="customerai",route!="page"'), name)
                       for share, name in ((0.5, "half"), (0.95, "19 of 20"), (0.99, "99 of 100"))]),
                line("Slowest routes", SECONDS, "The 99th percentile of the ten slowest routes.",
                     ("topk(10, route:gateway_request_seconds:p99_5m)", "{{route}}")),
                line("Refusals by the gateway", REQUESTS, "What a stage refused: no key, too often, no such route.",
                     (_per_second("customerai_gateway_refusals_total", "problem", match='job="customerai"'), "{{problem}}"), stacked=True),
                line("Replies to customers", PER_SECOND, "By status and reason; an abstained reply is handed over to a person.",
                     (_per_second("customerai_responder_replies_total", "status, reason", match='job="customerai"'), "{{status}} {{reason}}"), stacked=True),
            ],
        ),
    ],
)  # fmt: skip

SERVICES = Page(
    "customerai-services",
    "CustomerAI / Services",
    "Each component: its requests, its calls of others, and its use of processor, memory, files.",
    [
        (
            "Rate, errors, duration of each service",
            [
                line("Requests", REQUESTS, "Answered by each service process.",
                     (_per_second("customerai_service_requests_total", "service"), "{{service}}")),
                line("Errors", PERCENT, "Share of 5xx answers.",
                     ("service:service_errors:ratio_rate5m", "{{service}}"), most=1),
                line("Duration, 99 of 100", SECONDS, "The 99th percentile.",
                     (_quantile(0.99, "customerai_service_request_seconds", "service"), "{{service}}")),
                line("Calls of other services", REQUESTS, "By the service that is called, and how it ended.",
                     (_per_second("customerai_client_requests_total", "service, outcome"), "{{service}} {{outcome}}")),
                line("Duration of calls, 99 of 100", SECONDS, "As the caller sees it, over all attempts.",
                     (_quantile(0.99, "customerai_client_request_seconds", "service"), "{{service}}")),
                line("Breakers open", SHORT, "Addresses of a service that are left alone after failures.",
                     (f"sum by (component, service) (customerai_client_breaker_open{{{_JOB}}})", "{{component}} → {{service}}")),
            ],
        ),
        (
            "Use of each process",
            [
                line("Processor", CORES, "Cores; an event loop has one.",
                     (f"rate(process_cpu_seconds_total{{{_JOB}}}[$__rate_interval])", "{{component}} {{instance}}")),
                line("Memory", BYTES, "Resident; about 600 MiB with every model in use.",
                     (f"process_resident_memory_bytes{{{_JOB}}}", "{{component}} {{instance}}")),
                line("File descriptors", PERCENT, "Of the process's limit.",
                     (f"process_open_fds{{{_JOB}}} / process_max_fds{{{_JOB}}}", "{{component}} {{instance}}"), most=1),
                line("Age", AGE, "Since the process was started; a fall is a restart.",
                     (f"time() - process_start_time_seconds{{{_JOB}}}", "{{component}} {{instance}}")),
                line("Replicas that answer", SHORT, "By component.",
                     (f"sum by (component) (up{{{_JOB}}})", "{{component}}")),
                line("Certificates end in", AGE, "Absent without TLS.",
                     (f"customerai_certificate_expires_timestamp_seconds{{{_JOB}}} - time()", "{{component}} {{certificate}}")),
            ],
        ),
        (
            "Cache",
            [
                line("Limits decided without Redis", PER_SECOND, "Each process counts for itself meanwhile.",
                     (_per_second("customerai_cache_failures_total", "component"), "{{component}}")),
                line("Redis", "ops", "Commands a second, where its exporter is scraped.",
                     ('rate(redis_commands_processed_total{job="redis"}[$__rate_interval])', "{{instance}}")),
            ],
        ),
    ],
)  # fmt: skip

EVENTS = Page(
    "customerai-events",
    "CustomerAI / Events",
    "The way of an event: outbox, broker, queue, handler, dead letter.",
    [
        (
            "Now",
            [
                number("Oldest event not told", SECONDS, "How late the relay is.",
                       'max(customerai_events_outbox_oldest_seconds{job="customerai"})', limits=(10, 60)),
                number("Events not told", SHORT, "Depth of the outbox.",
                       'max(customerai_events_outbox_depth{job="customerai"})', limits=(1000, 5000)),
                number("Dead letters", SHORT, "Events that were parked.",
                       'max(customerai_events_dead_letters{job="customerai"})', limits=(1, 10)),
                number("Broker connections lost", SHORT, "Processes without the broker; only where one is scraped.",
                       '(count(customerai_bus_connected{job="customerai"} == 0) and on () count(up{job="rabbitmq"})) or vector(0)', limits=(1, 2)),
            ],
        ),
        (
            "Outbox and handlers",
            [
                line("Outbox", SHORT, "Events that wait to be told.",
                     ('max(customerai_events_outbox_depth{job="customerai"})', "events")),
                line("Age of the oldest", SECONDS, "In the outbox.",
                     ('max(customerai_events_outbox_oldest_seconds{job="customerai"})', "oldest")),
                line("Handled", PER_SECOND, "By handler and outcome; `parked` became a dead letter.",
                     (_per_second("customerai_events_handled_total", "handler, outcome", match='job="customerai"'), "{{handler}} {{outcome}}")),
                line("Dead letters", SHORT, "Events that were parked.",
                     ('max(customerai_events_dead_letters{job="customerai"})', "dead letters")),
            ],
        ),
        (
            "Broker",
            [
                line("Told to the broker", PER_SECOND, "By outcome.",
                     (_per_second("customerai_bus_published_total", "outcome", match='job="customerai"'), "{{outcome}}")),
                line("Delivered by the broker", PER_SECOND, "By handler and outcome.",
                     (_per_second("customerai_bus_delivered_total", "handler, outcome", match='job="customerai"'), "{{handler}} {{outcome}}")),
                line("Queues: ready", SHORT, "Events that nobody fetched yet.",
                     ('max by (queue) (rabbitmq_detailed_queue_messages_ready{job="rabbitmq-queues"})', "{{queue}}")),
                line("Queues: fetched, not done", SHORT, "Events in a consumer's hand.",
                     ('max by (queue) (rabbitmq_detailed_queue_messages_unacked{job="rabbitmq-queues"})', "{{queue}}")),
                line("Queues: consumers", SHORT, "None means that nobody works on it.",
                     ('max by (queue) (rabbitmq_detailed_queue_consumers{job="rabbitmq-queues"})', "{{queue}}")),
                line("Connected", SHORT, "1 while every connection that is wanted is open.",
                     ('customerai_bus_connected{job="customerai"}', "{{component}} {{instance}}"), most=1),
            ],
        ),
    ],
)  # fmt: skip

PRIVACY = Page(
    "customerai-privacy",
    "CustomerAI / Privacy",
    "What was hidden, what was refused, and what a second look found.",
    [
        (
            "Now",
            [
                number("Refused in an hour", SHORT, "Calls refused because privacy could not look (fail closed).",
                       'sum(increase(customerai_privacy_failures_total{job="customerai"}[1h]))', limits=(1, 10)),
                number("Suspected in an hour", SHORT, "Findings of the leak watch; long numbers, names and streets aside.",
                       'sum(increase(customerai_privacy_leak_found_total{job="customerai",type!~"name|number|street"}[1h]))', limits=(1, 2)),
                number("Long numbers", PERCENT, "Findings of long numbers, names and streets for each sampled text, over an hour.",
                       'sum(increase(customerai_privacy_leak_found_total{job="customerai",type=~"name|number|street"}[1h])) / sum(increase(customerai_privacy_leak_scanned_total{job="customerai"}[1h]))', limits=(0.005, 0.02)),
                number("Sampled", PERCENT, "Share of the texts that were looked at again, over an hour.",
                       'sum(increase(customerai_privacy_leak_scanned_total{job="customerai"}[1h])) / sum(increase(customerai_privacy_texts_total{job="customerai"}[1h]))'),
            ],
        ),
        (
            "Over time",
            [
                line("Texts made safe", PER_SECOND, "All callers.",
                     (_per_second("customerai_privacy_texts_total", "component", match='job="customerai"'), "{{component}}")),
                line("Values hidden", PER_SECOND, "By type; a type that falls to 0 is worth a look.",
                     (_per_second("customerai_privacy_entities_total", "type", match='job="customerai"'), "{{type}}"), stacked=True),
                line("Refused", PER_SECOND, "Calls refused because privacy could not look.",
                     (_per_second("customerai_privacy_failures_total", "component", match='job="customerai"'), "{{component}}")),
                line("Leak watch: findings", SHORT, "In an hour, by type.",
                     ('sum by (type) (increase(customerai_privacy_leak_found_total{job="customerai"}[1h]))', "{{type}}")),
                line("Leak watch: texts looked at", PER_SECOND, "The sample.",
                     (_per_second("customerai_privacy_leak_scanned_total", "component", match='job="customerai"'), "{{component}}")),
                line("Age of the master key", AGE, "Since it came into use.",
                     ('max by (key) (time() - customerai_keys_created_timestamp_seconds{job="customerai"})', "{{key}}")),
            ],
        ),
    ],
)  # fmt: skip

FAIRNESS = Page(
    "customerai-fairness",
    "CustomerAI / Fairness",
    "How far groups lie apart, and how many decisions that rests on.",
    [
        (
            "Decisions",
            [
                line("Greatest gap between selection rates", PERCENT, "Over 7 days, between groups of 100 decisions or more; absent where nothing can be compared.",
                     ('max by (kind) (customerai_fairness_selection_rate_gap{job="customerai"})', "{{kind}}"), most=1),
                line("Decisions counted", PER_SECOND, "By kind; `external` came through the API.",
                     (_per_second("customerai_fairness_decisions_total", "kind", match='job="customerai"'), "{{kind}}"), stacked=True),
                line("Replies", PERCENT, "Share of each outcome of a reply.",
                     ('sum by (status) (rate(customerai_responder_replies_total{job="customerai"}[1h])) / ignoring (status) group_left () sum(rate(customerai_responder_replies_total{job="customerai"}[1h]))', "{{status}}"), stacked=True, most=1),
                line("Events to count", PER_SECOND, "Decisions of the platform that fairness handled.",
                     ('sum by (handler, outcome) (rate(customerai_events_handled_total{job="customerai",handler=~".*count_decisions"}[$__rate_interval]))', "{{handler}} {{outcome}}")),
            ],
        ),
    ],
)  # fmt: skip

JOBS = Page(
    "customerai-jobs",
    "CustomerAI / Imports & jobs",
    "Long work: imports, their rows, what insights did with them, backups.",
    [
        (
            "Jobs",
            [
                line("Jobs by state", SHORT, "As the database has them.",
                     ('max by (kind, status) (customerai_jobs{job="customerai"})', "{{kind}} {{status}}")),
                line("Rows read", PER_SECOND, "By outcome.",
                     (_per_second("customerai_integrations_import_rows_total", "outcome", match='job="customerai"'), "{{outcome}}"), stacked=True),
                line("Messages stored", PER_SECOND, "By role.",
                     (_per_second("customerai_responder_messages_total", "role", match='job="customerai"'), "{{role}}"), stacked=True),
                line("Messages scored", PER_SECOND, "By insights.",
                     (_per_second("customerai_insights_messages_scored_total", "component", match='job="customerai"'), "{{component}}")),
            ],
        ),
        (
            "Backups",
            [
                number("Last good backup", AGE, "Its age; one is due every 24 hours.",
                       "time() - max(customerai_backup_last_success_timestamp_seconds)", limits=(90000, 93600)),
                number("Its size", BYTES, "As it was stored.", "max(customerai_backup_last_size_bytes)"),
                number("Failed in a day", SHORT, "Attempts that ended with an error.",
                       "sum(increase(customerai_backup_failures_total[1d]))", limits=(1, 3)),
            ],
        ),
    ],
)  # fmt: skip

CAPACITY = Page(
    "customerai-capacity",
    "CustomerAI / Capacity",
    "How near each part is to its end, and what a request costs.",
    [
        (
            "Cost",
            [
                line("Processor for each request", SECONDS, "Seconds of processor of all processes for one request at the door.",
                     ('sum(rate(process_cpu_seconds_total{job="customerai"}[15m])) / sum(rate(customerai_gateway_requests_total{job="customerai"}[15m]))', "each request")),
                line("Processor for each message", SECONDS, "Seconds of processor of all processes for one stored message.",
                     ('sum(rate(process_cpu_seconds_total{job="customerai"}[15m])) / sum(rate(customerai_responder_messages_total{job="customerai"}[15m]))', "each message")),
                line("Busiest process by component", CORES, "1 is the end of an event loop.",
                     ('max by (component) (rate(process_cpu_seconds_total{job="customerai"}[$__rate_interval]))', "{{component}}")),
                line("Memory by component", BYTES, "All replicas.",
                     ('sum by (component) (process_resident_memory_bytes{job="customerai"})', "{{component}}"), stacked=True),
            ],
        ),
        (
            "Database, broker, disks",
            [
                line("Connections of PostgreSQL", PERCENT, "Of the server's limit.",
                     ('sum by (instance) (pg_stat_activity_count{job="postgres"}) / sum by (instance) (pg_settings_max_connections{job="postgres"})', "{{instance}}"), most=1),
                line("Size of the databases", BYTES, "On disk.",
                     ('pg_database_size_bytes{job="postgres"}', "{{datname}}")),
                line("Longest transaction", SECONDS, "Of any connection.",
                     ('max by (instance) (pg_stat_activity_max_tx_duration{job="postgres"})', "{{instance}}")),
                line("Memory of the broker", BYTES, "Resident.",
                     ('rabbitmq_process_resident_memory_bytes{job="rabbitmq"}', "{{instance}}")),
                line("Disks", PERCENT, "Free, by mount point.",
                     ('node_filesystem_avail_bytes{job="node",fstype!~"tmpfs|overlay|squashfs|ramfs"} / node_filesystem_size_bytes{job="node"}', "{{instance}} {{mountpoint}}"), most=1),
                line("Memory of Redis", BYTES, "Used.",
                     ('redis_memory_used_bytes{job="redis"}', "{{instance}}")),
            ],
        ),
    ],
)  # fmt: skip

PAGES: Final = (OVERVIEW, SERVICES, EVENTS, PRIVACY, FAIRNESS, JOBS, CAPACITY)


def _query(query: Query, index: int, *, instant: bool) -> prometheus_builder.Dataquery:
    target = (
        prometheus_builder.Dataquery()
        .expr(query.expr)
        .legend_format(query.legend)
        .ref_id(chr(ord("A") + index))
        .datasource(SOURCE)
    )
    return target.instant() if instant else target.range()


def _number(panel: Panel, place: dashboard.GridPos) -> stat.Panel:
    built = (
        stat.Panel()
        .title(panel.title)
        .description(panel.says)
        .datasource(SOURCE)
        .unit(panel.unit)
        .grid_pos(place)
        .no_value("–")
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.VALUE)
        .reduce_options(common_builder.ReduceDataOptions().calcs(["lastNotNull"]).values(False))  # noqa: FBT003 - the SDK's
    )
    for index, query in enumerate(panel.queries):
        built = built.with_target(_query(query, index, instant=True))
    if panel.limits is None:
        return built
    warn, bad = panel.limits
    steps = [(None, "green"), (warn, "orange"), (bad, "red")]
    if bad < warn:
        steps = [(None, "red"), (bad, "orange"), (warn, "green")]
    return built.thresholds(
        dashboard_builder.ThresholdsConfig()
        .mode(dashboard.ThresholdsMode.ABSOLUTE)
        .steps([dashboard.Threshold(value=value, color=color) for value, color in steps])
    )


def _lines(panel: Panel, place: dashboard.GridPos) -> timeseries.Panel:
    built = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.says)
        .datasource(SOURCE)
        .unit(panel.unit)
        .min(0)
        .grid_pos(place)
        .fill_opacity(20 if panel.stacked else 0)
        .show_points(common.VisibilityMode.NEVER)
        .legend(
            common_builder.VizLegendOptions()
            .display_mode(common.LegendDisplayMode.TABLE)
            .placement(common.LegendPlacement.BOTTOM)
            .show_legend(True)  # noqa: FBT003 - the SDK's
            .calcs(["lastNotNull", "max"])
        )
        .tooltip(
            common_builder.VizTooltipOptions()
            .mode(common.TooltipDisplayMode.MULTI)
            .sort(common.SortOrder.DESCENDING)
        )
    )
    if panel.stacked:
        built = built.stacking(common_builder.StackingConfig().mode(common.StackingMode.NORMAL))
    if panel.most is not None:
        built = built.max(panel.most)
    for index, query in enumerate(panel.queries):
        built = built.with_target(_query(query, index, instant=False))
    return built


def _variables() -> list[Any]:
    source = (
        dashboard_builder.DatasourceVariable("datasource").label("Data source").type("prometheus")
    )
    component = (
        dashboard_builder.QueryVariable("component")
        .label("Component")
        .datasource(SOURCE)
        .query('label_values(up{job="customerai"}, component)')
        .multi(True)  # noqa: FBT003 - the SDK's
        .include_all(True)  # noqa: FBT003 - the SDK's
        .all_value(".*")
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
    )
    return [source, component]


def build(page: Page) -> dict[str, Any]:
    """The dashboard as Grafana's JSON."""
    built = (
        dashboard_builder.Dashboard(page.title)
        .uid(page.uid)
        .description(page.says)
        .tags(["customerai"])
        .timezone("browser")
        .refresh("30s")
        .time("now-6h", "now")
        .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        .variables(_variables())
        .link(
            dashboard_builder.DashboardLink("CustomerAI")
            .type(dashboard.DashboardLinkType.DASHBOARDS)
            .tags(["customerai"])
            .as_dropdown(True)  # noqa: FBT003 - the SDK's
            .keep_time(True)  # noqa: FBT003 - the SDK's
        )
    )
    panels: list[dict[str, Any]] = []
    top = 0
    for title, row in page.rows:
        panels.append(_plain(_row(title, top)))
        top += 1
        left = height = 0
        for panel in row:
            if left + panel.width > _WIDTH or (height and panel.height != height):
                top, left = top + height, 0
            place = dashboard.GridPos(h=panel.height, w=panel.width, x=left, y=top)
            make: Callable[[Panel, dashboard.GridPos], Any] = _number if panel.number else _lines
            panels.append(_plain(make(panel, place).build()))
            left, height = left + panel.width, panel.height
        top += height
    document: dict[str, Any] = _plain(built.build())
    for index, item in enumerate(panels, 1):
        item["id"] = index
    document["panels"] = panels
    return document


def _row(title: str, top: int) -> dashboard.RowPanel:
    return (
        dashboard_builder.Row(title).grid_pos(dashboard.GridPos(h=1, w=_WIDTH, x=0, y=top)).build()
    )


def _plain(model: object) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(model, cls=JSONEncoder))
    return plain


def written(page: Page) -> str:
    """The text of a dashboard's file."""
    return json.dumps(build(page), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def path_of(page: Page) -> Path:
    """Where a dashboard's file stands."""
    return FOLDER / f"{page.uid.removeprefix('customerai-')}.json"


def main(arguments: Sequence[str]) -> int:
    """Write the files, or say which are not current."""
    wanted = {path_of(page): written(page) for page in PAGES}
    if "--check" not in arguments:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [
        path.name
        for path, text in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    strange = [path.name for path in FOLDER.glob("*.json") if path not in wanted]
    for name in stale + strange:
        print(f"{name}: not as scripts/dashboards.py writes it", file=sys.stderr)
    print(f"dashboards: {len(wanted)} current" if not stale + strange else "dashboards: stale")
    return 1 if stale or strange else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
