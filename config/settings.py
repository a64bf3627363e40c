"""Settings of one installation, from the environment (prefix ``PORTAL_``)."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from limits import parse as parse_quota
from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CONFIG_DIR = Path(__file__).parent


class Settings(BaseSettings):
    """Where things are and who may be talked to. Built once by an entry point and handed in.

    Attributes:
        data_dir: Folder for the database, the search index and locks.
        database_url: SQLAlchemy address; empty means SQLite at ``<data_dir>/portal.sqlite``.
            PostgreSQL as ``postgresql+psycopg://``.
        sources: Path of ``sources.toml``.
        search_url: The search engine: ``embedded:`` (in process, under ``data_dir``), or the ``http(s)://``
            address of a Meilisearch server.
        search_key: Key of that server, for the portal's own indexes only.
        public_url: Address under which people reach the portal; used in feeds and links.
        contact: Address put into the crawler's User-Agent.
        allow_hosts: Hosts in private address space that may be fetched (comma separated).
        rate_limit: How often one client may ask what is for programs, such as ``300/minute``.
        rate_limit_bulk: The same for exports and dumps.
        trusted_proxies: Addresses or networks of our own proxies (comma separated); only their
            ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.
        sample_origin: When set, every source is fetched from ``<sample_origin>/<source id>/...``
            instead of its own host: how the demo and the tests run the real spiders on loopback.
        smtp_url: Where mail goes: ``smtp://user:password@host:587`` (STARTTLS where offered;
            ``?tls=required`` insists, ``?tls=off`` never asks) or ``smtps://host:465``. Empty:
            mails are laid down as files under ``<data_dir>/outbox``.
        mail_from: Address mail comes from, with its name; its domain is that of every Message-ID.
        bounce_address: Envelope sender; ``bounce@x`` becomes ``bounce+<number>@x`` for each person.
        mail_per_second: Mails a second at most; 0 sets no limit.
        mail_connections: Connections to the mail server side by side.
        canary: Address that gets one mail at the end of each run of the digest, to prove it arrived.
        maildir: Maildir where mail to the bounce and the canary address is delivered.
        dkim_key: File with the private RSA key (PEM) that signs mails; None leaves that to the relay.
        dkim_selector: Where the public key stands: ``<selector>._domainkey.<domain of mail_from>``.
    """

    model_config = SettingsConfigDict(env_prefix="PORTAL_", frozen=True)

    data_dir: Path = Path("var")
    database_url: str = ""
    sources: Path = CONFIG_DIR / "sources.toml"
    search_url: str = "embedded:"
    search_key: SecretStr = SecretStr("")
    public_url: str = "http://127.0.0.1:8000"
    secret_key: SecretStr = SecretStr("")
    contact: str = "https://github.com/sovereignty-portal"
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    rate_limit: str = "300/minute"
    rate_limit_bulk: str = "30/minute"
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    sample_origin: str = ""
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "Sovereignty Portal <digest@localhost.localdomain>"
    bounce_address: str = ""
    mail_per_second: float = 0.0
    mail_connections: int = 2
    canary: str = ""
    maildir: str = ""
    dkim_key: Path | None = None
    dkim_selector: str = "portal"

    @field_validator("allow_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("rate_limit", "rate_limit_bulk")
    @classmethod
    def _is_a_quota(cls, value: str) -> str:
        parse_quota(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # A misspelt one would silently be trusted never, and every visitor counted as one.
        return tuple(str(ip_network(one, strict=False)) for one in value)

    @property
    def database(self) -> str:
        """Return the address of the database, the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'portal.sqlite'}"
