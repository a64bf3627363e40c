"""Calls, changes and reasons in words of the reader's language; dates and amounts as they write them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from config.nuts import narrowest_names, regions
from config.taxonomy import Taxonomy
from digest.languages import Translator
from digest.profile import Profile
from index.query import EVERYWHERE, NOT_STATED, SearchQuery
from normalize.call import Call, Deadline, Money

PLACES_SHOWN = 4
BRUSSELS = ZoneInfo("Europe/Brussels")


class Wording:
    """Words of one language.

    Args:
        translator: Its translations.
        taxonomy: Labels of technologies.
        zone_of: IANA zone a source thinks in.
    """

    def __init__(self, translator: Translator, taxonomy: Taxonomy, zone_of: Callable[[str], str]) -> None:
        self.language = translator.language
        self.gettext = translator.gettext
        self.ngettext = translator.ngettext
        self._locale = Locale.parse("en_GB" if self.language == "en" else self.language)
        self._taxonomy = taxonomy
        self._zone_of = zone_of
        self._areas: dict[str, str] = {}
        self._applicants = self._applicant_words()

    def counted(self, one: str, many: str, number: int) -> str:
        """Return the text that goes with a number, ``%(num)s`` filled in."""
        return self.ngettext(one, many, number) % {"num": self.number(number)}

    # --- dates, amounts, places

    def day(self, day: date) -> str:
        """Return a day: "14 January 2027"."""
        return str(format_date(day, "long", locale=self._locale))

    def deadline(self, deadline: Deadline) -> str:
        """Return the day, and the hour where the source printed one, in the source's zone."""
        if deadline.at is None:
            return self.gettext("until funds end")
        local = deadline.at.astimezone(ZoneInfo(deadline.zone))
        if deadline.precision == "day":
            return self.day(local.date())
        hour = format_time(local, "HH:mm", locale=self._locale)
        town = get_timezone_location(deadline.zone, locale=self._locale, return_city=True)
        return self.gettext("%(day)s, %(hour)s (%(town)s time)") % {
            "day": self.day(local.date()),
            "hour": hour,
            "town": town,
        }

    def left(self, deadline: Deadline, now: datetime) -> str:
        """Return how long there is, in whole days of the deadline's zone."""
        if deadline.at is None:
            return ""
        zone = ZoneInfo(deadline.zone)
        days = (deadline.at.astimezone(zone).date() - now.astimezone(zone).date()).days
        if days <= 0:
            return self.gettext("today")
        return self.counted("in %(num)s day", "in %(num)s days", days)

    def when(self, call: Call, now: datetime) -> str:
        """Return until when a call is open, or when it opens."""
        following, status = call.next_deadline_at(now), call.status_at(now)
        if status == "withdrawn":
            return self.gettext("No longer listed by its source")
        if status == "closed":
            return self.gettext("Closed")
        said = []
        if status == "forthcoming" and call.opens_at is not None:
            opens = call.opens_at.astimezone(ZoneInfo(self._zone_of(call.source_id))).date()
            said.append(self.gettext("Opens %(day)s") % {"day": self.day(opens)})
        if following is None:
            said = said or [self.gettext("Deadline not stated: see the official page")]
        elif following.at is None:
            said.append(self.gettext("Open until funds end"))
        else:
            closes = self.gettext("Closes %(day)s") % {"day": self.deadline(following)}
            said.append(f"{closes}, {self.left(following, now)}")
        return " · ".join(said)

    def number(self, number: int | Decimal) -> str:
        """Return a number with its thousands grouped."""
        return str(format_decimal(number, locale=self._locale))

    def money(self, money: Money) -> str:
        """Return an amount, exact."""
        pattern = self._locale.currency_formats["standard"].pattern
        if money.amount == money.amount.to_integral_value():
            pattern = pattern.replace(".00", "")
        return str(
            format_currency(money.amount, money.currency, pattern, locale=self._locale, currency_digits=False)
        )

    def facts(self, call: Call) -> str:
        """Return who pays, how much and where, on one line."""
        said = [call.programme or call.funder or ""]
        if call.grant_max:
            said.append(self.gettext("up to %(amount)s a project") % {"amount": self.money(call.grant_max)})
        elif call.budget_total:
            said.append(self.gettext("budget %(amount)s") % {"amount": self.money(call.budget_total)})
        if call.funding_rate_max is not None:
            share = format_percent(call.funding_rate_max, locale=self._locale)
            said.append(self.gettext("%(share)s of the costs") % {"share": share})
        said.append(self.place(call))
        return " · ".join(part for part in said if part)

    def place(self, call: Call) -> str:
        """Return where it is open: the narrowest regions, else countries; empty when not stated."""
        if names := narrowest_names(call.regions):
            return self._some(names)
        if call.everywhere or len(call.countries) >= 27:
            return self.gettext("European Union") if call.level == "eu" else ""
        return self._some([self.country(code) for code in call.countries])

    def country(self, code: str) -> str:
        """Return a country's name, as a place also the one of `EVERYWHERE`; the code when there is none."""
        if code == EVERYWHERE:
            return self.gettext("everywhere")
        return str(self._locale.territories.get(code, code))

    def _some(self, names: Sequence[str]) -> str:
        rest = len(names) - PLACES_SHOWN
        if rest <= 1:
            return ", ".join(names)
        more = self.counted("and %(num)s more", "and %(num)s more", rest)
        return f"{', '.join(names[:PLACES_SHOWN])} {more}"

    def area(self, key: str) -> str:
        """Return the label of a technology area or sector, without what stands in brackets."""
        if key not in self._areas:
            self._areas[key] = self.gettext(short_label(self._taxonomy.label_of(key)))
        return self._areas[key]

    def all_of(self, names: Sequence[str]) -> str:
        """Return names as a list in a sentence."""
        if len(names) < 2:
            return names[0] if names else ""
        return str(format_list(list(names), locale=self._locale))

    def applicant(self, kind: str) -> str:
        """Return a kind of applicant."""
        return self._applicants.get(kind, kind)

    def _applicant_words(self) -> Mapping[str, str]:
        _ = self.gettext
        return {
            "sme": _("SMEs"),
            "large_enterprise": _("large enterprises"),
            "startup": _("start-ups"),
            "research_organisation": _("research organisations"),
            "university": _("universities"),
            "public_body": _("public bodies"),
            "non_profit": _("non-profits"),
            "individual": _("individuals"),
            "cluster": _("clusters"),
            "other": _("others"),
        }

    # --- changes

    def change(self, kind: str, old: Any, new: Any, source_id: str) -> str:  # noqa: ANN401 - JSON
        """Return a change as a sentence."""
        _ = self.gettext
        if kind == "budget_changed":
            return "; ".join(self._amount_change(name, old.get(name), new[name]) for name in new)
        if kind == "eligibility_changed":
            return self._who_changed(old, new)
        if kind == "text_changed":
            return (
                _("The title is now worded otherwise")
                if "title" in new
                else _("The note on the deadline changed")
            )
        was, now = self._moment(old, source_id), self._moment(new, source_id)
        sentences: Mapping[str, str] = {
            "deadline_extended": _("Deadline moved later: from %(old)s to %(new)s"),
            "deadline_shortened": _("Deadline moved EARLIER: from %(old)s to %(new)s"),
            "deadline_added": _("One more deadline: %(new)s"),
            "deadline_removed": _("Deadline removed: %(old)s no longer holds"),
            "opened_early": _("Opens earlier: %(new)s instead of %(old)s"),
            "returned": _("Listed by its source again"),
            "withdrawn": _("No longer listed by its source"),
        }
        return sentences[kind] % {"old": was, "new": now}

    def _moment(self, value: Any, source_id: str) -> str:  # noqa: ANN401 - JSON
        if isinstance(value, dict):
            return self.deadline(Deadline.model_validate(value))
        if isinstance(value, str):
            local = datetime.fromisoformat(value).astimezone(ZoneInfo(self._zone_of(source_id)))
            return self.day(local.date())
        return ""

    def _amount_change(self, name: str, old: Any, new: Any) -> str:  # noqa: ANN401 - JSON
        _ = self.gettext
        names: Mapping[str, str] = {
            "budget_total": _("Budget of the whole call"),
            "grant_min": _("Least amount a project"),
            "grant_max": _("Most a project"),
            "funding_rate_max": _("Share of the costs"),
            "expected_grants": _("Number of grants"),
        }
        said = _("%(what)s: %(new)s instead of %(old)s")
        return said % {
            "what": names.get(name, name),
            "old": self._amount(name, old),
            "new": self._amount(name, new),
        }

    def _amount(self, name: str, value: Any) -> str:  # noqa: ANN401 - JSON
        if value is None:
            return self.gettext("not stated")
        if isinstance(value, dict):
            return self.money(Money.model_validate(value))
        if name == "funding_rate_max":
            return str(format_percent(Decimal(value), locale=self._locale))
        return str(value)

    def _who_changed(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
        _ = self.gettext
        come = [
            self.applicant(kind)
            for kind in new.get("applicants", ())
            if kind not in old.get("applicants", ())
        ]
        gone = [
            self.applicant(kind)
            for kind in old.get("applicants", ())
            if kind not in new.get("applicants", ())
        ]
        said = []
        if come:
            said.append(_("now also for %(names)s") % {"names": self.all_of(come)})
        if gone:
            said.append(_("no longer for %(names)s") % {"names": self.all_of(gone)})
        if not said:
            return _("Who may apply changed")
        return _("Who may apply changed: %(how)s") % {"how": "; ".join(said)}

    # --- reasons

    def why_search(self, query: SearchQuery, call: Call) -> str:
        """Return in what a call fits a saved search."""
        return self.all_of([*self._asked_words(query), *self._shared(query, call)])

    def _asked_words(self, query: SearchQuery) -> list[str]:
        return [self.gettext("“%(words)s”") % {"words": query.text}] if query.text.strip() else []

    def _shared(self, query: SearchQuery, call: Call) -> list[str]:
        areas = [tag.area for tag in call.tags if tag.area in query.area]
        sectors = [sector for sector in call.sectors if sector in query.sector]
        said = [self.area(key) for key in dict.fromkeys([*sectors, *areas])]
        known = regions()
        here = [code for code in query.region if code in call.regions]
        said += [known[code].name if code in known else code for code in here]
        said += [self.country(code) for code in query.country if code in call.countries]
        if EVERYWHERE in query.country and call.everywhere:
            said.append(self.country(EVERYWHERE))
        said += [self.applicant(kind) for kind in query.applicant if kind in call.applicants]
        if call.programme in query.programme:
            said.append(call.programme or "")
        if call.seal.state in query.seal and call.seal.state != "none":
            said.append(self.gettext("STEP Seal"))
        return said

    def search_name(self, query: SearchQuery) -> str:
        """Return a saved search in a few words, as its owner knows it."""
        said = self._asked_words(query)
        said += [self.area(key) for key in (*query.sector, *query.area) if key != NOT_STATED]
        known = regions()
        said += [known[code].name if code in known else code for code in query.region if code != NOT_STATED]
        said += [self.country(code) for code in query.country if code != NOT_STATED]
        said += [self.applicant(kind) for kind in query.applicant if kind != NOT_STATED]
        said += [name for name in query.programme if name != NOT_STATED]
        if "awards" in query.seal or "accepts" in query.seal:
            said.append(self.gettext("STEP Seal"))
        return ", ".join(said[:6]) or self.gettext("every call")

    def why_profile(self, profile: Profile, call: Call) -> str:
        """Return in what a call fits a company's profile; what the call does not say is said to be so."""
        _ = self.gettext
        said = [self.area(key) for key in profile.shared_areas(call)]
        if profile.country or profile.region:
            said.append(self._where(profile, call))
        if profile.kinds:
            kinds = [self.applicant(kind) for kind in profile.kinds if kind in call.applicants]
            said.append(self.all_of(kinds) or _("who may apply is not stated"))
        if profile.trl is not None and (call.trl_min or call.trl_max):
            said.append(f"TRL {call.trl_min or 1}–{call.trl_max or 9}")
        return ", ".join(said)

    def _where(self, profile: Profile, call: Call) -> str:
        if not call.countries and not call.regions and not call.everywhere:
            return self.gettext("place not stated")
        known = regions()
        if profile.region and call.regions and profile.region in known:
            return known[profile.region].name
        return self.country(profile.home or (profile.region or "")[:2])

    def profile_name(self, profile: Profile) -> str:
        """Return a profile in a few words."""
        said = [self.area(key) for key in profile.areas]
        known = regions()
        if profile.region:
            said.append(known[profile.region].name if profile.region in known else profile.region)
        elif profile.country:
            said.append(self.country(profile.country))
        said += [self.applicant(kind) for kind in profile.kinds]
        if profile.trl is not None:
            said.append(f"TRL {profile.trl}")
        return ", ".join(said) or self.gettext("every call")


def short_label(label: str) -> str:
    """Return a label without what stands in brackets: as a heading of a mail has it."""
    return label.split(" (")[0]
