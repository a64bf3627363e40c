"""Work done in a thread of its own while its maker goes on."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def beside(work: Callable[[], T]) -> Future[T]:
    """Start ``work`` in a thread of its own; return what will hold its result, or the error it raised.

    A thread a piece of work, not a pool of them: threads of a pool would be missing after a fork.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            future.set_exception(error)

    Thread(target=run, name="beside", daemon=True).start()
    return future
