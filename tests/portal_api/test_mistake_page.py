from store.mistakes import waiting_mistakes
from tests.portal_api.conftest import HYDROGEN, Served, fill
from tests.portal_api.reading import page, words


def test_a_reader_reports_a_mistake_and_the_desk_gets_it(empty: Served) -> None:
    fill(empty.portal)
    form = {"id": HYDROGEN.id, "subject": "deadlines", "words": " It closes a day earlier. ", "email": ""}

    answer = empty.client.post("/mistake", data=form)

    assert answer.status_code == 200
    assert "Thank you" in answer.text
    (report,) = waiting_mistakes(empty.portal.db)
    assert (report.call_id, report.field, report.words) == (
        HYDROGEN.id,
        "deadlines",
        "It closes a day earlier.",
    )


def test_a_robot_that_fills_the_trap_is_thanked_and_forgotten(empty: Served) -> None:
    fill(empty.portal)

    answer = empty.client.post("/mistake", data={"id": HYDROGEN.id, "words": "buy", "website": "http://x"})

    assert answer.status_code == 200
    assert waiting_mistakes(empty.portal.db) == []


def test_an_empty_report_is_asked_again_and_an_unknown_call_is_404(empty: Served) -> None:
    fill(empty.portal)

    again = empty.client.post("/mistake", data={"id": HYDROGEN.id, "subject": "tags", "words": "  "})
    assert again.status_code == 422
    assert "Say in a few words" in again.text
    assert empty.client.post("/mistake", data={"id": "nothing", "words": "x"}).status_code == 404
    assert empty.client.get("/mistake?id=nothing").status_code == 404
    assert words(page(empty.client, "/mistake?id=" + HYDROGEN.id), "h1") == ["Report a mistake"]


def test_nobody_reports_without_end(empty: Served) -> None:
    fill(empty.portal)
    form = {"id": HYDROGEN.id, "words": "again"}

    answers = [empty.client.post("/mistake", data=form).status_code for _ in range(30)]

    assert answers[-1] == 429
    assert len(waiting_mistakes(empty.portal.db)) <= 10
