"""Scrapy's settings for one source: each that differs from the default with its reason."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from config.errors import ConfigError
from config.settings import Settings
from config.sources import Protocol, Source
from crawlers.run import Run
from crawlers.spider import SourceSpider, read_facts

PROTOCOL_SPIDERS: Mapping[Protocol, str] = {
    "sedia": "SediaSpider",
    "json_api": "JsonApiSpider",
    "opendatasoft": "OpenDataSoftSpider",
    "feed": "FeedSpider",
    "wordpress": "WordPressSpider",
    "plone": "PloneSpider",
    "socrata": "SocrataSpider",
    "table": "TableSpider",
    "listing": "ListingSpider",
    "archive": "ArchiveSpider",
    "ckan": "CkanSpider",
    "solr": "SolrSpider",
}
"""Protocol, the name of its module, -> its spider."""
CRAWL_MAX_S = 2 * 60 * 60


def spider_of(protocol: Protocol) -> type[SourceSpider]:
    """Return the spider of a protocol; of a dozen parsers a crawl loads the one it needs."""
    module = import_module(f"crawlers.protocols.{protocol}")
    spider: type[SourceSpider] = getattr(module, PROTOCOL_SPIDERS[protocol])
    return spider


def check_request(source: Source, file: object) -> None:
    """Read the entry's ``request`` table once before anything is asked.

    Raises:
        ConfigError: A key is wrong, or its calls would be withdrawn for growing old; names file, entry
            and key.
    """
    facts = read_facts(source, spider_of(source.protocol).facts_model, file)
    if facts.asks_recent_only and source.expect.withdraw_after_runs is not None:
        raise ConfigError(
            file,
            f"sources.{source.id}.expect",
            "withdraw_after_runs",
            "only recent calls are asked for, so that one not listed may still be open",
        )


def user_agent(settings: Settings) -> str:
    """Return the name under which we crawl, with an address for complaints."""
    return f"SovereigntyPortal/0.1 (+{settings.contact})"


def scrapy_settings(settings: Settings, source: Source, run: Run) -> dict[str, Any]:
    """Return Scrapy's settings for a crawl of ``source``."""
    spider = spider_of(source.protocol)
    return {
        "PORTAL_RUN": run,
        "PORTAL_REFUSED_HOSTS": run.refused_hosts,
        "PORTAL_ALLOW_HOSTS": list(settings.allow_hosts),
        # Both open a port that runs Python for whoever reaches it; on by default.
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        # A publisher must be able to see who we are and to tell us off.
        "USER_AGENT": user_agent(settings),
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": source.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": source.concurrency,
        "DOWNLOAD_DELAY": source.delay_s,
        # The delay is a floor a publisher asked for: by default half of all waits are shorter.
        "DOWNLOAD_DELAY_JITTER": 0,
        # A data interface that redirects more often, or by an HTML page, is not answering.
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        # The default is 1 GiB; two crawls share the memory.
        "DOWNLOAD_MAXSIZE": spider.answer_max_bytes,
        "DOWNLOAD_WARNSIZE": spider.answer_max_bytes // 2,
        "DOWNLOAD_TIMEOUT": spider.timeout_s,
        "CLOSESPIDER_TIMEOUT": CRAWL_MAX_S,
        # A body shorter than announced is a failure, not a shorter list (the default, kept on purpose).
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "RETRY_TIMES": 3,
        "RETRY_HTTP_CODES": [429, 500, 502, 503, 504, 522, 524, 408],
        "TWISTED_DNS_RESOLVER": "crawlers.addresses.PublicResolver",
        "DOWNLOADER_MIDDLEWARES": {
            # Before anything else, and again for every redirect.
            "crawlers.addresses.AddressMiddleware": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.robots.RobotsMiddleware": 100,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "crawlers.retrying.PatientRetryMiddleware": 550,
            # Right after decompression (590): what is kept is what the spider will read.
            "crawlers.archiving.ArchiveAnswers": 585,
            # Its own one answers for a server that is down.
            "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
            "crawlers.caching.ConditionalCache": 900,
        },
        # Next to the spider: what is gathered passes the others as one.
        "SPIDER_MIDDLEWARES": {"crawlers.archiving.GatherRecords": 990},
        "ITEM_PIPELINES": {"crawlers.archiving.ArchiveRecords": 100},
        # Conditional requests: the cache holds validators and bodies from night to night.
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_POLICY": "crawlers.caching.ConditionalPolicy",
        "HTTPCACHE_STORAGE": "scrapy.extensions.httpcache.FilesystemCacheStorage",
        "HTTPCACHE_DIR": str((settings.data_dir / "httpcache" / source.id).absolute()),
        # max-age=0 makes every page go out conditional; pages with Last-Modified alone would be
        # taken from the cache without asking. Not no-cache: it drops the validators.
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "application/json, application/xml;q=0.9, */*;q=0.5",
            "Cache-Control": "max-age=0",
        },
        "COOKIES_ENABLED": False,
        "LOG_LEVEL": "WARNING",
    }
