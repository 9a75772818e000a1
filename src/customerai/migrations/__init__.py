"""The history of the schema, as Alembic runs it."""

from __future__ import annotations

import fcntl
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url


def migrate(address: str, lock: Path) -> None:
    """Bring the schema of a database up to date; one process at a time does it.

    Args:
        address: an SQLAlchemy address; an asynchronous driver is left out of it.
        lock: a file that is locked meanwhile.
    """
    url = make_url(address)
    if url.drivername.startswith("postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        finally:
            engine.dispose()
