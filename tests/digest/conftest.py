"""One small installation a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.digest.installation import Installation, open_installation


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Installation]:
    installation = open_installation(tmp_path)
    yield installation
    installation.db.close()
