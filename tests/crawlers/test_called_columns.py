"""A table whose header was seen nowhere: columns are known by what publishers call them, or not at all."""

from typing import Any

import pytest
from pydantic import ValidationError

from crawlers.protocols.table import TableFacts, table_records
from crawlers.spider import UnexpectedAnswer
from jobs.evaluation.changes import NoTags
from jobs.harvest import normalise_records
from tests.conftest import NOW
from tests.sources.samples import SOURCES, raw_records

ASTURIAS = SOURCES["es_asturias"]
FACTS = TableFacts(**ASTURIAS.request)


def rows(text: str) -> list[dict[str, str]]:
    return table_records(text.encode(), FACTS)


@pytest.mark.parametrize(
    "header",
    [
        "Código BDNS;Título;Fecha fin solicitud",
        "CODIGO_BDNS;TITULO;FECHA_FIN_SOLICITUD",
        "bdns;Denominación de la convocatoria;Fecha límite de presentación de solicitudes",
        "\ufeffNº BDNS;Nombre;Fin plazo solicitud",
    ],
)
def test_a_column_is_known_in_every_spelling(header: str) -> None:
    assert rows(f"{header}\n910001;Hidrógeno;15/01/2027\n") == [
        {"bdns": "910001", "title": "Hidrógeno", "deadline": "15/01/2027", "_key": "910001"}
    ]


def test_the_likeliest_name_wins_and_the_other_columns_keep_their_own() -> None:
    (row,) = rows("Nombre;Título;Fecha fin solicitud;Expediente;Importe\nLargo;Corto;15/01/2027;A-1;300\n")

    assert row == {
        "Nombre": "Largo",
        "title": "Corto",
        "deadline": "15/01/2027",
        "reference": "A-1",
        "Importe": "300",
        "_key": "A-1",
    }


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("BDNS;Título;Fecha fin", "deadline"),
        ("BDNS;Título;Fecha fin ejecución", "deadline"),
        ("BDNS;Texto;Fecha fin solicitud", "title"),
        ("Título;Fecha fin solicitud", "bdns"),
    ],
)
def test_without_a_column_that_must_be_there_the_file_is_refused_and_its_header_told(
    header: str, wanted: str
) -> None:
    with pytest.raises(
        UnexpectedAnswer, match=f"no column is known to be the '{wanted}'; there are "
    ) as told:
        rows(f"{header}\n")

    assert all(name in str(told.value) for name in header.split(";"))


def test_a_name_of_ours_must_say_what_it_may_be_called() -> None:
    facts: dict[str, Any] = {
        "columns": ("title", "budget"),
        "key": ("title",),
        "called": {"title": ("Título",)},
    }

    with pytest.raises(ValidationError, match="'budget'"):
        TableFacts(**facts)


def test_a_register_with_numbers_of_its_own_gets_no_number_of_bdns() -> None:
    records = rows("Expediente;Título;Fecha fin solicitud\nAYUD/2026/7;Hidrógeno verde;15/01/2027\n")
    made = normalise_records(
        raw_records(ASTURIAS, [dict(record) for record in records]), ASTURIAS, now=NOW, tagger=NoTags()
    )

    (call,) = made.calls
    assert (call.native_id, call.aliases) == ("AYUD/2026/7", ())
    assert str(call.url) == "https://www.asturias.es/"
    assert [f"{one.at:%Y-%m-%d %H:%M}" for one in call.deadlines] == ["2027-01-15 22:59"]
