"""Files written for tests."""

import io
from collections.abc import Mapping, Sequence

from normalize.call import Call
from portal_api.exports import write_export
from portal_api.frames import Frame
from store.reading import StoredEvent
from tests.conftest import NOW

URL = "https://portal.example"


def frame(
    events: Mapping[str, Sequence[StoredEvent]] | None = None,
    *,
    columns: Sequence[str] = (),
    address: str = "",
) -> Frame:
    return Frame(
        now=NOW,
        public_url=URL,
        title="Funding calls: hydrogen",
        page=f"{URL}/?q=hydrogen",
        address=address,
        zone_of=lambda source_id: "Europe/Brussels",
        events_of=lambda call_ids: events or {},
        columns=columns,
    )


def written(form: str, *calls: Call, columns: Sequence[str] = ()) -> bytes:
    out = io.BytesIO()
    write_export(form, iter(calls), out, frame(columns=columns))
    return out.getvalue()
