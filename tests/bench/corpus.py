"""Seeded multilingual calls of realistic length, and two hundred questions about them.

Calls are made in blocks of 1,000, each from its own random stream: so the first 10,000 calls of every size
are the same, and a question drawn from them has hits at every size. Words are built from each language's
syllables and drawn by a Zipf-Mandelbrot law behind its function and funding words; a call's areas sprinkle
theirs over its text, so that text and facets hang together. Nothing is real: no phrases, no grammar, no
relevance. Speed and counts can be judged with it, quality cannot.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import numpy as np

from config.countries import countries
from config.taxonomy import load_taxonomy
from index.query import FacetName, SearchQuery
from normalize.call import Applicant, Call, Deadline, Level, Money, Tag

BLOCK = 1_000
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WORDS = 50_000
"""Words of a language."""
_TABLE = 1 << 20
_LANGUAGES: dict[str, tuple[float, str, str]] = {
    "en": (
        0.40,
        "the of and to in for a is on that by with as at are from this be or an will it which not",
        "funding grant call proposal innovation research project support development programme application "
        "deadline eligible budget partners energy digital climate enterprise training region technology",
    ),
    "de": (
        0.25,
        "der die und in den von zu das mit sich des auf ist im dem nicht ein eine als auch es an werden aus",
        "Förderung Zuschuss Aufruf Antrag Innovation Forschung Projekt Entwicklung Programm Frist "
        "Unternehmen Energie Digitalisierung Klima Ausbildung Region Technologie Investition Verkehr",
    ),
    "fr": (
        0.15,
        "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il",
        "financement subvention appel projet innovation recherche développement programme candidature "
        "échéance entreprise énergie numérique climat formation région technologie investissement santé",
    ),
    "es": (
        0.10,
        "de la que el en y a los se del las un por con no una su para es al lo como más o",
        "financiación subvención convocatoria proyecto innovación investigación desarrollo programa "
        "solicitud plazo empresa energía clima formación región tecnología inversión salud transporte",
    ),
    "it": (
        0.10,
        "di e il la che in un a per è una sono con del non da le si dei nel alla più come i",
        "finanziamento contributo bando progetto innovazione ricerca sviluppo programma domanda scadenza "
        "impresa energia digitale clima formazione regione tecnologia investimento cooperazione salute",
    ),
}
_SYLLABLES = {
    "en": "ing er al st tion re con pro ment ter ly ble ex land work sh th ow ight ness",
    "de": "en ung sch ein ge ver be keit heit lich werk haus zeug auf über stoff bau kraft",
    "fr": "eur tion ment eau é re con dé ique age ais oux ille ance é lu mi por",
    "es": "ción dad ar er mente os as re con des ía ado ente illo ora ue gra lla",
    "it": "zione ità are ere mente ri con dis ale ista oso ino ella etto gna sco tto llo",
}
AREAS = tuple(key for key, _ in load_taxonomy().areas())
_MEMBERS = frozenset(
    "DE FR IT ES PL NL BE AT SE FI DK IE PT GR CZ HU RO BG HR SI SK LT LV EE LU MT CY".split()  # noqa: SIM905
)
COUNTRIES = tuple(code for code in sorted(countries()) if code in _MEMBERS)
APPLICANTS: tuple[Applicant, ...] = (
    "sme", "university", "research_organisation", "large_enterprise", "public_body", "non_profit",
    "startup", "individual", "cluster",
)  # fmt: skip
PROGRAMMES = {
    level: [f"{level.upper()} programme {n:03}" for n in range(size)]
    for level, size in (("eu", 40), ("national", 180), ("regional", 120))
}
_LEVELS: tuple[Level, ...] = ("eu", "national", "regional")
_LANGUAGE_OF = {"DE": "de", "AT": "de", "FR": "fr", "BE": "fr", "ES": "es", "IT": "it"}

FACETS: tuple[FacetName, ...] = (
    "sector", "area", "level", "country", "status", "applicant", "language", "programme"
)  # fmt: skip
"""The eight facets that are counted."""
Kind = Literal["text", "typo", "prefix", "filtered", "browse", "range"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, for the portal and for its peers.

    Attributes:
        query: As the portal is asked.
        words: Its words as a peer is asked: folded, a mistyped one as it was meant (less work for the peer).
        prefix: Beginning of a word, the last one.
    """

    kind: Kind
    query: SearchQuery
    words: tuple[str, ...] = ()
    prefix: str = ""

    @property
    def wants_facets(self) -> bool:
        """Tell whether counts are shown beside the hits: not while somebody is typing."""
        return self.kind != "prefix"


@cache
def _zipf(size: int, s: float = 1.0, q: float = 0.0) -> np.ndarray:
    weights = 1.0 / (np.arange(1, size + 1) + q) ** s
    return np.asarray(weights / weights.sum())


