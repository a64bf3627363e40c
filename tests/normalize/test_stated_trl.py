import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.stated_trl import find_trl
from tests.normalize.building import call, paths, source


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("Work is meant to start at TRL 5 and achieve TRL 6-7 at its end.", (5, 7)),
        ("Projects should achieve TRL 6-8 by their end.", (None, 8)),
        ("Activities have to reach technology readiness level (TRL) 5.", (None, 5)),
        ("The scheme moves ideas from TRL 6 to TRL 9.", (6, 9)),
        ("Les projets doivent atteindre le TRL 7.", (None, 7)),
        ("Die Vorhaben erreichen TRL 4 bis 6.", (None, 6)),
    ],
)
def test_levels_of_the_work_are_read(text: str, levels: tuple[int | None, int]) -> None:
    found = find_trl(text)

    assert found is not None
    assert (found.low, found.high) == levels
    assert found.words in text


@pytest.mark.parametrize(
    "text",
    [
        "Activities may start at any TRL.",
        "The scale runs from TRL 1 to TRL 9.",
        "Start-ups (TRL 3 to 5) may join later.",
        "Lot 1 should achieve TRL 5. Lot 2 should achieve TRL 8.",
        "Projects achieve TRL 0.",
        "Projects should reach at least TRL 4.",
        "Projects achieve TRL 12.",
        "Nothing of the kind.",
    ],
)
def test_anything_less_is_none(text: str) -> None:
    assert find_trl(text) is None


@given(st.text(alphabet=st.sampled_from("TRL 123456789-to achieve start at from.and"), max_size=200))
def test_no_text_gives_a_level_outside_the_scale(text: str) -> None:
    found = find_trl(text)

    assert found is None or (1 <= (found.low or 1) <= found.high <= 9)


def test_a_call_keeps_the_words_and_its_own_field_wins() -> None:
    entry = source(fields=paths("description", "trl"))

    stated = call(entry, description="Projects should achieve TRL 6-8 by their end.")
    assert (stated.trl_min, stated.trl_max, stated.trl_evidence) == (None, 8, "achieve TRL 6-8")

    field = call(entry, description="Projects should achieve TRL 6-8 by their end.", trl="3-4")
    assert (field.trl_min, field.trl_max, field.trl_evidence) == (3, 4, None)
