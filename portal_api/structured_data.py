"""A call in the terms of schema.org, as JSON-LD for its page: what search engines of the web read.

A call is a `MonetaryGrant` (https://schema.org/MonetaryGrant); applying for it is an `ApplyAction`
a deadline; the page about it carries language, licence and the dates of the record.
"""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from config.countries import countries
from config.nuts import narrowest_names
from normalize.call import Call, Deadline, Money
from portal_api.addresses import call_url, web_address

_BREAKS_OUT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end a script element or open a comment in it; the same text to a reader of JSON."""


def call_json_ld(
    call: Call, *, public_url: str, source_title: str | None = None, licence_url: str | None = None
) -> dict[str, Any]:
    """Return a call as a JSON-LD document.

    What the call does not state is left out. A deadline without an hour is a date, never a moment.

    Args:
        call: As stored.
        public_url: The portal's address, for the page's own.
        source_title: The source in words; its id when not given.
        licence_url: Where the licence of the source's data stands, if anywhere.
    """
    page = call_url(call, public_url)
    document = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "@id": page,
        "url": page,
        "name": call.title,
        "inLanguage": call.language,
        "keywords": list(call.keywords),
        "isBasedOn": web_address(call.url),
        "license": web_address(licence_url or "") or call.licence,
        "sourceOrganization": _organisation(source_title or call.source_id),
        "datePublished": _moment(call.first_seen_at),
        "dateModified": _moment(call.changed_at),
        "mainEntity": _grant(call, page),
    }
    return _stated(document)


def json_ld_script(document: dict[str, Any]) -> Markup:
    """Return the document as the text of a ``<script type="application/ld+json">``.

    No text in it can end the element: the signs of markup are escaped as JSON escapes them.
    """
    return Markup(json.dumps(document, ensure_ascii=False).translate(_BREAKS_OUT))


def _grant(call: Call, page: str) -> dict[str, Any]:
    return _stated(
        {
            "@type": "MonetaryGrant" if "grant" in call.instrument or not call.instrument else "Grant",
            "@id": f"{page}#call",
            "name": call.title,
            "description": call.summary,
            "url": web_address(call.url),
            "identifier": [name for name in (call.call_identifier, call.native_id) if name],
            "funder": _organisation(call.funder),
            "amount": _amount(call),
            "areaServed": _places(call),
            "potentialAction": [_apply(call, deadline, page) for deadline in call.deadlines],
        }
    )


def _apply(call: Call, deadline: Deadline, page: str) -> dict[str, Any]:
    return _stated(
        {
            "@type": "ApplyAction",
            "name": deadline.label,
            "startTime": _moment(call.opens_at),
            "endTime": _end(deadline),
            "target": web_address(call.url) or page,
        }
    )


def _end(deadline: Deadline) -> str | None:
    """Return the day, or the moment in the source's own zone where the source stated an hour."""
    if deadline.at is None:
        return None
    local = deadline.at.astimezone(ZoneInfo(deadline.zone))
    return local.date().isoformat() if deadline.precision == "day" else local.isoformat()


def _amount(call: Call) -> dict[str, Any] | None:
    """Return what one project can get, else the budget of the whole call."""
    low, high, total = call.grant_min, call.grant_max, call.budget_total
    if low and high and low.currency != high.currency:
        low = None
    either = high or low
    if either:
        bounds = {"minValue": _number(low), "maxValue": _number(high)}
        return _stated({"@type": "MonetaryAmount", "currency": either.currency, **bounds})
    if total:
        return {"@type": "MonetaryAmount", "currency": total.currency, "value": _number(total)}
    return None


def _number(money: Money | None) -> str | None:
    # Text, which schema.org takes too: a binary number would not hold the cents.
    return f"{money.amount:f}" if money else None


def _places(call: Call) -> list[dict[str, Any]]:
    if names := narrowest_names(call.regions):
        return [{"@type": "AdministrativeArea", "name": name} for name in names]
    return [{"@type": "Country", "name": countries().get(code, code)} for code in call.countries]


def _organisation(name: str | None) -> dict[str, Any] | None:
    return {"@type": "Organization", "name": name} if name else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _stated(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}
