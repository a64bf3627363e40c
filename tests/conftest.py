"""What every test shares: no socket beyond loopback, one clock, one tagger."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

from config.taxonomy import load_taxonomy
from normalize.tagging import Tagger
from tests.chance import BY_CHANCE, EXAMPLES, examples

# How long an example takes is the machine's business: no timing is an assertion here.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=not BY_CHANCE,
    max_examples=examples(EXAMPLES),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
"""The moment of every test: the day the samples were written."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew; CI never does"
    )


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case of bytes by its argument, never by the bytes.

    A packed file holds the second it was packed at: two workers that begin a moment apart would
    collect tests of different names, and pytest-xdist would run none of them.
    """
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    return Tagger(load_taxonomy())


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Refuse every connection beyond this machine: a test that needs one is wrong."""
    connect = socket.socket.connect

    def guarded(sock: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and str(address[0]) not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(sock, address)  # type: ignore[arg-type]  # the library's own union

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()
