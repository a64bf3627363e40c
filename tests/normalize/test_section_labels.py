import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.section_labels import part_labels
from normalize.text import plain_text, sanitise_html


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("ExpectedOutcome:Projects deliver.", "Expected Outcome:\nProjects deliver."),
        (
            "It reaches the market.Scope:Proposals address it.",
            "It reaches the market.\nScope:\nProposals address it.",
        ),
        ("One.\nObjective:To build.", "One.\n\nObjective:\nTo build."),
        ("Ends here.) Scope:Proposals", "Ends here.)\nScope:\nProposals"),
    ],
)
def test_a_glued_label_stands_alone(text: str, parted: str) -> None:
    assert part_labels(text) == parted


@pytest.mark.parametrize(
    "text",
    [
        "Scope: proposals address it.",
        "see the Scope:Annex",
        "scope:all",
        "https://scope:80/",
        "Budget:100",
        "no label",
    ],
)
def test_what_is_not_glued_stays(text: str) -> None:
    assert part_labels(text) == text


@given(st.text(alphabet=st.sampled_from("Scope:Objective ExpectedOutcome. \nab"), max_size=80))
def test_no_letter_is_lost_and_twice_is_once(text: str) -> None:
    parted = part_labels(text)

    assert "".join(parted.split()) == "".join(text.split())
    assert part_labels(parted) == parted


def test_plain_descriptions_are_parted_into_paragraphs() -> None:
    html = sanitise_html("ExpectedOutcome:Projects deliver.Scope:Proposals address it.")

    assert plain_text(html).split("\n") == [
        "Expected Outcome:",
        "Projects deliver.",
        "Scope:",
        "Proposals address it.",
    ]
