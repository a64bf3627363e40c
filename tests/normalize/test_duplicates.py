"""The same call twice is found; calls that are only alike are left alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from normalize.call import Call, Deadline
from normalize.duplicates import find_groups, find_matches

DAY = datetime(2027, 3, 1, 16, tzinfo=UTC)


def a_call(call_id: str, title: str, day: datetime | None = DAY, **changed: Any) -> Call:  # noqa: ANN401 - any field's value
    source_id, _, native_id = call_id.partition(":")
    facts: dict[str, Any] = {
        "id": call_id,
        "source_id": source_id,
        "native_id": native_id,
        "url": f"https://{source_id.replace('_', '-')}.example/calls/{native_id}",
        "licence": "CC0",
        "title": title,
        "level": "regional",
        "taxonomy_version": "1",
        "deadlines": (Deadline(at=day, precision="day", zone="Europe/Madrid"),) if day else (),
    }
    return Call(**facts | changed)


def reasons(*calls: Call) -> list[str]:
    return [match.reason for match in find_matches(calls)]


SOLAR = "Ayudas para la instalación de paneles solares en naves industriales"


def test_a_regional_call_is_joined_by_the_number_of_the_national_register() -> None:
    national = a_call("es_bdns:652027", "Una convocatoria", countries=("ES",))
    regional = a_call("es_raisc:68-22", "Un altre títol", None, countries=("ES",), aliases=("652027",))

    assert reasons(national, regional) == ["both carry BDNS number 652027"]


@pytest.mark.parametrize("alias", ["652028", "65", "ES652027X"])
def test_another_number_joins_nothing(alias: str) -> None:
    national = a_call("es_bdns:652027", "Una convocatoria", countries=("ES",))
    regional = a_call("es_raisc:68-22", "Un altre títol", countries=("ES",), aliases=(alias,))

    assert reasons(national, regional) == []


def test_a_number_of_another_country_is_no_bdns_number() -> None:
    national = a_call("es_bdns:652027", "Una convocatoria", countries=("ES",))
    foreign = a_call("pt_list:1", "Outra coisa", countries=("PT",), aliases=("652027",))

    assert reasons(national, foreign) == []


def test_a_cascade_call_is_known_by_its_project_and_day() -> None:
    portal = a_call(
        "eu_ft:cascade-1", "HYDROVALE first open call", cascade=True, aliases=("101123", "HYDROVALE")
    )
    platform = a_call("eu_eccp:77", "Open call for SMEs by HYDROVALE: vouchers", cascade=True)

    assert reasons(portal, platform) == ["project HYDROVALE and deadline 2027-03-01"]


def test_the_next_call_of_the_same_project_is_another() -> None:
    portal = a_call("eu_ft:cascade-1", "HYDROVALE open call 1", cascade=True, aliases=("HYDROVALE",))
    later = a_call("eu_eccp:77", "HYDROVALE open call 2", cascade=True)
    other_day = a_call("eu_eccp:78", "HYDROVALE open call 1", datetime(2027, 9, 1, tzinfo=UTC), cascade=True)

    assert reasons(portal, later, other_day) == []


def test_calls_of_one_topic_by_different_projects_stay_apart() -> None:
    one = a_call("eu_ft:cascade-1", "ALPHANET call", cascade=True, call_identifier="HORIZON-EIE-2026-01")
    other = a_call("eu_eccp:9", "BETANET call", cascade=True, call_identifier="HORIZON-EIE-2026-01")

    assert reasons(one, other) == []


def test_the_same_title_and_day_in_two_sources() -> None:
    one = a_call("es_bdns:1", SOLAR.upper(), countries=("ES",))
    other = a_call("es_asturias:9", f"Convocatoria de {SOLAR.lower()}", countries=("ES",), regions=("ES12",))

    assert reasons(one, other) == ["same title and deadline 2027-03-01"]


@pytest.mark.parametrize(
    "title",
    [
        "Ayudas para la instalación de paneles solares en explotaciones agrícolas",
        "Ayudas para la instalación de paneles solares en naves industriales 2026",
        "Ayudas para la instalación de paneles solares en naves industriales, línea 2",
        "Ayudas para paneles solares",
        "Ayudas para la retirada de paneles solares en naves industriales",
    ],
    ids=["another place", "another year", "a lot of it", "a part of the words", "another purpose"],
)
def test_a_title_that_is_only_alike_is_another_call(title: str) -> None:
    assert reasons(a_call("es_bdns:1", SOLAR), a_call("es_asturias:9", title)) == []


def test_the_same_title_on_another_day_or_in_another_region_is_another_call() -> None:
    one = a_call("es_bdns:1", SOLAR, countries=("ES",), regions=("ES51", "ES5"))
    other_day = a_call("es_asturias:2", SOLAR, datetime(2027, 3, 2, 16, tzinfo=UTC), countries=("ES",))
    elsewhere = a_call("es_asturias:3", SOLAR, countries=("ES",), regions=("ES12", "ES1"))

    assert reasons(one, other_day, elsewhere) == []


def test_a_title_of_few_words_is_too_common() -> None:
    assert (
        reasons(a_call("es_bdns:1", "Digitalización pymes"), a_call("es_asturias:2", "Digitalización pymes"))
        == []
    )


def test_lots_of_one_call() -> None:
    lots = [
        a_call(
            f"es_bdns:{n}", f"PLAN 4 LÍNEA {n} 2026 subvenciones reducción siniestralidad laboral", funder="X"
        )
        for n in (3, 5, 6)
    ]
    stranger = a_call(
        "es_bdns:9", "PLAN 5 LÍNEA 7 2026 subvenciones reducción siniestralidad laboral", funder="X"
    )

    (group,) = find_groups([*lots, stranger])

    assert set(group.reasons) == {"es_bdns:3", "es_bdns:5", "es_bdns:6"}
    assert set(group.reasons.values()) == {"lots of one call"}


def test_the_record_with_more_facts_leads() -> None:
    poor = a_call("es_bdns:1", SOLAR)
    rich = a_call("es_zz:9", SOLAR, funder="Agencia", applicants=("sme",), summary="Larga.")

    (group,) = find_groups([poor, rich])

    assert group.lead == "es_zz:9"


def test_what_staff_keep_apart_is_not_joined_by_way_of_a_third() -> None:
    calls = [a_call(f"es_{name}:1", SOLAR) for name in ("aa", "bb", "cc")]

    groups = find_groups(calls, apart={("es_aa:1", "es_bb:1")})

    assert len(groups) == 1
    assert len(groups[0].reasons) == 2
    assert not {"es_aa:1", "es_bb:1"} <= set(groups[0].reasons)


def test_a_withdrawn_call_is_in_no_group() -> None:
    assert find_groups([a_call("es_bdns:1", SOLAR), a_call("es_zz:2", SOLAR, withdrawn=True)]) == []


def test_one_page_used_for_many_calls_groups_none() -> None:
    page = "https://portal.example/calls"
    one = a_call("es_bdns:1", SOLAR, None, url=page)
    other = a_call("es_zz:1", "Ayudas para la formación de mujeres rurales en competencias", None, url=page)
    same = a_call("es_yy:1", SOLAR, None, url=f"{page}/?utm_source=feed")

    assert reasons(one, other, same) == ["same page and same title"]
