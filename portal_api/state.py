"""What a running portal holds: built once by `create_app`, handed to every route."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from config.settings import Settings
from config.sources import Source
from config.taxonomy import Taxonomy
from index.engine import SearchEngine
from store.database import Database

DEFAULT_ZONE = "Europe/Brussels"


@dataclass(frozen=True, slots=True)
class Portal:
    """The open doors of one portal."""

    settings: Settings
    sources: Mapping[str, Source]
    taxonomy: Taxonomy
    db: Database
    engine: SearchEngine
    clock: Callable[[], datetime]

    def zone_of(self, source_id: str) -> str:
        """Return the IANA zone a source thinks in; Brussels for one that left the configuration."""
        source = self.sources.get(source_id)
        return source.timezone if source else DEFAULT_ZONE

    def title_of(self, source_id: str) -> str:
        """Return a source's title; its id for one that left the configuration."""
        source = self.sources.get(source_id)
        return source.title if source else source_id


def portal_of(request: Request) -> Portal:
    """Return the portal that serves a request."""
    return cast("Portal", request.app.state.portal)


PortalDep = Annotated[Portal, Depends(portal_of)]
