"""The technology tagger: which areas the money is for, and the words that say so."""

from normalize.tagging.jsonl import tag_json_line, text_of
from normalize.tagging.reading import TagText
from normalize.tagging.tagger import Tagger, TagResult

__all__ = ["TagResult", "TagText", "Tagger", "tag_json_line", "text_of"]
