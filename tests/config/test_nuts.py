from collections import Counter

import pytest
from babel import Locale

from config.countries import countries, eu_members, eurostat_of, iso_by_name, iso_of
from config.nuts import codes_by_name, fold, regions, with_parents

EU = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"


def test_the_eus_regions_are_the_official_number_of_nuts_2024() -> None:
    ours = [region for region in regions().values() if iso_of(region.code[:2]) in eu_members()]

    assert Counter(region.level for region in ours) == {0: 27, 1: 92, 2: 244, 3: 1165}


def test_every_region_has_its_parents() -> None:
    assert all(parent in regions() for code in regions() for parent in with_parents(code))


def test_parents_come_widest_first_and_end_with_the_code() -> None:
    assert with_parents("FR101") == ("FR", "FR1", "FR10", "FR101")


def test_every_region_lies_in_a_country_we_know() -> None:
    assert all(iso_of(code[:2]) in countries() for code in regions())


def test_every_other_name_leads_to_regions_of_its_country() -> None:
    for country in ("BE", "DE", "ES", "FR", "IT", "PT"):
        codes = [code for found in codes_by_name(country).values() for code in found]
        assert all(code in regions() and code.startswith(country) for code in codes)


def test_the_widest_region_of_a_name_wins() -> None:
    assert codes_by_name("FR")[fold("Île-de-France")] == ("FR1",)


def test_a_name_of_two_regions_leads_nowhere() -> None:
    assert fold("Wiener Umland") not in codes_by_name("AT")


def test_a_split_region_leads_to_its_parts() -> None:
    assert codes_by_name("IT")[fold("Trentino-Alto Adige")] == ("ITH1", "ITH2")


@pytest.mark.parametrize(
    ("name", "folded"), [("Łódzkie", "lodzkie"), ("Straße", "strasse"), ("Val d’Isère", "val d isere")]
)
def test_names_are_compared_without_accents_case_and_marks(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_the_union_has_27_members() -> None:
    assert len(eu_members()) == 27
    assert {"GR", "IE", "HR"} <= eu_members()
    assert not {"GB", "NO", "XK"} & eu_members()


@pytest.mark.parametrize(
    ("code", "iso"), [("EL", "GR"), ("UK", "GB"), ("gr", "GR"), (" fr ", "FR"), ("ZZ", None), ("", None)]
)
def test_eurostats_codes_become_iso(code: str, iso: str | None) -> None:
    assert iso_of(code) == iso


def test_iso_codes_become_eurostats() -> None:
    assert (eurostat_of("GR"), eurostat_of("GB"), eurostat_of("FR")) == ("EL", "UK", "FR")


@pytest.mark.parametrize("language", EU.split())
def test_every_member_is_found_by_its_name_in_every_official_language(language: str) -> None:
    names = Locale(language).territories

    assert {iso_by_name()[fold(names[code])] for code in eu_members()} == eu_members()


def test_a_name_of_two_countries_is_none() -> None:
    assert "kongo" not in iso_by_name()
