"""What a company says of itself, and whether a call is for it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.countries import iso_of_region
from config.nuts import narrowest
from index.query import EVERYWHERE, NOT_STATED, SearchQuery
from normalize.call import Applicant, Call

Size = Literal["micro", "small", "medium", "large"]
"""Commission Recommendation 2003/361/EC: below 10, 50, 250 people; above."""


class Profile(BaseModel):
    """A company in the terms of the schema. What is left empty restricts nothing.

    Attributes:
        areas: Taxonomy keys; a whole sector ("clean") stands for its areas.
        country: ISO 3166-1 alpha-2.
        region: NUTS code of where it is, any level.
        size: As in the Commission's recommendation; up to medium is an SME.
        applicants: What else it is: startup, university, cluster...
        trl: Technology readiness of its idea, 1 to 9.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    areas: Annotated[tuple[str, ...], Field(max_length=60)] = ()
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9A-Z]{0,3}$")] | None = None
    size: Size | None = None
    applicants: tuple[Applicant, ...] = ()
    trl: Annotated[int, Field(ge=1, le=9)] | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether it restricts nothing: every call would fit."""
        return self == Profile()

    @property
    def home(self) -> str | None:
        """Return its country (ISO 3166-1), or that of its region (NUTS, where GR is EL and GB is UK)."""
        return self.country or (iso_of_region(self.region) if self.region else None)

    @property
    def kinds(self) -> tuple[Applicant, ...]:
        """Return every kind of applicant the company is."""
        by_size: tuple[Applicant, ...] = ()
        if self.size is not None:
            by_size = ("large_enterprise",) if self.size == "large" else ("sme",)
        return tuple(dict.fromkeys((*by_size, *self.applicants)))

    def fits_area(self, call: Call) -> bool:
        """Tell whether the call is about one of the company's technologies."""
        return not self.areas or bool(self.shared_areas(call))

    def shared_areas(self, call: Call) -> tuple[str, ...]:
        """Return the areas of the call that are the company's."""
        mine = set(self.areas)
        return tuple(dict.fromkeys(tag.area for tag in call.tags if tag.area in mine or tag.sector in mine))

    def fits_place(self, call: Call) -> bool:
        """Tell whether a company there may apply; a call that names no place is not ruled out.

        A call for regions is for the company when it names the company's region, one around it or
        one inside it (the company said only "Flanders", the call is for Antwerp).
        """
        if (self.country is None and self.region is None) or call.everywhere:
            return True
        if call.countries and self.home not in call.countries:
            return False
        narrow = narrowest(call.regions)
        if self.region is None or not narrow:
            return True
        here = self.region
        return any(code == here or _inside(here, code) or _inside(code, here) for code in narrow)

    def fits_applicant(self, call: Call) -> bool:
        """Tell whether such an applicant may apply; a call that names none is not ruled out."""
        return not self.kinds or not call.applicants or any(kind in call.applicants for kind in self.kinds)

    def fits_trl(self, call: Call) -> bool:
        """Tell whether the idea is as far as the call asks; bounds not stated rule nothing out."""
        if self.trl is None:
            return True
        return (call.trl_min or 1) <= self.trl <= (call.trl_max or 9)

    def fits(self, call: Call) -> bool:
        """Tell whether the call is for this company; whether it is open is another question."""
        return (
            self.fits_area(call)
            and self.fits_place(call)
            and self.fits_applicant(call)
            and self.fits_trl(call)
        )

    def as_search(self) -> SearchQuery:
        """Return the nearest search: where a list of what fits is linked to."""
        sectors = tuple(area for area in self.areas if "." not in area)
        asked = {
            "sector": sectors,
            "area": () if sectors else tuple(area for area in self.areas if "." in area),
            "country": (self.home, EVERYWHERE, NOT_STATED) if self.home else (),
            "applicant": (*self.kinds, NOT_STATED) if self.kinds else (),
            "status": ("open", "forthcoming"),
        }
        return SearchQuery.model_validate(asked)


def _inside(code: str, around: str) -> bool:
    return len(code) > len(around) and code.startswith(around)
