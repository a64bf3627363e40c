from pathlib import Path

import pytest
from pydantic import ValidationError

from config.errors import ConfigError
from config.taxonomy import DEFAULT, Taxonomy, load_taxonomy

EU_LANGUAGES = {
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt",
    "nl", "pl", "pt", "ro", "sk", "sl", "sv",
}  # fmt: skip

SMALL = """
version = "1"
[sectors.digital]
label = "Digital"
[sectors.digital.areas.quantum]
label = "Quantum"
terms = { en = ["quantum"] }
[sectors.clean]
label = "Clean"
areas = {}
[sectors.bio]
label = "Bio"
areas = {}
[flags.defence]
label = "Defence"
terms = { en = ["defence"] }
[flags.space]
label = "Space"
terms = { en = ["space"] }
"""


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


def test_it_has_three_sectors_and_37_areas(taxonomy: Taxonomy) -> None:
    assert set(taxonomy.sectors) == {"digital", "clean", "bio"}
    assert len(list(taxonomy.areas())) == 37


def test_every_area_speaks_all_24_eu_languages(taxonomy: Taxonomy) -> None:
    lacking = {key: EU_LANGUAGES - set(area.terms) for key, area in taxonomy.areas()}
    assert {key: missing for key, missing in lacking.items() if missing} == {}


def test_every_area_says_what_it_is_drawn_from(taxonomy: Taxonomy) -> None:
    assert [key for key, area in taxonomy.areas() if not area.basis] == []


def test_what_rests_on_the_unread_guidance_note_says_so(taxonomy: Taxonomy) -> None:
    quoted = [key for key, area in taxonomy.areas() if "guidance note" in area.basis]
    assert quoted
    assert all("from memory" in area.basis for key, area in taxonomy.areas() if key in quoted)


def test_no_term_stands_twice_in_a_language_of_an_area(taxonomy: Taxonomy) -> None:
    for key, area in taxonomy.areas():
        for language, terms in area.terms.items():
            assert len(terms) == len(set(terms)), (key, language)


def test_a_label_is_found_by_key(taxonomy: Taxonomy) -> None:
    assert taxonomy.label_of("clean.hydrogen").startswith("Hydrogen")
    assert taxonomy.label_of("bio") == taxonomy.sectors["bio"].label
    assert taxonomy.label_of("defence.defence") == "Defence"


@pytest.mark.parametrize("key", ["clean.nothing", "nothing", ""])
def test_the_label_of_an_unknown_key_is_the_key(taxonomy: Taxonomy, key: str) -> None:
    assert taxonomy.label_of(key) == key


def test_it_is_frozen(taxonomy: Taxonomy) -> None:
    with pytest.raises(ValidationError):
        taxonomy.version = "2"  # type: ignore[misc]


def test_the_smallest_file_loads(tmp_path: Path) -> None:
    assert load_taxonomy(_written(tmp_path, SMALL)).version == "1"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load_taxonomy(tmp_path / "none.toml")


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"taxonomy\.toml"):
        load_taxonomy(_written(tmp_path, "version = "))


@pytest.mark.parametrize(
    ("old", "new", "entry", "key"),
    [
        ('version = "1"', "", "-", "version"),
        ('terms = { en = ["quantum"] }', "", "sectors.digital.areas.quantum", "terms"),
        ('en = ["quantum"]', 'english = ["quantum"]', "sectors.digital.areas.quantum.terms.english", "[key]"),
        ('en = ["quantum"]', 'en = [" "]', "sectors.digital.areas.quantum.terms.en", "0"),
        ('label = "Quantum"', 'label = "Q"\nsource = "x"', "sectors.digital.areas.quantum", "source"),
        ('label = "Quantum"', 'label = "Q"\nweak = ["qubit"]', "sectors.digital.areas", "quantum"),
        ('version = "1"', 'version = "1"\nhints = [{pattern = "(", weight = 1.0}]', "hints.0", "pattern"),
        ('version = "1"', 'version = "1"\nhints = [{pattern = "A", weight = 99.0}]', "hints.0", "weight"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, old: str, new: str, entry: str, key: str) -> None:
    path = _written(tmp_path, SMALL.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_taxonomy(path)
    assert (caught.value.file, caught.value.entry, caught.value.key) == (str(path), entry, key)


def test_a_hint_for_an_area_that_is_none_is_refused(tmp_path: Path) -> None:
    hint = 'version = "1"\nhints = [{pattern = "A", areas = ["digital.qantum"], weight = 1.0}]'
    with pytest.raises(ConfigError, match=r"digital\.qantum"):
        load_taxonomy(_written(tmp_path, SMALL.replace('version = "1"', hint)))


def test_the_default_file_lies_beside_the_reader() -> None:
    assert DEFAULT.is_file()


def _written(folder: Path, text: str) -> Path:
    path = folder / "taxonomy.toml"
    path.write_text(text, "utf-8")
    return path
