"""Keeps thinking out of transactions: no model and no network call while rows are locked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TypeVar

from typing_extensions import ParamSpec

P = ParamSpec("P")
T = TypeVar("T")

_in_transaction: ContextVar[bool] = ContextVar("customerai_in_transaction", default=False)


class CallInsideTransaction(RuntimeError):
    """A model or the network was called while a transaction was open: a bug in the caller."""


@contextmanager
def transaction_open() -> Iterator[None]:
    """Marks the running code as inside a transaction."""
    token = _in_transaction.set(True)
    try:
        yield
    finally:
        _in_transaction.reset(token)


def assert_no_transaction(what: str) -> None:
    """Raise `CallInsideTransaction` when a transaction is open in the running code."""
    if _in_transaction.get():
        raise CallInsideTransaction(f"{what} inside a transaction")


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run CPU work of more than about 5 ms in a worker thread, never inside a transaction."""
    assert_no_transaction("a call into a worker thread")
    return await asyncio.get_running_loop().run_in_executor(None, partial(call, *args, **kwargs))
