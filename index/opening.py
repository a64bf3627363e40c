"""The engine the settings name."""

from config.errors import ConfigError
from config.settings import Settings
from index.embedded import EmbeddedEngine
from index.engine import SearchEngine


def open_engine(settings: Settings) -> SearchEngine:
    """Return the search engine of an installation.

    Raises:
        ConfigError: ``PORTAL_SEARCH_URL`` names no engine there is.
    """
    if settings.search_url == "embedded:":
        return EmbeddedEngine(settings.data_dir / "index")
    reason = f"no engine for {settings.search_url!r}: search servers are not supported, only embedded:"
    raise ConfigError("environment", "PORTAL_SEARCH_URL", "-", reason)
