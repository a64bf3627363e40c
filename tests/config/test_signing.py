import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from config.signing import FILE_NAME, WeakKey, signing_key


def test_a_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr("0123456789abcdef"))

    assert signing_key(settings) == "0123456789abcdef"
    assert list(tmp_path.iterdir()) == []


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeakKey, match="at least 16"):
        signing_key(Settings(data_dir=tmp_path, secret_key=SecretStr("short")))


def test_without_one_a_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")

    key = signing_key(settings)

    assert len(key) >= 40
    assert signing_key(settings) == key
    assert stat.S_IMODE((tmp_path / "new" / FILE_NAME).stat().st_mode) == 0o600


def test_all_who_start_together_sign_with_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: signing_key(settings), range(16)))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
