"""Progress bars on long work; plain silence where nobody watches."""

import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class HarvestBars:
    """One bar a source, drawn on stderr when it is a terminal. Safe to call from threads."""

    def __init__(self, source_ids: Sequence[str]) -> None:
        self._bars = Progress(
            TextColumn("{task.fields[source]:<24}"),
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {
            source_id: self._bars.add_task("waiting", source=source_id, total=None)
            for source_id in source_ids
        }

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, source_id: str, stage: str, done: int, total: int | None) -> None:
        """Move the bar of ``source_id``; a total is kept once known."""
        with self._lock:
            self._bars.update(self._tasks[source_id], description=stage, completed=done, total=total)
