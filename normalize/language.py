"""The language of a text, when its source does not say."""

from functools import cache
from typing import Any

_LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv no ca gl eu"
LANGUAGES = tuple(_LANGUAGES.split())
MIN_CHARACTERS = 20
MIN_CERTAINTY = 0.9


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of a text, or None when it is short or undecided.

    Decided means: at least `MIN_CHARACTERS` long and `MIN_CERTAINTY` sure among the official EU
    languages, Norwegian, and Spain's co-official ones.
    """
    sample = " ".join(text.split())[:600]
    if len(sample) < MIN_CHARACTERS:
        return None
    language, certainty = _identifier().classify(sample)
    return str(language) if certainty >= MIN_CERTAINTY else None


@cache
def _identifier() -> Any:  # noqa: ANN401 - the library publishes no types
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 0.3 s and numpy: only for who asks

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
