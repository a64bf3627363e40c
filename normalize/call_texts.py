"""The texts of one call: in full for tagging, and as much of them as the licence lets us show."""

from dataclasses import dataclass

from config.sources import Source
from normalize.call import Seal, Tag
from normalize.errors import RecordError
from normalize.fields import Fields
from normalize.language import detect_language
from normalize.seal import find_seal
from normalize.tagging import TagText
from normalize.text import clean_line, plain_text, sanitise_html, summarise


@dataclass(frozen=True, slots=True)
class CallTexts:
    """Plain texts in full, and beside them what is stored.

    Attributes:
        summary: What the source says in short, at most 500 characters; empty when it says nothing.
        description: In full; what `plain_text` makes of the sanitised HTML, so that offsets into
            it are offsets into what is stored.
        shown_description: Sanitised HTML, None unless the policy is ``full``.
        shown_summary: The summary, else the description's first sentences; None for ``facts``.
        shown_eligibility: Plain; its first sentences for ``excerpt``, None for ``facts``.
    """

    title: str
    summary: str
    description: str
    eligibility: str
    keywords: tuple[str, ...]
    call_identifier: str | None
    programme: str | None
    language: str | None
    shown_summary: str | None
    shown_description: str | None
    shown_eligibility: str | None

    @classmethod
    def of(cls, fields: Fields, source: Source) -> "CallTexts":
        """Clean the texts of a record.

        Raises:
            RecordError: No title.
        """
        title = clean_line(fields.title or "")
        if not title:
            raise RecordError("missing", field="title", value=fields.title or "")
        html = sanitise_html(fields.description) if fields.description else ""
        description = plain_text(html)
        summary = summarise(plain_text(fields.summary)) if fields.summary else ""
        eligibility = plain_text(fields.eligibility) if fields.eligibility else ""
        policy = source.text_policy
        stated = (fields.language or source.language or "").lower()
        return cls(
            title=title,
            summary=summary,
            description=description,
            eligibility=eligibility,
            keywords=tuple(dict.fromkeys(filter(None, map(clean_line, fields.keywords)))),
            call_identifier=clean_line(fields.call_identifier or "") or None,
            programme=clean_line(fields.programme or "") or None,
            language=stated or detect_language(f"{title} {summary or description[:1000]}"),
            shown_summary=None if policy == "facts" else (summary or summarise(description)) or None,
            shown_description=html or None if policy == "full" else None,
            shown_eligibility=_as_allowed(eligibility, policy),
        )

    def running(self) -> str:
        """Return everything the source says in sentences, plain and in full, shown or not."""
        return "\n".join((self.summary, self.description, self.eligibility))

    def to_tag(self) -> TagText:
        """Return what the tagger reads: everything, shown or not."""
        return TagText(
            title=self.title,
            summary=self.summary,
            description=self.description,
            keywords=self.keywords,
            call_identifier=self.call_identifier,
            programme=self.programme,
            language=self.language,
        )

    def shown(self, tag: Tag) -> Tag:
        """Return the tag with only the evidence whose words are stored where its offsets point."""
        kept = tuple(evidence for evidence in tag.evidence if self._stores(evidence.field))
        return tag if len(kept) == len(tag.evidence) else tag.model_copy(update={"evidence": kept})

    def _stores(self, field: str) -> bool:
        if field == "summary":
            return self.shown_summary is not None and self.shown_summary == self.summary
        return field != "description" or self.shown_description is not None

    def seal(self, source_tags: tuple[str, ...]) -> Seal:
        """Return what the texts and the source's tags say of the STEP Seal."""
        return find_seal(
            title=self.title,
            text=f"{self.summary}\n{self.description}\n{self.eligibility}",
            call_identifier=self.call_identifier,
            programme=self.programme,
            source_tags=source_tags,
        )


def _as_allowed(text: str, policy: str) -> str | None:
    if policy == "facts":
        return None
    return (text if policy == "full" else summarise(text)) or None
