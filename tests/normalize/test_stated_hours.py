from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.stated_hours import stated_hour
from tests.normalize.building import call, paths, source

DAY = date(2027, 6, 22)
SLASHES = ("%d/%m/%Y",)


def hour(text: str, language: str = "es", zone: str = "Europe/Madrid") -> time | None:
    return stated_hour(DAY, text, SLASHES, language, zone)


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("El plazo termina el 22 de junio de 2027 a las 14:00 horas (hora peninsular).", "es", time(14, 0)),
        ("Solicitudes hasta las 13:30 del 22/06/2027.", "es", time(13, 30)),
        ("Deadline for submitting applications: 22 June 2027, 17:00 (Brussels time).", "en", time(17, 0)),
        ("Deadline for submitting applications: June, 22 2027 17:00 (Brussels time).", "en", time(17, 0)),
        ("Domande entro le ore 12.00 del 22 giugno 2027.", "it", time(12, 0)),
        ("Domande entro le ore 17 del 22 giugno 2027.", "it", time(17, 0)),
        ("El plazo termina el 22 de junio de 2027 a las 14 horas.", "es", time(14, 0)),
        ("The call closes on 22 June 2027, 4pm.", "en", time(16, 0)),
    ],
)
def test_the_hour_beside_the_very_day_is_taken(text: str, language: str, said: time) -> None:
    assert hour(text, language) == said


@pytest.mark.parametrize(
    "text",
    [
        "El plazo termina el 22 de junio de 2027.",
        "El plazo termina el 23 de junio de 2027 a las 14:00 horas.",
        "La jornada informativa es el 22 de junio de 2027 a las 10:00 horas.",
        "Plazo hasta el 22 de junio de 2027 a las 14:00 horas (hora canaria).",
        "Plazo hasta el 22 de junio de 2027 a las 14:00 horas.\n" + "x" * 400
        + "\nPlazo hasta el 22 de junio de 2027 a las 15:00 horas.",
        "",
    ],
)  # fmt: skip
def test_anything_less_leaves_the_day(text: str) -> None:
    assert hour(text) is None


def test_brussels_time_is_not_taken_where_clocks_show_another() -> None:
    text = "Deadline: 22 June 2027, 17:00 (Brussels time)"

    assert hour(text, "en", "Europe/Lisbon") is None
    assert hour(text, "en", "Europe/Brussels") == time(17, 0)


@given(
    st.text(alphabet=st.sampled_from("hasta el 22 de junio de 2027 a las 14:00 /06/.-\nplazo"), max_size=300)
)
def test_no_text_raises(text: str) -> None:
    hour(f"{text} 22/06/2027")


def test_a_call_takes_the_hour_its_text_states() -> None:
    entry = source(fields=paths("deadlines", "description"), timezone="Europe/Madrid", language="es")
    made = call(
        entry, deadlines=["2027-06-22"], description="El plazo termina el 22 de junio de 2027 a las 14:00."
    )

    assert [(one.at, one.precision) for one in made.deadlines] == [
        (datetime(2027, 6, 22, 12, 0, tzinfo=UTC), "minute")
    ]
