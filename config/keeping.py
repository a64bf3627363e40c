"""What was read of stored bytes, kept: the same few thousand calls are shown again and again."""

import threading
from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")


class Shelf(Generic[K, T]):
    """Keeps the newest things by key; beyond a number of them the oldest goes. Threads may share it.

    Args:
        most: Kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[K, T] = {}
        self._lock = threading.Lock()

    def get(self, key: K) -> T | None:
        """Return what is kept under a key; None when nothing is."""
        return self._found.get(key)

    def put(self, key: K, thing: T) -> T:
        """Keep a thing and return it."""
        with self._lock:
            while len(self._found) >= self._most and key not in self._found:
                del self._found[next(iter(self._found))]
            self._found[key] = thing
        return thing


class Kept(Generic[T]):
    """Reads bytes, and keeps what it made of them by a hash of them: never stale, and without the bytes.

    What two threads ask for at once may be read twice.

    Args:
        read: Reads bytes into what nobody changes.
        most: Kept; then the oldest goes.
    """

    def __init__(self, read: Callable[[bytes], T], most: int) -> None:
        self._read = read
        self._shelf: Shelf[bytes, T] = Shelf(most)

    def of(self, stored: bytes) -> T:
        """Return what ``read`` made of the bytes, raising what it raises."""
        key = blake2b(stored, digest_size=16).digest()
        found = self._shelf.get(key)
        return found if found is not None else self._shelf.put(key, self._read(stored))
