"""Several processes that answer on one address, each with a socket of its own."""

import socket
import sys

from uvicorn import Config
from uvicorn.supervisors.multiprocess import Multiprocess


class Workers(Multiprocess):
    """Uvicorn's supervisor, but that each process listens for itself.

    Of processes that share one socket the first to wake takes every connection that waits: sixteen clients
    that came at once were all served by one of two. Linux spreads connections over sockets of one address
    that say ``SO_REUSEPORT`` (socket(7)); other systems may not, so there they share one.
    """

    def __init__(self, config: Config) -> None:
        # Whoever else listens there is found out first: sockets that share an address do not notice.
        alone = config.bind_socket()
        if sys.platform == "linux":
            config.port = alone.getsockname()[1]
            alone.close()
            self._shared: list[socket.socket] = []
        else:
            self._shared = [alone]
        super().__init__(config, self._shared)

    @property
    def sockets(self) -> list[socket.socket]:  # asked for once a process
        """Return what the next process listens on."""
        return self._shared or [_shared_port(self.config)]

    @sockets.setter
    def sockets(self, _: list[socket.socket]) -> None:
        """Pass over what the supervisor was made with."""


def _shared_port(config: Config) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((config.host, config.port))
    listening.set_inheritable(True)
    return listening
