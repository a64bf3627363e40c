"""What people fill in, read: wishes, a saved search, a profile, an address."""

from dataclasses import dataclass, field
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from pydantic import ValidationError
from starlette.datastructures import FormData, QueryParams

from config.nuts import regions
from digest.languages import LANGUAGES
from digest.profile import Profile
from digest.writing import canonical
from index.query import SearchQuery
from portal_api.query_params import read_query_leniently
from store.subscribers import Frequency, Wishes

REMINDERS = (7, 14, 30)
PAUSES = {"2": timedelta(weeks=2), "4": timedelta(weeks=4), "13": timedelta(weeks=13)}
"""Weeks of a pause, as the form says them."""
EMAIL_MAX = 254


@dataclass(slots=True)
class Wanted:
    """A filled form: what is wanted, and what is wrong with it (field -> message)."""

    query: SearchQuery
    with_search: bool
    profile: Profile
    wishes: Wishes
    email: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def searches(self) -> list[tuple[str | None, str | None]]:
        """Return (search, profile) pairs as they are stored."""
        pairs: list[tuple[str | None, str | None]] = []
        if self.with_search:
            pairs.append((canonical(self.query), None))
        if not self.profile.is_empty:
            pairs.append((None, self.profile.model_dump_json(exclude_defaults=True)))
        return pairs


def read_address(text: str) -> str | None:
    """Return an e-mail address as it is kept: ASCII, domain in lower case; None when it is none.

    Nobody is asked whether the domain exists: the mail of the double opt-in will show.
    """
    try:
        found = validate_email(text.strip()[:EMAIL_MAX], check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.ascii_email


def read_wishes(form: FormData | QueryParams, language: str) -> Wishes:
    """Return how somebody wants to be written to; what is none of the choices is the usual."""
    chosen = str(form.get("language", language))
    frequency: Frequency = "daily" if form.get("frequency") == "daily" else "weekly"
    days = tuple(days for days in REMINDERS if str(days) in form.getlist("reminders"))
    return Wishes(chosen if chosen in LANGUAGES else "en", frequency, days, form.get("sign_of_life") == "yes")


def read_wanted(form: FormData | QueryParams, language: str) -> Wanted:
    """Return a form as filled in; the search stands in the field ``search`` or in the address itself."""
    asked = form.get("search")
    params = QueryParams(str(asked)) if asked is not None else QueryParams(str(form))
    query = read_query_leniently(params).model_copy(update={"offset": 0, "limit": 20, "sort": "relevance"})
    wanted = Wanted(query, query != SearchQuery(), Profile(), read_wishes(form, language))
    try:
        wanted.profile = _profile(form)
    except ValidationError:
        wanted.errors["profile"] = "wrong"
    return wanted


def _profile(form: FormData | QueryParams) -> Profile:
    region = str(form.get("my_region", "")).strip().upper()
    if region and region not in regions():
        region = ""
    trl = str(form.get("my_trl", ""))
    return Profile(
        areas=tuple(str(value) for value in form.getlist("my_area")),
        country=str(form.get("my_country", "")) or None,
        region=region or None,
        size=str(form.get("my_size", "")) or None,
        applicants=tuple(str(value) for value in form.getlist("my_kind")),
        trl=int(trl) if trl.isdigit() else None,
    )
