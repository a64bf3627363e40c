"""Templates, and the words and functions all of them know."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates

from config.translations import LANGUAGES
from normalize.call import Tag
from portal_api import presenting, speech
from portal_api.addresses import call_path, web_address
from portal_api.cards import write_card
from portal_api.history import event_words
from portal_api.speech import N_, say
from portal_api.state import Portal

HEALTH_WORDS = {
    "healthy": N_("Healthy"),
    "stale": N_("Stale"),
    "unhealthy": N_("Last run failed"),
    "never": N_("Not harvested yet"),
    "off": N_("Off"),
}
EVIDENCE_WORDS = {
    "title": N_("title"),
    "summary": N_("summary"),
    "description": N_("description"),
    "keywords": N_("keywords"),
    "eligibility": N_("conditions"),
    "call_identifier": N_("identifier"),
    "programme": N_("programme"),
}


def build_templates(portal: Portal) -> Jinja2Templates:
    """Return the templates with the words they need."""
    templates = Jinja2Templates(Path(__file__).parent / "templates", context_processors=[_tongues])
    env: Any = templates.env
    env.lstrip_blocks = True
    env.auto_reload = False  # templates come with the release; no need to ask the disk each time
    env.add_extension("jinja2.ext.i18n")
    env.newstyle_gettext = True  # `trans` hands over what is to be filled in
    env.globals.update(
        _=speech.marked,
        gettext=speech.marked,
        ngettext=speech.marked_by_number,
        money=presenting.money_words,
        number=presenting.number_words,
        grant=presenting.grant_words,
        rate=presenting.rate_words,
        place=presenting.place_words,
        applicants=presenting.applicants_words,
        digits=lambda amount: "" if amount is None else f"{amount:f}",
        deadline_words=presenting.deadline_words,
        day_words=presenting.day_words,
        hour_of=presenting.hour_of,
        short_day=presenting.short_day,
        days_left=presenting.days_left,
        is_close=presenting.is_close,
        opening_words=presenting.opening_words,
        closing_words=presenting.closing_words,
        long_day=presenting.long_day,
        event_words=event_words,
        country_name=presenting.country_name,
        language_name=presenting.language_name,
        status_words=presenting.STATUS_WORDS,
        kind_words=presenting.KIND_WORDS,
        applicant_words=presenting.APPLICANT_WORDS,
        instrument_words=presenting.INSTRUMENT_WORDS,
        level_words=presenting.LEVEL_WORDS,
        health_words=HEALTH_WORDS,
        area_label=lambda key: say(portal.taxonomy.label_of(key)),
        source_title=portal.title_of,
        zone_of=portal.zone_of,
        evidence_words=evidence_words,
        seal_words=seal_words,
        call_path=call_path,
        web_address=web_address,
        write_card=lambda card, now: write_card(env, card, now, portal.zone_of(card.call.source_id)),
    )
    return templates


def _tongues(request: Request) -> dict[str, Any]:
    """Return the language spoken, and where the same page stands in each."""
    links = [
        (code, name, str(request.url.include_query_params(lang=code).replace(scheme="", netloc="")))
        for code, name in LANGUAGES.items()
    ]
    return {"language": speech.language(), "tongues": links, "languages": LANGUAGES}


def render(request: Request, name: str, context: dict[str, Any], status: int = 200) -> Response:
    """Return a page."""
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(
        request, name, context, status_code=status, headers={"Cache-Control": "no-cache"}
    )


def evidence_words(tag: Tag) -> list[tuple[str, str]]:
    """Return (words, field) that earned a tag, each once."""
    found = [(evidence.term, _field(evidence.field)) for evidence in tag.evidence]
    return list(dict.fromkeys(found))


def seal_words(evidence: str) -> str:
    """Return a Seal's evidence ("call_identifier: X-STEP") with the words before their place."""
    place, _, words = evidence.partition(": ")
    return f"“{words}” ({_field(place)})" if words else f"“{place}”"


def _field(name: str) -> str:
    return say(EVIDENCE_WORDS[name]) if name in EVIDENCE_WORDS else name.replace("_", " ")
