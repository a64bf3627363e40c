"""The figures of the judged set are what they say they are."""

import pytest

from jobs.evaluation.search import load_judgements, ndcg, recall

GRADES = {"a": 2, "b": 1, "c": 1}


@pytest.mark.parametrize(
    ("found", "gain", "share"),
    [
        (["a", "b", "c"], 1.0, 1.0),
        ([], 0.0, 0.0),
        (["x", "y"], 0.0, 0.0),
        (["x", "a"], 3 / 1.584962500721156 / (3 + 1 / 1.584962500721156 + 0.5), 1 / 3),
    ],
)
def test_gain_and_recall(found: list[str], gain: float, share: float) -> None:
    assert ndcg(found, GRADES) == pytest.approx(gain)
    assert recall(found, GRADES) == pytest.approx(share)


def test_sixty_questions_each_with_an_answer() -> None:
    questions = load_judgements()

    assert len(questions) == 60
    assert len({question.text for question in questions}) == 60
    for question in questions:
        assert question.grades
        assert set(question.grades.values()) <= {1, 2}
