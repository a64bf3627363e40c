"""What was read of stored bytes, kept: the same few thousand calls are shown again and again."""

import threading
from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Reads bytes, and keeps what it made of them by a hash of them: never stale, and without the bytes.

    Threads may share it; what two of them ask for at once may be read twice.

    Args:
        read: Reads bytes into what nobody changes.
        most: Kept; then the oldest goes.
    """

    def __init__(self, read: Callable[[bytes], T], most: int) -> None:
        self._read = read
        self._most = most
        self._found: dict[bytes, T] = {}
        self._lock = threading.Lock()

    def of(self, stored: bytes) -> T:
        """Return what ``read`` made of the bytes, raising what it raises."""
        key = blake2b(stored, digest_size=16).digest()
        found = self._found.get(key)
        if found is None:
            found = self._read(stored)
            with self._lock:
                while len(self._found) >= self._most:
                    del self._found[next(iter(self._found))]
                self._found[key] = found
        return found
