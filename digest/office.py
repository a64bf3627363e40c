"""Puts the parts of the digest together from an installation's settings."""

from collections.abc import Callable, Mapping
from datetime import datetime

from config.settings import Settings
from config.signing import signing_key
from config.sources import Source
from config.taxonomy import Taxonomy
from digest.dkim_signing import open_signer
from digest.links import Links
from digest.posting import PostOffice
from digest.rendering import Renderer
from digest.sending import open_sender
from digest.writing import DigestWriter, From
from store import reading
from store.database import Database
from store.health import source_states

DEFAULT_ZONE = "Europe/Brussels"


def open_links(settings: Settings) -> Links:
    """Return the links of an installation.

    Raises:
        WeakKey: The configured key is too short.
    """
    return Links(signing_key(settings), settings.public_url)


def open_renderer(settings: Settings, sources: Mapping[str, Source], taxonomy: Taxonomy) -> Renderer:
    """Return the renderer of an installation; it may be kept for the life of a process."""

    def zone_of(source_id: str) -> str:
        return sources[source_id].timezone if source_id in sources else DEFAULT_ZONE

    return Renderer(settings.public_url.rstrip("/"), taxonomy, zone_of)


def open_post_office(
    settings: Settings,
    db: Database,
    sources: Mapping[str, Source],
    renderer: Renderer,
    *,
    clock: Callable[[], datetime],
) -> PostOffice:
    """Return a post office for one round of sending: it reads each call once.

    Raises:
        ConfigError: ``PORTAL_SMTP_URL`` is not understood, or the key of ``PORTAL_DKIM_KEY`` is of no use.
        WeakKey: The configured key is too short.
    """
    stale = [
        state.title for state in source_states(sources, db, clock()) if state.health in ("stale", "unhealthy")
    ]
    writer = DigestWriter(
        renderer,
        open_links(settings),
        From(settings.mail_from, settings.bounce_address),
        lambda call_ids: reading.get_calls(db, call_ids),
        stale,
        open_signer(settings),
    )
    open_sender(settings)  # a wrong address is told now, not at the first mail
    return PostOffice(
        db,
        writer,
        lambda: open_sender(settings),
        clock=clock,
        connections=settings.mail_connections,
        per_second=settings.mail_per_second,
    )
