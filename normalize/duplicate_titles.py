"""What a call's title says once habit is taken away: the words, the numbers, the lot. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from normalize.call import Call

_HABIT_WORDS = """
a al and appel appels au aux avec aviso avisos avviso avvisi ayuda ayudas bando bandi bekanntmachung by call
calls con contributi convocatoria convocatorias cuya d da das de dei del della delle den der des di die do dos
du e el en et for fra i il in l la las le les lo los mit och of og on open or para pel per pour por projets
proposals richtlinie sobre sub subvencion subvenciones subvencio subvencions the til to tot und van voor w y
zur
"""
_HABIT = frozenset(_HABIT_WORDS.split())
"""Words that stand in titles of many calls and tell none of them apart."""
_LOT = re.compile(
    r"\b(?:lot|lote|lotto|los|lotes|linea|lineas|linia|ligne|volet|axe|modalidad|modalitat|tramo|asse|linha)"
    r"\s*(?:n\.?\s*[o°º]?\s*)?([0-9]{1,3}|[ivx]{1,5}|[a-h])\b"
)
_WORD = re.compile(r"[a-z0-9]+")
_ACRONYM = re.compile(r"\b(?=[A-Za-z0-9]*[A-Z][A-Za-z0-9]*[A-Z0-9])[A-Za-z][A-Za-z0-9-]{3,24}\b")
_COMMON_WORDS = (
    "smes horizon europe eismea hadea cinea call calls euroclusters eurocluster cosme interreg life"
)
_COMMON_ACRONYMS = frozenset(word.upper() for word in _COMMON_WORDS.split())
WORDS_MIN = 4
"""A title of fewer telling words is too common to be known by ("Digital transformation of SMEs")."""
COVERED_MIN = 0.8
"""Share of the longer title's letters that the shorter one must hold, where it only leaves words out."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart.

    Attributes:
        words: The telling words, folded, in alphabetical order, each once.
        numbers: Numbers and years in it, the lot's own left out.
        lot: Number or letter of the lot; empty where it names none.
    """

    words: tuple[str, ...]
    numbers: frozenset[str]
    lot: str

    @property
    def rarest(self) -> tuple[str, ...]:
        """Return the three longest words: two spellings of a title share at least one."""
        return tuple(sorted(self.words, key=lambda word: (-len(word), word))[:3])

    def numbers_agree(self, other: "Title") -> bool:
        """Tell whether no number, year or lot contradicts: they are the same, or one names none."""
        numbers = not self.numbers or not other.numbers or self.numbers == other.numbers
        return numbers and (self.lot == other.lot or not self.lot or not other.lot)


def title_of(call: Call) -> Title:
    """Take a call's title apart."""
    text = folded(call.title)
    lot = _LOT.search(text)
    rest = _LOT.sub(" ", text)
    words = [word for word in _WORD.findall(rest) if word not in _HABIT]
    numbers = frozenset(word for word in words if word.isdigit())
    telling = tuple(sorted({word for word in words if not word.isdigit() and len(word) > 1}))
    return Title(telling, numbers, lot[1] if lot else "")


def folded(text: str) -> str:
    """Return a text in lower case without accents."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


def same_title(one: Title, other: Title) -> bool:
    """Tell whether two titles say the same.

    Spellings may differ; one may leave words out. A word of one that has another word in its place in
    the other ("SMEs", "universities"), or another number, year or lot, makes them different calls.
    """
    if min(len(one.words), len(other.words)) < WORDS_MIN or one.lot != other.lot:
        return False
    if one.numbers != other.numbers:
        return False
    ours, theirs = set(one.words) - set(other.words), set(other.words) - set(one.words)
    ours, theirs = _unpaired(ours, theirs)
    if ours and theirs:
        return False
    left_out, whole = ours or theirs, one.words if ours else other.words
    return _letters(whole) * (1 - COVERED_MIN) >= _letters(tuple(left_out))


def _unpaired(ours: set[str], theirs: set[str]) -> tuple[set[str], set[str]]:
    """Take out words that are spellings of each other; never those with a figure in them."""
    ours, theirs = set(ours), set(theirs)
    for word in sorted(ours):
        if len(word) < 6 or any(sign.isdigit() for sign in word):
            continue
        like = next((one for one in sorted(theirs) if fuzz.ratio(word, one) >= 88), None)
        if like is not None:
            ours.remove(word)
            theirs.remove(like)
    return ours, theirs


def _letters(words: Sequence[str]) -> int:
    return sum(map(len, words))


def acronyms_in(call: Call) -> tuple[str, ...]:
    """Return the names of projects a call carries: a cascade call's own, else those in its title.

    In a title all in capitals every word looks like one, so that none counts.
    """
    named = [alias for alias in call.aliases if _ACRONYM.fullmatch(alias)] if call.cascade else []
    if not named and not call.title.isupper():
        named = _ACRONYM.findall(call.title)
    return tuple(sorted({name.upper() for name in named} - _COMMON_ACRONYMS))
