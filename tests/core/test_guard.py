"""The guard: no thinking while a transaction is open."""

from __future__ import annotations

import asyncio
import threading

import pytest

from customerai.core.guard import (
    CallInsideTransaction,
    assert_no_transaction,
    in_thread,
    transaction_open,
)


async def test_a_call_in_a_thread_gets_its_arguments_and_gives_its_result() -> None:
    def work(a: int, *, b: int) -> tuple[int, str]:
        return a + b, threading.current_thread().name

    result, name = await in_thread(work, 1, b=2)
    assert result == 3
    assert name != threading.current_thread().name


async def test_what_a_call_in_a_thread_raises_comes_back() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


async def test_inside_a_transaction_the_call_is_refused_and_not_made() -> None:
    made = []
    with transaction_open():
        with pytest.raises(CallInsideTransaction, match="the model inside a transaction"):
            assert_no_transaction("the model")
        with pytest.raises(CallInsideTransaction):
            await in_thread(made.append, 1)
    assert made == []
    assert_no_transaction("afterwards nothing is open")


async def test_a_transaction_that_failed_is_closed_too() -> None:
    with pytest.raises(ZeroDivisionError), transaction_open():
        raise ZeroDivisionError
    await in_thread(int)


async def test_one_task_in_a_transaction_does_not_stop_another() -> None:
    inside, done = asyncio.Event(), asyncio.Event()

    async def holds() -> None:
        with transaction_open():
            inside.set()
            await done.wait()

    holder = asyncio.create_task(holds())
    await inside.wait()
    assert await in_thread(lambda: 5) == 5
    done.set()
    await holder
