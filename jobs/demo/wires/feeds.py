"""A host of RSS or Atom feeds: the bytes of each, under its name."""

from collections.abc import Mapping

from jobs.demo.wires.message import Answer, Asked, Samples, not_found


class FeedWire:
    """Serves ``.../<name>/<any file>.xml``."""

    def __init__(self, samples: Samples) -> None:
        if not isinstance(samples, Mapping):
            raise TypeError("feeds by name are needed, not a list of records")
        self._feeds = samples

    def answer(self, asked: Asked) -> Answer:
        """Answer with a feed's bytes."""
        name = asked.path.split("/")[-2] if asked.path.endswith(".xml") else ""
        if asked.method != "GET" or name not in self._feeds:
            return not_found()
        return Answer(200, "application/rss+xml", self._feeds[name])