class _Vocabulary:
    def __init__(self, language: str, seed: int) -> None:
        _, function, funding = _LANGUAGES[language]
        rng = np.random.default_rng([seed, 7, sum(map(ord, language))])
        syllables = _SYLLABLES[language].split()
        self.funding = funding.split()
        head = function.split() + self.funding
        made: dict[str, None] = dict.fromkeys(head)
        while len(made) < WORDS:
            parts = rng.integers(0, len(syllables), 5)
            made["".join(syllables[part] for part in parts[: rng.integers(2, 6)])] = None
        self.words = np.array(list(made), dtype=object)
        grid = (np.arange(_TABLE) + 0.5) / _TABLE
        cumulated = np.cumsum(_zipf(len(self.words), 1.05, 2.7))
        self.table = np.searchsorted(cumulated, grid).clip(0, len(self.words) - 1)
        middle = rng.permutation(np.arange(400, 400 + 40 * len(AREAS)))
        self.of_area = [self.words[middle[at * 40 : at * 40 + 40]] for at in range(len(AREAS))]

    def draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        return np.asarray(self.words[self.table[rng.integers(0, _TABLE, count)]])


class Corpus:
    """Makes calls and questions, always the same ones for a seed."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._vocabulary = {language: _Vocabulary(language, seed) for language in _LANGUAGES}
        self._shares = np.array([share for share, _, _ in _LANGUAGES.values()])

    def calls(self, count: int, start: int = 0) -> Iterator[Call]:
        """Yield calls ``start`` to ``start + count``; both multiples of 1,000, or count below it."""
        for block in range(start // BLOCK, -(-(start + count) // BLOCK)):
            yield from self._block(block, min(BLOCK, start + count - block * BLOCK))

    def _block(self, block: int, count: int) -> Iterator[Call]:
        rng = np.random.default_rng([self._seed, block])
        for at in range(count):
            yield self._call(rng, block * BLOCK + at)

    def _call(self, rng: np.random.Generator, number: int) -> Call:
        level = _LEVELS[int(rng.choice(3, p=(0.25, 0.45, 0.30)))]
        country = COUNTRIES[int(rng.choice(len(COUNTRIES), p=_zipf(len(COUNTRIES))))]
        language = _LANGUAGE_OF.get(country, "")
        if level == "eu" or not language or rng.random() < 0.15:
            language = list(_LANGUAGES)[int(rng.choice(len(_LANGUAGES), p=self._shares))]
        areas = sorted(_some(rng, len(AREAS), 0.9, int(rng.integers(1, 4))))
        programmes = PROGRAMMES[level]
        programme = programmes[int(rng.choice(len(programmes), p=_zipf(len(programmes), 1.1)))]
        length = int(rng.integers(30, 300))
        opens = NOW - timedelta(days=int(rng.choice([rng.integers(300, 3_600), rng.integers(0, 300)])))
        if rng.random() < 0.07:
            opens = NOW + timedelta(days=int(rng.integers(1, 300)))
        region = f"{country}{int(rng.integers(1, 10))}"
        budget = round(float(rng.lognormal(14, 1.2)), -3) if rng.random() < 0.85 else None
        return Call(
            id=f"xx_bench:{number:08}",
            source_id=f"xx_bench_{number % 40:02}",
            native_id=f"{number:08}",
            url=f"https://agency.example/calls/{number}",
            licence="CC0",
            title=self._title(rng, language, areas),
            summary=self._text(rng, language, int(rng.integers(45, 76)), areas)[:500],
            description=f"<p>{self._text(rng, language, _body_length(rng), areas)}</p>",
            language=language,
            level=level,
            countries=() if level == "eu" else (country,),
            everywhere=level == "eu",
            regions=(country, region) if level == "regional" else (),
            programme=programme,
            call_identifier=f"{programme.replace(' ', '-')}-{opens.year}-{number % 97:02}-{number % 1009:04}",
            applicants=_applicants(rng),
            opens_at=opens,
            deadlines=() if rng.random() < 0.08 else (_deadline(opens + timedelta(days=length)),),
            budget_total=None if budget is None else Money(amount=Decimal(str(budget)), currency="EUR"),
            tags=tuple(_tag(AREAS[area]) for area in areas),
            taxonomy_version="bench",
            first_seen_at=opens - timedelta(days=20),
        )

    def _text(self, rng: np.random.Generator, language: str, length: int, areas: Sequence[int]) -> str:
        vocabulary = self._vocabulary[language]
        words = vocabulary.draw(rng, length)
        own = vocabulary.of_area[areas[int(rng.integers(len(areas)))]]
        places = range(7, length, 19)
        words[7::19] = own[np.minimum(rng.geometric(0.12, len(places)) - 1, 39)]
        out: list[str] = words.tolist()
        for at in range(14, length, 15):
            out[at] += "."
        return " ".join(out)

    def _title(self, rng: np.random.Generator, language: str, areas: Sequence[int]) -> str:
        vocabulary = self._vocabulary[language]
        out = [vocabulary.funding[int(one)] for one in rng.integers(0, len(vocabulary.funding), 2)]
        own = vocabulary.of_area[areas[0]]
        out += own[np.minimum(rng.geometric(0.12, 2) - 1, 39)].tolist()
        out += vocabulary.draw(rng, int(rng.integers(4, 9))).tolist()
        return " ".join(out).capitalize()

    # --- questions

    def questions(self, count: int = 200) -> list[Question]:
        """Return questions in six kinds, drawn from the first 3,000 calls."""
        rng = np.random.default_rng([self._seed, 99])
        calls = list(self.calls(3_000))
        shares: dict[Kind, int] = {
            "text": 20, "typo": 15, "prefix": 20, "filtered": 20, "browse": 15, "range": 10
        }  # fmt: skip
        kinds = [kind for kind, share in shares.items() for _ in range(share)]
        return [self._question(rng, kinds[(at * 37) % 100], calls) for at in range(count)]

    def _question(self, rng: np.random.Generator, kind: Kind, calls: Sequence[Call]) -> Question:
        call = calls[int(rng.integers(len(calls)))]
        most = {"text": 4, "range": 2}.get(kind, 3)
        words = self._words(rng, call, int(rng.integers(1, most)))
        if kind == "text":
            return Question(kind, SearchQuery(text=" ".join(words) + " "), tuple(words))
        if kind == "typo":
            longest = max(range(len(words)), key=lambda at: len(words[at]))
            typed = [_mistyped(rng, word) if at == longest else word for at, word in enumerate(words)]
            return Question(kind, SearchQuery(text=" ".join(typed) + " "), tuple(words))
        if kind == "prefix":
            begun = words[-1][: int(rng.integers(2, 7))]
            return Question(
                kind, SearchQuery(text=" ".join([*words[:-1], begun])), tuple(words[:-1]), prefix=begun
            )
        if kind == "filtered":
            chosen = _filters(rng, call, calls, int(rng.integers(1, 4)))
            return Question(kind, SearchQuery(text=" ".join(words) + " ", **chosen), tuple(words))
        if kind == "browse":
            chosen = _filters(rng, call, calls, int(rng.integers(0, 4)))
            return Question(kind, SearchQuery(sort="deadline", **chosen))
        ends = call.deadlines[0].at if call.deadlines else NOW
        day = (max(ends, NOW) if ends else NOW).date()
        bounds: dict[str, Any] = {
            "deadline_from": day - timedelta(days=200),
            "deadline_to": day + timedelta(days=200),
        }
        text = " ".join(words) + " "
        chosen = _filters(rng, call, calls, 1)
        return Question(kind, SearchQuery(text=text, sort="deadline", **bounds, **chosen), tuple(words))

    def _words(self, rng: np.random.Generator, call: Call, count: int) -> list[str]:
        said = set((call.summary or "").lower().split())
        common = [word for word in self._vocabulary[call.language or "en"].funding if word.lower() in said]
        rare = [word for word in call.title.split() if len(word) > 4]
        pool = [*common[:1], *(str(word) for word in rng.permutation(rare))]
        if rng.random() < 0.5:
            pool = pool[1:] + pool[:1]
        return [word.lower() for word in pool[:count]] or ["innovation"]


def _body_length(rng: np.random.Generator) -> int:
    return int(min(1_500, 400 + rng.exponential(220)))


def _some(rng: np.random.Generator, size: int, s: float, count: int) -> list[int]:
    return [int(one) for one in rng.choice(size, size=count, replace=False, p=_zipf(size, s))]


def _applicants(rng: np.random.Generator) -> tuple[Applicant, ...]:
    chosen = sorted(_some(rng, len(APPLICANTS), 0.7, int(rng.integers(1, 5))))
    return tuple(APPLICANTS[one] for one in chosen)


def _deadline(at: datetime) -> Deadline:
    return Deadline(at=at, precision="minute", zone="Europe/Brussels")


def _tag(area: str) -> Tag:
    return Tag(area=area, sector=area.partition(".")[0], confidence=0.9, evidence=())


def _mistyped(rng: np.random.Generator, word: str) -> str:
    """Make one error: swap, drop, double or replace a letter, never the first two."""
    if len(word) < 5:
        return word
    at, kind = int(rng.integers(2, len(word) - 1)), int(rng.integers(4))
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    return word[:at] + (word[at] if kind == 2 else "x") + word[at + (kind == 3) :]


def _filters(rng: np.random.Generator, call: Call, calls: Sequence[Call], count: int) -> dict[str, Any]:
    names = rng.choice(FACETS, count, replace=False)
    found: dict[str, Any] = {}
    for name in map(str, names):
        values = {_value(call, name, rng)}
        if rng.random() < 0.5:
            values.add(_value(calls[int(rng.integers(len(calls)))], name, rng))
        found[name] = tuple(sorted(values))
    return found


def _value(call: Call, name: str, rng: np.random.Generator) -> str:
    every: dict[str, Sequence[str]] = {
        "sector": call.sectors,
        "area": [tag.area for tag in call.tags],
        "level": [call.level],
        "country": call.countries or ("not_stated",),
        "status": [call.status_at(NOW)],
        "applicant": call.applicants,
        "language": [call.language or "en"],
        "programme": [call.programme or ""],
    }
    return str(every[name][int(rng.integers(len(every[name])))])
