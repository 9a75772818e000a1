"""Jobs: progress that survives, and an end that is final."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from customerai.core import jobs
from customerai.core.ids import new_id
from customerai.core.jobs import Job, JobFinished, JobNotFound
from customerai.core.schema import metadata

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


@pytest.fixture
def tx() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield connection
    engine.dispose()


def a_job(**other: object) -> Job:
    job = Job(
        tenant="main",
        id=new_id("job"),
        kind="import",
        actor="key_1",
        status=jobs.QUEUED,
        done=0,
        total=None,
        spec={"file": "f_1"},
        result=None,
        problem=None,
        created_at=NOW,
        started_at=None,
        resumed_at=None,
        resumed_done=0,
        finished_at=None,
    )
    return replace(job, **other)  # type: ignore[arg-type]  # fields by name


def test_a_job_is_found_as_it_was_created(tx: Connection) -> None:
    job = a_job()
    jobs.create(tx, job)
    assert jobs.find(tx, "main", job.id) == job


def test_a_job_of_another_tenant_is_not_there(tx: Connection) -> None:
    job = a_job()
    jobs.create(tx, job)
    for tenant, job_id in (("other", job.id), ("main", "job_0")):
        with pytest.raises(JobNotFound):
            jobs.find(tx, tenant, job_id)
        with pytest.raises(JobNotFound):
            jobs.cancel(tx, tenant, job_id, NOW)
    assert jobs.recent(tx, "other") == []
    assert jobs.find(tx, "main", job.id) == job


def test_an_id_that_is_none_of_ours_is_not_repeated(tx: Connection) -> None:
    with pytest.raises(JobNotFound) as refused:
        jobs.find(tx, "main", "jane.roe@example.com")
    assert "jane" not in str(refused.value.document("req_1"))


def test_the_newest_come_first_and_the_unfinished_oldest_first(tx: Connection) -> None:
    statuses = [jobs.QUEUED, jobs.RUNNING, jobs.DONE, jobs.FAILED, jobs.CANCELLED, jobs.QUEUED]
    made = [a_job(status=status) for status in statuses]
    foreign = [a_job(tenant="other"), a_job(kind="training")]
    for job in [*made, *foreign]:
        jobs.create(tx, job)
    assert jobs.recent(tx, "main", limit=4) == [foreign[1], *made[:-4:-1]]
    assert jobs.unfinished(tx, "import") == [made[0], made[1], made[5], foreign[0]]


@pytest.mark.parametrize("status", [jobs.QUEUED, jobs.RUNNING])
def test_a_job_that_has_not_ended_can_be_cancelled_once(tx: Connection, status: str) -> None:
    job = a_job(status=status, done=7)
    jobs.create(tx, job)
    jobs.cancel(tx, "main", job.id, NOW)
    assert jobs.find(tx, "main", job.id) == replace(job, status=jobs.CANCELLED, finished_at=NOW)
    with pytest.raises(JobFinished):
        jobs.cancel(tx, "main", job.id, NOW)


@pytest.mark.parametrize("status", [jobs.DONE, jobs.FAILED, jobs.CANCELLED])
def test_a_job_that_has_ended_cannot_be_cancelled(tx: Connection, status: str) -> None:
    job = a_job(status=status, finished_at=NOW)
    jobs.create(tx, job)
    with pytest.raises(JobFinished):
        jobs.cancel(tx, "main", job.id, NOW + timedelta(hours=1))
    assert jobs.find(tx, "main", job.id) == job


def test_a_change_is_of_one_job_only(tx: Connection) -> None:
    one, two = a_job(), a_job()
    jobs.create(tx, one)
    jobs.create(tx, two)
    jobs.change(tx, one, done=5, result={"rows": 5})
    assert jobs.find(tx, "main", one.id) == replace(one, done=5, result={"rows": 5})
    assert jobs.find(tx, "main", two.id) == two


LATER = NOW + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("job", "rate", "eta"),
    [
        (a_job(), None, None),
        (a_job(status=jobs.RUNNING, resumed_at=NOW, total=100), None, None),
        (a_job(status=jobs.RUNNING, resumed_at=NOW, done=20), 2.0, None),
        (a_job(status=jobs.RUNNING, resumed_at=NOW, done=20, total=100), 2.0, 40.0),
        (
            a_job(status=jobs.RUNNING, resumed_at=NOW, resumed_done=60, done=80, total=100),
            2.0,
            10.0,
        ),
        (a_job(status=jobs.RUNNING, resumed_at=NOW, done=120, total=100), 12.0, 0.0),
        (a_job(status=jobs.RUNNING, resumed_at=LATER, done=5, total=10), None, None),
        (
            a_job(
                status=jobs.DONE,
                resumed_at=NOW,
                done=100,
                total=100,
                finished_at=NOW + timedelta(seconds=5),
            ),
            20.0,
            None,
        ),
    ],
    ids=["queued", "nothing done", "no total", "running", "resumed", "past", "no time", "done"],
)
def test_rate_and_remaining_time_count_from_the_last_start(
    job: Job, rate: float | None, eta: float | None
) -> None:
    assert job.rate_per_s(LATER) == rate
    assert job.eta_s(LATER) == eta
