"""A whole small installation for tests of the digest: store, index, subscribers, clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings
from config.taxonomy import load_taxonomy
from digest.office import open_links, open_post_office, open_renderer
from digest.planning import PlannedRun, Planner, build_shelf, known_now
from digest.posting import Posted, PostOffice
from index.opening import open_engine
from index.sync import synchronise
from normalize.call import Call
from store import subscribers
from store.database import Database, migrate, open_database
from store.events import last_number
from store.publishing import publish
from store.runs import start_run
from store.subscribers import Subscriber, Wishes
from tests.conftest import NOW

KEY = "a key of forty characters, only for tests"
SECOND = timedelta(seconds=1)


@dataclass
class Installation:
    """Everything one process of an installation holds; ``now`` is its clock."""

    settings: Settings
    db: Database
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.engine = open_engine(self.settings)
        self.renderer = open_renderer(self.settings, {}, load_taxonomy())
        self.links = open_links(self.settings)

    def clock(self) -> datetime:
        return self.now

    def publish(self, calls: Sequence[Call], source_id: str = "xx_test") -> None:
        run_id = start_run(self.db, source_id, self.now)
        publish(self.db, run_id, source_id, calls, self.now)
        assert synchronise(self.db, self.engine, now=self.now).state == "done"

    def subscribe(
        self,
        email: str,
        search: str | None = "{}",
        profile: str | None = None,
        *,
        wishes: Wishes | None = None,
    ) -> Subscriber:
        """Ask and confirm at once."""
        asked = subscribers.ask_to_subscribe(
            self.db, email, wishes or Wishes("en", "weekly"), [(search, profile)], self.now
        )
        shelf, _ = build_shelf(self.db, self.engine, self.now, 0)
        known = known_now(subscribers.subscriptions_of(self.db, asked.id), shelf)
        return subscribers.confirm(self.db, asked.id, known, last_number(self.db), self.now)

    def plan(self, period: str = "2026-W48", kind: str = "weekly") -> PlannedRun:
        return Planner(self.db, self.engine).plan(kind, period, self.now)  # type: ignore[arg-type]

    def post_office(self, url: str, connections: int = 2) -> PostOffice:
        settings = self.settings.model_copy(
            update={"smtp_url": SecretStr(url), "mail_connections": connections}
        )
        return open_post_office(settings, self.db, {}, self.renderer, clock=self.clock)

    def post(self, url: str, connections: int = 2) -> Posted:
        return self.post_office(url, connections).post()


def settings_for(folder: Path, database_url: str = "") -> Settings:
    return Settings(
        data_dir=folder,
        database_url=database_url,
        secret_key=SecretStr(KEY),
        public_url="https://portal.example",
        mail_from="Sovereignty Portal <digest@portal.example>",
        bounce_address="bounce@portal.example",
    )


def open_installation(folder: Path, database_url: str = "") -> Installation:
    settings = settings_for(folder, database_url)
    db = open_database(settings)
    migrate(db)
    return Installation(settings, db)
