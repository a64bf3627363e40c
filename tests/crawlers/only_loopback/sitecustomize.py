"""On the path of a child Python: it can reach nothing but this machine's loopback."""

import os
import socket

_connect = socket.socket.connect


class OutsideWorld(RuntimeError):
    """A test tried to leave the machine."""


def guarded_connect(self: socket.socket, address: tuple[object, ...] | str) -> None:
    """Connect to loopback, or to what is no internet address at all."""
    if isinstance(address, tuple) and not str(address[0]).startswith("127."):
        raise OutsideWorld(f"no test talks to {address}")
    _connect(self, address)


socket.socket.connect = guarded_connect  # type: ignore[assignment,method-assign]  # the stub also takes buffers


def guarded_resolve(host: str) -> str:
    """Resolve without asking anybody: the names a test lets point at loopback, and addresses."""
    if host in os.environ.get("PRETEND_LOOPBACK", "").split(",") or host == "localhost":
        return "127.0.0.1"
    if host.startswith("127."):
        return host
    raise OutsideWorld(f"no test asks for the address of {host}")


socket.gethostbyname = guarded_resolve
