"""A date in running text is a deadline only where the text says so beyond doubt."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.dates import parse_deadline, parse_printed
from normalize.prose_dates import NOTE_MAX, ProseDates, find_deadlines
from tests.normalize.building import source

SLASHES = ("%d/%m/%Y", "%d.%m.%Y")


def read(text: str, language: str | None = None) -> list[tuple[date, str | None]]:
    found = find_deadlines(text, SLASHES, language)
    printed = [parse_printed(one.text, SLASHES, language) for one in found.deadlines]
    return [(one.day, f"{one.hour:%H:%M}" if one.hour else None) for one in printed]


@pytest.mark.parametrize(
    ("text", "language", "day", "hour"),
    [
        ("Deadline: 15 May 2027.", "en", date(2027, 5, 15), None),
        ("Applications are open until 15 May 2027 at 17:00.", "en", date(2027, 5, 15), "17:00"),
        ("Closing date: 15 May 2027 4:00pm UK time.", "en", date(2027, 5, 15), "16:00"),
        ("Deadline: 15 May 2027 at 5.00 p.m.", "en", date(2027, 5, 15), "17:00"),
        ("Applications by 4:00 pm on 15 May 2027", "en", date(2027, 5, 15), "16:00"),
        ("Deadline: 15 May 2027 at 12:30 pm", "en", date(2027, 5, 15), "12:30"),
        ("Le domande entro le ore 12.00 del 15 maggio 2027.", "it", date(2027, 5, 15), "12:00"),
        ("Scadenza: 15/05/2027", "it", date(2027, 5, 15), None),
        ("Presentazione entro e non oltre il 15/05/2027 alle ore 18:00", "it", date(2027, 5, 15), "18:00"),
        ("Date limite de dépôt : 1er juin 2027 à 12h00", "fr", date(2027, 6, 1), "12:00"),
        ("Les dossiers sont reçus jusqu’au 15 mai 2027.", "fr", date(2027, 5, 15), None),
        ("Anträge können bis zum 15. Mai 2027 gestellt werden.", "de", date(2027, 5, 15), None),
        ("Einreichungsfrist: 15.05.2027", "de", date(2027, 5, 15), None),
        ("El plazo finaliza el 15 de mayo de 2027.", "es", date(2027, 5, 15), None),
        (
            "Solicitudes hasta las 13:00 horas (hora oficial) del 15 de mayo de 2027",
            "es",
            date(2027, 5, 15),
            "13:00",
        ),
        ("Het loket sluit op 15 mei 2027", "nl", date(2027, 5, 15), None),
        ("Wnioski do dnia 15 maja 2027 r.", "pl", date(2027, 5, 15), None),
        ("Candidaturas até ao dia 15 de maio de 2027", "pt", date(2027, 5, 15), None),
        ("Sista ansökningsdag 15 maj 2027", "sv", date(2027, 5, 15), None),
        ("Dal 1 marzo 2027 fino al 15 maggio 2027 si può far domanda.", "it", date(2027, 5, 15), None),
        ("Deadline 15 May 2027. Again: deadline 15 May 2027 at 17:00.", "en", date(2027, 5, 15), "17:00"),
    ],
)  # fmt: skip
def test_a_date_next_to_a_deadline_word_is_read(
    text: str, language: str, day: date, hour: str | None
) -> None:
    assert read(text, language) == [(day, hour)]


@pytest.mark.parametrize(
    ("text", "language", "day", "hour"),
    [
        (
            "La delibera n. 7 del 03/02/2027 proroga alle 23:59 del 15/05/2027 il termine per le domande.",
            "it",
            date(2027, 5, 15),
            "23:59",
        ),
        (
            "Sono prorogati alle ore 12:00 del 15/05/2027 i termini di presentazione delle istanze.",
            "it",
            date(2027, 5, 15),
            "12:00",
        ),
        (
            "Il termine per la presentazione, fissato al 2 aprile 2027, è prorogato al 15 maggio 2027.",
            "it",
            date(2027, 5, 15),
            None,
        ),
        (
            "La scadenza per le domande è prorogata alle ore 17 del 15 maggio 2027.",
            "it",
            date(2027, 5, 15),
            "17:00",
        ),
        (
            "La scadenza del 2 aprile 2027 è differita alle ore 17:00 del 15 maggio 2027.",
            "it",
            date(2027, 5, 15),
            "17:00",
        ),
        (
            "La date limite de dépôt, fixée au 2 avril 2027, est reportée au 15 mai 2027.",
            "fr",
            date(2027, 5, 15),
            None,
        ),
        (
            "Die Einreichungsfrist wird vom 02.04.2027 bis zum 15.05.2027 verlängert.",
            "de",
            date(2027, 5, 15),
            None,
        ),
        (
            "El plazo, que finalizaba el 2 de abril de 2027, se amplía hasta el 15 de mayo de 2027.",
            "es",
            date(2027, 5, 15),
            None,
        ),
        (
            "The deadline has been extended from 2 April 2027 to 15 May 2027 at 17:00.",
            "en",
            date(2027, 5, 15),
            "17:00",
        ),
    ],
)
def test_a_time_to_apply_that_was_moved_ends_on_the_new_day(
    text: str, language: str, day: date, hour: str | None
) -> None:
    assert read(text, language) == [(day, hour)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The fair was postponed to 15 May 2027.", "en"),
        ("Projects may be extended to 15 May 2027.", "en"),
        ("The contract is extended to 15 May 2027; apply for it in time.", "en"),
        ("Deadline: 2 April 2027.\nThe deadline of lot 2 was extended to 15 May 2027.", "en"),
        ("The deadline of 20 June 2027 was moved to 15 May 2027.", "en"),
        ("The deadline was extended to 15 May 2027, a new one closes on 1 October 2027.", "en"),
        ("La durata è prorogata al 15 maggio 2027 per chi ha presentato domanda entro i termini.", "it"),
        ("Le domande sono prorogate di 30 giorni dal 15 maggio 2027.", "it"),
    ],
)
def test_what_else_was_moved_is_no_deadline(text: str, language: str) -> None:
    assert read(text, language) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Published on 15 May 2027.", "en"),
        ("Delibera n. 12 del 15/05/2027", "it"),
        ("Submit before 15 May 2027.", "en"),
        ("Les dossiers sont à déposer avant le 15 mai 2027.", "fr"),
        ("I lavori devono concludersi entro il 31/12/2028.", "it"),
        ("I progetti devono essere completati entro il 31 marzo 2029.", "it"),
        ("Les travaux sont réalisés au plus tard le 31 mars 2029.", "fr"),
        ("Los proyectos se ejecutarán hasta el 31 de marzo de 2029.", "es"),
        ("Vorhaben müssen bis zum 31. März 2029 abgeschlossen sein.", "de"),
        ("Projects must be completed no later than 31 March 2029.", "en"),
        ("Das Vorhaben dauert von Januar bis 31.12.2028.", "de"),
        ("The network runs until 31 December 2028.", "en"),
        ("Il PR FESR è in corso fino al 31/12/2029.", "it"),
        ("Le service est ouvert jusqu’au 31 décembre 2028.", "fr"),
        ("El centro está cerrado hasta el 31 de agosto de 2027.", "es"),
        ("Spese sostenute fino al 31/12/2028.", "it"),
        ("Das Programm läuft bis 31.12.2027 (Laufzeit bis 31.12.2027).", "de"),
        ("Deadline: 15 May 2027. The deadline is 16 May 2027.", "en"),
        ("Scadenza alle ore dodici del 15/05/2027", "it"),
        ("Deadline: 05/15/2027", "en"),
        ("Deadline: 31 April 2027", "en"),
        ("The deadline was kept. Our office moved on 15 May 2027.", "en"),
        ("Plazo: 15 días hábiles desde la publicación.", "es"),
        ("Deadline: 31 December 2050", "en"),
        ("Deadline: 14 January 2027 12:00 am", "en"),
        ("El plazo es de un mes a partir del 3 de mayo de 2027.", "es"),
        ("Frist: drei Monate ab dem 3. Mai 2027", "de"),
        ("Termine di 60 giorni a decorrere dal 3 maggio 2027", "it"),
        ("Frist nach der Richtlinie vom 3. Mai 2027", "de"),
    ],
)
def test_anything_less_is_no_date(text: str, language: str) -> None:
    assert read(text, language) == []


def test_what_the_source_says_of_the_end_needs_no_word_of_applying() -> None:
    text = "Hasta el 15 de mayo de 2027"

    assert find_deadlines(text, (), "es").deadlines == ()
    assert [one.text for one in find_deadlines(text, (), "es", of_the_end=True).deadlines] == [
        "15 de mayo de 2027"
    ]


def test_dates_that_a_word_tells_apart_are_cut_offs() -> None:
    found = find_deadlines(
        "First cut-off: deadline 1 March 2027. Second cut-off: deadline 1 September 2027.", (), "en"
    )

    assert [(one.text, one.kind) for one in found.deadlines] == [
        ("1 March 2027", "cut_off"),
        ("1 September 2027", "cut_off"),
    ]


def test_what_is_not_certain_is_kept_in_the_source_s_words() -> None:
    found = find_deadlines(
        "Bando aperto. Le domande vanno inviate prima del 15 maggio 2027! Altro.", (), "it"
    )

    assert found == ProseDates()

    found = find_deadlines("Aperto. Scadenza prima del 15 maggio 2027! Altro.", (), "it")

    assert found == ProseDates(note="Scadenza prima del 15 maggio 2027")


def test_a_note_of_long_sentences_still_shows_every_day() -> None:
    long = "per la misura che sostiene le imprese dei comuni montani e delle isole minori " * 5
    found = find_deadlines(
        f"Sono prorogati {long}i termini: scadenza 2 aprile 2027.\n"
        f"Aggiornamento {long}: i termini sono prorogati al 15 maggio 2027.",
        (),
        "it",
    )

    assert found.deadlines == ()
    assert "scadenza 2 aprile 2027" in (found.note or "")
    assert "prorogati al 15 maggio 2027" in (found.note or "")


def test_a_day_that_does_not_exist_is_kept_in_the_note() -> None:
    assert find_deadlines("Deadline: 31 June 2027", (), "en") == ProseDates(note="Deadline: 31 June 2027")


@pytest.mark.parametrize(
    "text",
    [
        "Open until funds are exhausted.",
        "Jusqu’à épuisement des crédits.",
        "Anträge sind laufend möglich.",
        "Hasta agotar el crédito disponible.",
        "Fino ad esaurimento delle risorse.",
        "Nabór do wyczerpania środków.",
    ],
)
def test_a_scheme_that_ends_with_its_money_says_so(text: str) -> None:
    found = find_deadlines(text)

    assert (found.continuous, found.deadlines) == (True, ())
    assert found.note == text


@pytest.mark.parametrize(
    "text",
    [
        "Domande dalle ore 12:00 del 23 aprile alle ore 17:00 del 12 giugno. Finanziati fino a esaurimento.",
        "Scade prima del 03/06/2027. Le richieste sono istruite fino ad esaurimento delle risorse.",
    ],
)
def test_money_that_runs_out_is_no_end_of_a_call_that_names_days(text: str) -> None:
    assert not find_deadlines(text, SLASHES, "it").continuous


def test_a_second_window_leaves_the_first_one_s_end_a_note() -> None:
    first = "Prima call: fino alle ore 12.00 del 26 agosto 2027"
    text = f"{first}\nSeconda: dal 12 dicembre 2027 alle ore 12.00 del 27 gennaio 2028."

    found = find_deadlines(text, (), "it")

    assert found.deadlines == ()
    assert "26 agosto 2027" in (found.note or "")


def test_the_end_of_a_window_is_read_with_its_hour() -> None:
    text = "Domande dalle ore 12:00 del 17 luglio 2026 e fino alle ore 17:00 del 5 marzo 2027."

    assert read(text, "it") == [(date(2027, 3, 5), "17:00")]


def test_an_end_of_the_money_and_a_last_day_are_both_kept() -> None:
    found = find_deadlines("Domande entro il 15 maggio 2027 o fino ad esaurimento delle risorse.", (), "it")

    assert (found.deadlines[0].text, found.continuous) == ("15 maggio 2027", True)


def test_the_hour_is_that_of_the_source_s_zone() -> None:
    found = find_deadlines("Domande entro le ore 12:00 del 15 maggio 2027", (), "it")
    read = parse_deadline(found.deadlines[0], source(timezone="Europe/Rome", language="it"))

    assert read is not None
    assert (read.at, read.precision) == (datetime(2027, 5, 15, 10, tzinfo=UTC), "minute")


@given(
    st.text(alphabet=st.sampled_from("entro il 15 maggio 2027 scadenza . : / 05 12:00 ore ’\n"), max_size=300)
)
def test_no_text_does_worse_than_say_nothing(text: str) -> None:
    found = find_deadlines(text, SLASHES, "it")

    for one in found.deadlines:
        parse_printed(one.text, SLASHES, "it")
    assert found.note is None or len(found.note) <= NOTE_MAX


@pytest.mark.parametrize(
    ("text", "language", "day", "hour"),
    [
        ("Closing date: 15 May 2027, 4pm", "en", date(2027, 5, 15), "16:00"),
        ("Closing date: 15 May 2027 at 12 p.m.", "en", date(2027, 5, 15), "12:00"),
        ("Applications until 4 pm on 15 May 2027", "en", date(2027, 5, 15), "16:00"),
        ("Domande fino alle ore 17 del 15 maggio 2027.", "it", date(2027, 5, 15), "17:00"),
        ("Domande entro l’8 maggio 2027 ore 17.", "it", date(2027, 5, 8), "17:00"),
        ("Einreichungsfrist: 15.05.2027, 17 Uhr", "de", date(2027, 5, 15), "17:00"),
        ("Anträge bis um 12 Uhr am 15.05.2027", "de", date(2027, 5, 15), "12:00"),
        ("Date limite de dépôt : 15 mai 2027 à 12h", "fr", date(2027, 5, 15), "12:00"),
        ("Solicitudes hasta las 14 horas del 15 de mayo de 2027", "es", date(2027, 5, 15), "14:00"),
    ],
)
def test_a_whole_hour_may_stand_without_minutes(text: str, language: str, day: date, hour: str) -> None:
    assert read(text, language) == [(day, hour)]


@pytest.mark.parametrize(
    "text",
    ["Closing date: 15 May 2027, 4", "Closing date: 15 May 2027 12am", "Scadenza 15/05/2027 ore dodici"],
)
def test_an_hour_that_is_not_certain_leaves_the_deadline_to_the_note(text: str) -> None:
    found = find_deadlines(text, SLASHES, "en")

    assert all(parse_printed(one.text, SLASHES, "en").hour is None for one in found.deadlines)
    if "ore" in text or "12am" in text:
        assert (found.deadlines, found.note) == ((), text)


@pytest.mark.parametrize(
    ("text", "language", "day", "hour"),
    [
        ("Domande dal 15/04/2027 al 03/06/2027.", "it", date(2027, 6, 3), None),
        (
            "Domande presentate dalle ore 12:00 del 15 aprile 2027 alle ore 17:00 del 3 giugno 2027.",
            "it",
            date(2027, 6, 3),
            "17:00",
        ),
        ("Les dossiers sont à déposer du 15 avril 2027 au 3 juin 2027.", "fr", date(2027, 6, 3), None),
        ("Applications are accepted from 15 April 2027 to 3 June 2027.", "en", date(2027, 6, 3), None),
        ("Presentación de solicitudes: desde 15/04/2027 al 03/06/2027", "es", date(2027, 6, 3), None),
    ],
)
def test_a_window_to_apply_ends_on_its_last_day(
    text: str, language: str, day: date, hour: str | None
) -> None:
    assert read(text, language) == [(day, hour)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Istanze per partecipare alla fiera, che si terrà dal 10 febbraio 2027 al 12 febbraio 2027.", "it"),
        ("Domande per spese sostenute dal 15/04/2026 al 03/06/2027.", "it"),
        ("Apply for the course held from 15 April 2027 to 3 June 2027.", "en"),
        ("Il periodo va dal 15/04/2027 al 03/06/2027.", "it"),
        ("Les dossiers sont instruits selon l’arrêté du 15 avril 2027 au 3 juin 2027.", "fr"),
        ("Domande dal 15/04/2027. Altro dal 20/04/2027 al 03/06/2027.", "it"),
    ],
)
def test_a_window_of_something_else_is_no_time_to_apply(text: str, language: str) -> None:
    assert read(text, language) == []


def test_a_line_broken_before_an_hour_or_a_day_is_one() -> None:
    text = "Le Domande dalle ore 12:00 del\n24 ottobre 2027 ed entro le ore\n17:00 del 28 novembre 2027."

    assert read(text, "it") == [(date(2027, 11, 28), "17:00")]


def test_the_day_of_a_document_is_not_the_first_to_apply() -> None:
    found = find_deadlines(
        "Anträge sind nach der Richtlinie vom 03.05.2027 bis zum 30.06.2027 einzureichen.", SLASHES, "de"
    )

    assert ([one.text for one in found.deadlines], found.opens) == (["30.06.2027"], None)
    found = find_deadlines("Anträge können vom 03.05.2027 bis zum 30.06.2027 gestellt werden.", SLASHES, "de")
    assert found.opens == "03.05.2027"


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("Domande dal 15/04/2027 al 03/06/2027.", "15/04/2027"),
        (
            "Invio a partire dalle ore 12:00 del 15 aprile 2027 e fino alle ore 17:00 del 3 giugno 2027.",
            "2027-04-15 12:00",
        ),
        ("Domande dalle ore 12 del 15 aprile 2027 ed entro le ore 17 del 3 giugno 2027.", "2027-04-15 12:00"),
        ("Il modulo è online dal 2 aprile 2027, le domande si inviano entro il 3 giugno 2027.", None),
        ("Domande dal 15 aprile ed entro il 3 giugno 2027.", None),
        ("Delibera del 2 aprile 2027. Domande entro il 3 giugno 2027.", None),
        ("Domande dal 15/04/2027 ore dodici al 03/06/2027 ore 12:00.", None),
        ("Domande dal 15/06/2027 al 03/06/2027.", None),
    ],
)
def test_the_first_day_is_taken_where_it_stands_beside_the_last(text: str, opens: str | None) -> None:
    found = find_deadlines(text, SLASHES, "it")

    assert found.opens == opens
