import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.call import Seal
from normalize.seal import find_seal


def seal(
    text: str = "",
    *,
    title: str = "A call",
    identifier: str | None = None,
    programme: str | None = None,
    tags: tuple[str, ...] = (),
) -> Seal:
    return find_seal(
        title=title, text=text, call_identifier=identifier, programme=programme, source_tags=tags
    )


def test_a_step_token_in_an_eu_identifier_awards() -> None:
    found = seal(identifier="HORIZON-EIC-2026-STEP")
    assert found == Seal(state="awards", evidence=("call_identifier: HORIZON-EIC-2026-STEP",))


@pytest.mark.parametrize(
    "identifier", ["DIGITAL-2026-STEPS-01", "HORIZON-2026-FOOTSTEP", "ERASMUS-2026-STEP"]
)
def test_other_letters_around_step_or_other_programmes_do_not(identifier: str) -> None:
    assert seal(identifier=identifier).state == "none"


def test_a_step_title_of_a_direct_programme_awards() -> None:
    found = seal(title="EIC STEP Scale Up", programme="Horizon Europe (HORIZON)")
    assert found == Seal(state="awards", evidence=("title: EIC STEP Scale Up",))


@pytest.mark.parametrize("title", ["THE NEXT STEP IN HEALTH", "One step further", "Steps to market"])
def test_a_step_that_is_no_platform_does_not(title: str) -> None:
    assert seal(title=title, programme="Horizon Europe").state == "none"


def test_a_step_tag_of_the_source_awards() -> None:
    assert seal(tags=("STEP-Defence", "other")).evidence == ("tag: STEP-Defence",)


def test_the_platform_named_in_a_direct_programme_awards() -> None:
    found = seal("It contributes to the STEP objectives. More follows.", identifier="EDF-2026-RA-X")
    assert found == Seal(state="awards", evidence=("text: It contributes to the STEP objectives",))


def test_the_platform_named_elsewhere_does_not() -> None:
    assert seal("It contributes to the STEP objectives.").state == "none"


@pytest.mark.parametrize(
    "text",
    [
        "Proposals above all thresholds will be awarded the STEP Seal.",
        "Gute Vorschläge erhalten das Souveränitätssiegel.",
        "Les propositions se verront attribuer le label de souveraineté.",
        "Las propuestas recibirán el Sello de Soberanía.",
        "Alle proposte sarà assegnato il marchio STEP.",
        "Voorstellen ontvangen het STEP-keurmerk.",
        "Projekty otrzymają pieczęć suwerenności.",
        "Förslag tilldelas STEP-märket.",
        "As propostas receberão o Selo STEP.",
    ],
)
def test_giving_the_seal_awards_in_nine_languages(text: str) -> None:
    found = seal(text)
    assert found.state == "awards"
    assert found.evidence == (f"text: {text.removesuffix('.')}",)


@pytest.mark.parametrize(
    "text",
    [
        "Projects holding a STEP Seal are exempt from evaluation.",
        "Projects that have been awarded a Sovereignty Seal may apply directly.",
        "Inhaber des STEP-Siegels können direkt beantragen.",
        "Les titulaires du label STEP accèdent directement.",
        "Podrán acogerse los titulares del Sello STEP.",
        "Possono accedere i progetti in possesso del Sigillo STEP.",
        "Houders van het STEP-keurmerk hebben voorrang.",
        "Projekty, które uzyskały certyfikat STEP.",
        "Innehavare av STEP-märket prioriteras.",
        "Detentores do Selo STEP têm prioridade.",
    ],
)
def test_helping_its_holders_accepts_in_nine_languages(text: str) -> None:
    assert seal(text).state == "accepts"


@pytest.mark.parametrize(
    "text",
    [
        "The STEP Seal will not be awarded under this call.",
        "Das STEP-Siegel wird nicht vergeben.",
        "Aucun label STEP ne sera attribué.",
    ],
)
def test_a_seal_refused_is_none_with_its_words(text: str) -> None:
    assert seal(text) == Seal(state="none", evidence=(f"text: {text.removesuffix('.')}",))


def test_awarding_goes_before_accepting() -> None:
    found = seal("Holders of a STEP Seal may apply.", identifier="DIGITAL-2026-X-STEP")
    assert found.state == "awards"
    assert len(found.evidence) == 2


def test_nothing_is_nothing() -> None:
    assert seal("A seal sanctuary takes the next step.") == Seal()


@given(st.text(), st.text(), st.text() | st.none())
def test_no_text_raises(text: str, title: str, identifier: str | None) -> None:
    assert seal(text, title=title, identifier=identifier).state in ("awards", "accepts", "none")
