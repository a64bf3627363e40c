"""Where a company is, and which calls are for it there."""

from typing import Any

import pytest

from config.taxonomy import load_taxonomy
from digest.languages import translator
from digest.profile import Profile
from digest.wording import Wording
from tests.calls import call

LONDON: dict[str, Any] = {"countries": ("GB",), "regions": ()}
ATHENS: dict[str, Any] = {"countries": ("GR",), "regions": ("EL", "EL3", "EL30")}
BAVARIA: dict[str, Any] = {"countries": ("DE",), "regions": ("DE", "DE2")}


@pytest.mark.parametrize(
    ("profile", "facts", "fits"),
    [
        ({"region": "UKI"}, LONDON, True),  # Eurostat's UK is GB of ISO 3166
        ({"country": "GB"}, LONDON, True),
        ({"region": "EL30"}, ATHENS, True),
        ({"region": "EL52"}, ATHENS, False),
        ({"region": "DE21"}, BAVARIA, True),
        ({"region": "DE1"}, BAVARIA, False),
        ({"country": "DE"}, BAVARIA, True),
        ({"region": "UKI"}, BAVARIA, False),
        ({"region": "UKI"}, {"countries": (), "everywhere": True}, True),
        ({"region": "UKI"}, {"countries": (), "everywhere": False}, True),
        ({}, ATHENS, True),
    ],
)
def test_a_call_fits_where_a_company_is(profile: dict[str, Any], facts: dict[str, Any], fits: bool) -> None:
    assert Profile(**profile).fits_place(call(1, **facts)) is fits


@pytest.mark.parametrize(
    ("profile", "home"),
    [
        ({"region": "UKI"}, "GB"),
        ({"region": "EL"}, "GR"),
        ({"country": "FR", "region": "FR1"}, "FR"),
        ({"region": "ZZ9"}, None),
        ({}, None),
    ],
)
def test_a_region_tells_the_country(profile: dict[str, Any], home: str | None) -> None:
    assert Profile(**profile).home == home
    assert ((home or "") in Profile(**profile).as_search().country) is (home is not None)


@pytest.mark.parametrize(
    ("region", "country", "named"), [("EL30", "GR", "Greece"), ("UKI", "GB", "United Kingdom")]
)
def test_a_mail_names_the_country_of_a_region(region: str, country: str, named: str) -> None:
    wording = Wording(translator("en"), load_taxonomy(), lambda _: "Europe/Brussels")

    assert wording.why_profile(Profile(region=region), call(1, countries=(country,))) == named
