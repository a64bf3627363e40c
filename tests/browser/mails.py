"""A mail with everything in it, in each language: pictures at desk and phone width, headers, and the file.

python -m tests.browser.mails [FOLDER]
"""

import sys
import tempfile
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from digest.languages import LANGUAGES
from digest.profile import Profile
from index.query import SearchQuery
from normalize.call import Call
from store.subscribers import Wishes
from tests.browser.chromium import launch
from tests.calls import call, deadline, euros, tag
from tests.conftest import NOW
from tests.digest.installation import open_installation

WIDTHS = {"desk": 800, "phone": 360}
DAY = timedelta(days=1)


def known_calls() -> list[Call]:
    """Return calls that are there before anybody subscribes."""
    french: dict[str, Any] = {"countries": ("FR",), "language": "fr"}
    return [
        call(
            "changed",
            title="Aide régionale au renouvellement des lignes de production des petites entreprises",
            deadlines=(deadline(NOW + 40 * DAY),),
            tags=(tag("digital.advanced_materials_manufacturing"),),
            regions=("FR", "FR1", "FR10"),
            applicants=("sme",),
            level="regional",
            programme="Innov'up",
            grant_max=euros("150000"),
            **french,
        ),
        call(
            "closing",
            title="Förderung von Wasserstofftechnologien: Demonstratoren für Elektrolyse",
            language="de",
            deadlines=(deadline(NOW + 16 * DAY, precision="day", zone="Europe/Berlin"),),
            tags=(tag("clean.hydrogen"),),
            countries=("DE",),
            applicants=("sme", "university"),
        ),
        call(
            "withdrawn",
            title="Appel à projets batteries de nouvelle génération",
            deadlines=(deadline(NOW + 60 * DAY),),
            tags=(tag("clean.batteries_storage"),),
            **french,
        ),
        call(
            "reminded",
            title="Challenge: novel electrolysers without critical raw materials",
            language="en",
            deadlines=(deadline(NOW + 33 * DAY),),
            tags=(tag("clean.hydrogen"),),
            level="eu",
            programme="Horizon Europe",
            budget_total=euros("50000000"),
            everywhere=True,
        ),
    ]


def later_calls() -> list[Call]:
    """Return the same a week later, with what changed, and new ones."""
    known = {one.native_id: one for one in known_calls()}
    changes = {"grant_max": euros("200000"), "applicants": ("sme", "startup")}
    moved = known["changed"].model_copy(update={"deadlines": (deadline(NOW + 33 * DAY),), **changes})
    european: dict[str, Any] = {"language": "en", "level": "eu", "everywhere": True}
    new = [
        call(
            "new1",
            title="Clean Hydrogen: hydrogen valleys that connect regions and industry",
            programme="Horizon Europe",
            budget_total=euros("20000000"),
            deadlines=(deadline(NOW + 97 * DAY),),
            tags=(tag("clean.hydrogen"),),
            applicants=("sme", "large_enterprise"),
            trl_min=6,
            trl_max=8,
            **european,
        ),
        call(
            "new2",
            title="Ayudas a proyectos de I+D en inteligencia artificial para la pyme industrial",
            language="es",
            programme="Misiones Ciencia e Innovación",
            grant_max=euros("1750000.50"),
            funding_rate_max=Decimal("0.65"),
            countries=("ES",),
            deadlines=(deadline(NOW + 28 * DAY, precision="day", zone="Europe/Madrid"),),
            tags=(tag("digital.ai_data"),),
            applicants=("sme",),
        ),
        call(
            "new3",
            title="Kompetenznetze Photonik",
            language="de",
            countries=("DE",),
            deadlines=(),
            tags=(tag("digital.semiconductors_photonics"),),
            source_status="open",
        ),
    ]
    lots = [
        call(
            f"more{number}",
            title=f"Hydrogen demonstration in heavy industry, lot {number}",
            programme="Innovation Fund",
            deadlines=(deadline(NOW + (107 + number) * DAY),),
            tags=(tag("clean.hydrogen"),),
            applicants=("sme",),
            **european,
        )
        for number in range(32)
    ]
    gone = known["withdrawn"].model_copy(update={"withdrawn": True})
    return [known["closing"], known["reminded"], moved, gone, *new, *lots]


def make_mails(folder: Path) -> dict[str, bytes]:
    """Return language -> a mail with every part in it."""
    portal = open_installation(folder)
    portal.publish(known_calls())
    everything = SearchQuery(sector=("clean", "digital")).model_dump_json(exclude_defaults=True)
    profile = Profile(areas=("clean.hydrogen",), country="FR", size="small", trl=7)
    for language in LANGUAGES:
        wishes = Wishes(language, "weekly", (30,))
        portal.subscribe(f"{language}@company.example", everything, wishes=wishes)
        portal.subscribe(f"{language}@company.example", None, profile.model_dump_json(exclude_defaults=True))
    portal.now += 7 * DAY
    portal.publish(later_calls())
    portal.plan()
    portal.settings = portal.settings.model_copy(update={"data_dir": folder})
    portal.post_office("").post()
    found = {}
    for file in (folder / "outbox").glob("*.eml"):
        mail = file.read_bytes()
        found[str(message_from_bytes(mail, policy=default)["Content-Language"])] = mail
    portal.db.close()
    return found


def main(arguments: list[str]) -> None:
    """Write pictures, headers and files."""
    out = Path(arguments[0] if arguments else "var/screenshots/mails")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        mails = make_mails(Path(folder))
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for language, mail in mails.items():
            (out / f"digest-{language}.eml").write_bytes(mail)
            (out / f"digest-{language}.headers.txt").write_bytes(mail.partition(b"\r\n\r\n")[0])
            read = message_from_bytes(mail, policy=default)
            text, html = read.get_body(("plain",)), read.get_body(("html",))
            assert text is not None
            assert html is not None
            (out / f"digest-{language}.txt").write_text(text.get_content(), "utf-8")
            (out / f"digest-{language}.html").write_text(html.get_content(), "utf-8")
            for name, width in WIDTHS.items():
                page = browser.new_page(viewport={"width": width, "height": 900})
                page.set_content(html.get_content())
                page.screenshot(path=out / f"digest-{language}-{name}.png", full_page=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
