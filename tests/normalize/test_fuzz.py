import pytest

from tests.normalize import fuzz


def test_two_thousand_spoiled_records_give_no_wrong_day() -> None:
    outcome = fuzz.run(2_000)

    assert outcome.total() == 2_000
    assert min(outcome["accepted"], outcome["rejected"]) > 200


def test_a_parser_that_swaps_day_and_month_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = fuzz._normalized

    def american(source: object, payload: dict[str, object]) -> object:
        call = right(source, payload)  # type: ignore[arg-type]  # handed on
        if call.opens_at is None or call.opens_at.day > 12:
            return call
        swapped = call.opens_at.replace(month=call.opens_at.day, day=min(call.opens_at.month, 28))
        return call.model_copy(update={"opens_at": swapped})

    known = fuzz.bases()
    monkeypatch.setattr(fuzz, "_normalized", american)
    monkeypatch.setattr(fuzz, "bases", lambda: known)

    with pytest.raises(fuzz.WrongDate):
        fuzz.run(2_000)
