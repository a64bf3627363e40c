"""The engine the settings name."""

from urllib.parse import urlsplit

from config.errors import ConfigError
from config.settings import Settings
from index.embedded import EmbeddedEngine
from index.engine import SearchEngine


def open_engine(settings: Settings) -> SearchEngine:
    """Return the search engine of an installation; nothing is asked of a server yet.

    Raises:
        ConfigError: ``PORTAL_SEARCH_URL`` names no engine there is.
    """
    if settings.search_url == "embedded:":
        return EmbeddedEngine(settings.data_dir / "index")
    parts = urlsplit(settings.search_url)
    if parts.scheme in ("http", "https") and parts.hostname:
        from index.meili import MeiliEngine  # its client costs 0.4 s to import

        key = settings.search_key.get_secret_value()
        return MeiliEngine(settings.search_url.rstrip("/"), key, settings.data_dir / "search-server.lock")
    reason = (
        f"no engine for {settings.search_url!r}: embedded:, or http(s)://host:port of a Meilisearch server"
    )
    raise ConfigError("environment", "PORTAL_SEARCH_URL", "-", reason)
