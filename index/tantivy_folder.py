"""The live index on disk: which folder it is, opening it, and swapping another in.

``<path>/current`` names the live folder ``v<schema>-<n>``; without it, ``v<schema>-0`` is live.
A folder of another schema version is never read: the index then counts as empty.
"""

import os
import shutil
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import tantivy

from index.engine import IndexBusy, SearchUnavailable
from index.tantivy_reader import Reader, typed_errors
from index.tantivy_schema import SCHEMA_VERSION, build_schema

HEAP_BYTES = 64 * 1024 * 1024
_PREFIX = f"v{SCHEMA_VERSION}-"
_TRIES = 50
"""Swaps that may happen between reading the name of the live folder and opening it."""
_WAIT_S = 0.02
READ_AHEAD_BYTES = 2 * 2**30
"""Bytes read ahead at most: an index of a million calls has about that many beside its texts."""
_PART_BYTES = 4 * 2**20
_READ_AHEAD = frozenset({".term", ".idx", ".fast", ".fieldnorm"})
KEPT_MAX = 8
"""Commits held for those who turn pages; their files are mapped, not in memory."""

_NICE = 10
"""Added to the threads that write an index, on the scale of Linux from -20 to 19."""

_Stamp = tuple[int, int, int]


class IndexFolder:
    """Opens the live index for reading and for writing. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._open: tuple[str, tantivy.Index] | None = None
        self._seen: tuple[str, _Stamp | None] | None = None
        self._reader: Reader | None = None
        self._kept: OrderedDict[str, Reader] = OrderedDict()

    def reader(self) -> Reader:
        """Return the newest commit of the live index; empty when there is none yet.

        A commit of any process shows in the file ``meta.json``, which is looked at each time.

        Raises:
            SearchUnavailable: There is an index, but it cannot be opened.
        """
        with self._lock:
            problem: Exception | None = None
            for _ in range(_TRIES):
                name = self._current()
                stamp = self._stamp(name)
                if self._reader is not None and self._seen == (name, stamp):
                    return self._reader
                try:
                    self._reader = self._opened(name, stamp)
                except (ValueError, OSError) as error:  # swapped away since its name was read
                    problem = error
                    self._open = None
                    time.sleep(_WAIT_S)
                    continue
                self._seen = (name, stamp)
                return self._reader
        raise SearchUnavailable(f"the search index cannot be opened: {problem}")

    def _opened(self, name: str, stamp: _Stamp | None) -> Reader:
        if stamp is None:
            if name != f"{_PREFIX}0":
                raise FileNotFoundError(f"no index in {self._path / name}")
            empty = tantivy.Index(build_schema())
            return Reader(empty.searcher())
        if self._open is None or self._open[0] != name:
            self._open = (name, _open_for_reading(self._path / name))
        index = self._open[1]
        index.reload()
        return Reader(index.searcher(), f"{name}:{stamp[0]:x}-{stamp[1]:x}")

    def read_ahead(self) -> None:
        """Read the live index's files through the page cache, but for texts and positions, up to a bound.

        Raises:
            SearchUnavailable: They cannot be read.
        """
        left = READ_AHEAD_BYTES
        with typed_errors("read"):
            for file in sorted((self._path / self._current()).glob("*.*")):
                if file.suffix not in _READ_AHEAD or not file.exists():  # merged away meanwhile
                    continue
                with file.open("rb") as stream:
                    while left > 0 and (part := stream.read(_PART_BYTES)):
                        left -= len(part)

    def keep(self, reader: Reader) -> None:
        """Hold a commit for the pages to come after one of its pages (`kept`)."""
        with self._lock:
            self._kept[reader.stamp] = reader
            self._kept.move_to_end(reader.stamp)
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)

    def kept(self, stamp: str) -> Reader:
        """Return a commit that is held, else the newest one."""
        with self._lock:
            held = self._kept.get(stamp)
        return held or self.reader()

    @contextmanager
    def writer(self) -> Iterator[tantivy.IndexWriter]:
        """Hold the one writer of the live index; what was not committed is dropped at the end.

        Raises:
            IndexBusy: Somebody else holds it.
            SearchUnavailable: It cannot be written.
        """
        for _ in range(_TRIES):
            name = self._current()
            try:
                writer = self._take_writer(name)
            except (FileNotFoundError, SearchUnavailable) as error:
                if self._current() == name and isinstance(error, SearchUnavailable):
                    raise
                time.sleep(_WAIT_S)  # swapped away, and being removed, since its name was read
                continue
            try:
                if self._current() == name:
                    yield writer
                    return
            finally:
                writer.wait_merging_threads()
        raise SearchUnavailable("the search index cannot be written: its folder is missing")

    def _take_writer(self, name: str) -> tantivy.IndexWriter:
        folder = self._path / name
        if name == f"{_PREFIX}0":
            with typed_errors("written"):
                folder.mkdir(parents=True, exist_ok=True)
        elif self._stamp(name) is None:  # tantivy would make an empty one
            raise FileNotFoundError(folder)
        return take_writer(folder)

    @contextmanager
    def beside(self) -> Iterator[Path]:
        """Give a new folder to build in; made live when the block ends well, else removed.

        The live index's writer is held meanwhile: nobody writes to what is about to be left, and
        two rebuilds never meet, so that every other folder is somebody's leavings. A live index
        that is broken cannot be held, and is no reason not to build another.

        Raises:
            IndexBusy: Somebody else is writing.
        """
        name = f"{_PREFIX}{time.time_ns()}"
        folder = self._path / name
        with ExitStack() as held:
            with suppress(SearchUnavailable):
                held.enter_context(self.writer())
            try:
                with typed_errors("written"):
                    folder.mkdir(parents=True)
                yield folder
                left = [other for other in self._path.iterdir() if other.is_dir() and other != folder]
                self._point_to(name)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        for other in left:
            # Readers that have it open keep its files until they turn to the live one.
            shutil.rmtree(other, ignore_errors=True)

    def _point_to(self, name: str) -> None:
        unfinished = self._path / "current.new"
        unfinished.write_text(name, "utf-8")
        unfinished.replace(self._path / "current")

    def _current(self) -> str:
        try:
            name = (self._path / "current").read_text("utf-8").strip()
        except FileNotFoundError:
            name = ""
        except OSError as error:
            raise SearchUnavailable(f"the search index cannot be read: {error}") from error
        return name if name.startswith(_PREFIX) else f"{_PREFIX}0"

    def _stamp(self, name: str) -> _Stamp | None:
        try:
            facts = (self._path / name / "meta.json").stat()
        except OSError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size


def take_writer(folder: Path, *, threads: int = 1, heap_bytes: int = HEAP_BYTES) -> tantivy.IndexWriter:
    """Open the writer of the index in ``folder``, which is made when the folder is empty.

    Args:
        folder: Of one index.
        threads: That index at once: one beside readers, more for a whole index.
        heap_bytes: What each of them collects before it writes a segment; taken as it is needed.

    Raises:
        IndexBusy: Somebody else holds it.
        SearchUnavailable: It cannot be written.
    """
    try:
        index = tantivy.Index(build_schema(), path=str(folder))
        return _from_yielding_thread(
            lambda: index.writer(heap_size=heap_bytes * threads, num_threads=threads)
        )
    except (ValueError, OSError) as error:
        if "LockBusy" in str(error):
            raise IndexBusy("another process is writing to the search index") from error
        raise SearchUnavailable(f"the search index cannot be written: {error}") from error


def _from_yielding_thread(make: Callable[[], tantivy.IndexWriter]) -> tantivy.IndexWriter:
    """Return a writer whose own threads yield to those that read.

    On Linux a priority is a thread's, and a new thread has that of the one that starts it: a writer starts
    its threads when it is made.
    """
    with ThreadPoolExecutor(1, initializer=_yield_to_others) as pool:
        return pool.submit(make).result()


def _yield_to_others() -> None:
    if sys.platform == "linux":
        os.nice(_NICE)


def _open_for_reading(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    # The default policy starts a thread that polls; `IndexFolder.reader` looks for itself.
    index.config_reader("manual")
    return index
