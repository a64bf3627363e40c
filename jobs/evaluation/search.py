"""`make eval EVAL=search`: how well the search answers sixty questions of cluster staff, judged call by call.

The calls are the recorded ones, harvested from ../shared/fixtures (`python -m tests.harvest_recorded`);
here are only questions, ids and grades.
"""

import argparse
import math
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from index.embedded import EmbeddedEngine
from index.engine import SearchEngine
from index.query import SearchQuery
from store import reading
from store.database import migrate, open_database

JUDGEMENTS = Path(__file__).with_name("search_judgements.toml")
RECORDED = Path("var/recorded")
NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)
"""The moment the questions are asked at: when the judgements were made."""
GAIN_AT, RECALL_AT = 10, 50


@dataclass(frozen=True, slots=True)
class Question:
    """One question and the grade (2, 1) of each relevant call."""

    text: str
    language: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Score:
    """How one question was answered, each from 0 to 1."""

    ndcg: float
    recall: float


def load_judgements(path: Path = JUDGEMENTS) -> list[Question]:
    """Read questions and grades."""
    document = tomllib.loads(path.read_text("utf-8"))
    return [
        Question(
            entry["text"],
            entry["language"],
            dict.fromkeys(entry["grade_1"], 1) | dict.fromkeys(entry["grade_2"], 2),
        )
        for entry in document["questions"]
    ]


def ndcg(found: Sequence[str], grades: Mapping[str, int], at: int = GAIN_AT) -> float:
    """Return the discounted gain of the first hits, divided by the best there could be.

    Gain 2^grade - 1, discount log2(rank + 1), after Järvelin and Kekäläinen (2002), as commonly used.
    """

    def gain(ordered: Sequence[int]) -> float:
        return math.fsum((2.0**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(ordered[:at]))

    best = gain(sorted(grades.values(), reverse=True))
    return gain([grades.get(call_id, 0) for call_id in found]) / best if best else 0.0


def recall(found: Sequence[str], grades: Mapping[str, int], at: int = RECALL_AT) -> float:
    """Return the share of the relevant calls among the first hits."""
    return len(set(found[:at]) & set(grades)) / len(grades) if grades else 0.0


def ask(engine: SearchEngine, question: Question, *, expand: bool) -> list[str]:
    """Return the ids the search answers with, the first fifty."""
    query = SearchQuery(text=f"{question.text} ", limit=RECALL_AT, expand=expand)
    return [hit.call_id for hit in engine.search(query, now=NOW).hits]


def measure(engine: SearchEngine, questions: Sequence[Question], *, expand: bool) -> list[Score]:
    """Answer every question and judge the answers."""
    found = [ask(engine, question, expand=expand) for question in questions]
    return [
        Score(ndcg(ids, question.grades), recall(ids, question.grades))
        for ids, question in zip(found, questions, strict=True)
    ]


def main(arguments: list[str]) -> int:
    """Print the figures with and without other languages; 2 when the recorded calls are not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=RECORDED, help="where the recorded calls are kept")
    parser.add_argument("--each", action="store_true", help="print every question")
    options = parser.parse_args(arguments)
    if not (options.data_dir / "portal.sqlite").exists() and not _harvest(options.data_dir):
        print("the recorded calls are not there: ../shared/fixtures is needed once", file=sys.stderr)
        return 2
    db = open_database(Settings(data_dir=options.data_dir))
    migrate(db)
    questions = load_judgements()
    stored = reading.call_ids(db)
    judged = {call_id for question in questions for call_id in question.grades}
    print(f"{len(questions)} questions, {len(judged)} calls judged relevant, {len(stored)} calls")
    if missing := judged - stored:
        print(f"{len(missing)} judged calls are not in {options.data_dir}: they count as not found")
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedEngine(Path(folder) / "index")
        engine.rebuild(reading.iter_calls(db), cursor=1, now=NOW)
        _report(engine, questions, each=options.each)
    db.close()
    return 0


def _harvest(data_dir: Path) -> bool:
    command = [sys.executable, "-m", "tests.harvest_recorded", "--data-dir", str(data_dir)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0 and (data_dir / "portal.sqlite").exists()


def _report(engine: SearchEngine, questions: Sequence[Question], *, each: bool) -> None:
    alone = measure(engine, questions, expand=False)
    across = measure(engine, questions, expand=True)
    if each:
        for question, one, other in zip(questions, alone, across, strict=True):
            shown = f"{one.ndcg:.2f} {one.recall:.2f}   {other.ndcg:.2f} {other.recall:.2f}"
            print(f"{shown}  {question.language}  {question.text}")
    print(f"{'':28} nDCG@{GAIN_AT}  recall@{RECALL_AT}")
    print(_line("the words alone", alone))
    print(_line("across languages", across))
    for language in sorted({question.language for question in questions}):
        those = [index for index, question in enumerate(questions) if question.language == language]
        print(_line(f"  asked in {language}, alone", [alone[index] for index in those]))
        print(_line(f"  asked in {language}, across", [across[index] for index in those]))


def _line(name: str, scores: Sequence[Score]) -> str:
    return (
        f"{name:28} {sum(score.ndcg for score in scores) / len(scores):.3f}    "
        f"{sum(score.recall for score in scores) / len(scores):.3f}   ({len(scores)} questions)"
    )
