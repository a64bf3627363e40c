"""How each source's server behaves, one module a wire. Facts: recorded answers and public clients' code."""

from collections.abc import Mapping

from jobs.demo.wires.aides_territoires import AidesTerritoiresWire
from jobs.demo.wires.bdns import BdnsWire
from jobs.demo.wires.feeds import FeedWire
from jobs.demo.wires.message import Wire
from jobs.demo.wires.opendatasoft import OpenDataSoftWire
from jobs.demo.wires.portugal import PortugalWire
from jobs.demo.wires.sedia import SediaWire

WIRES: Mapping[str, type[Wire]] = {
    "eu_ft": SediaWire,
    "es_bdns": BdnsWire,
    "fr_aides_territoires": AidesTerritoiresWire,
    "pt_portugal2030": PortugalWire,
    "fr_idf_aides": OpenDataSoftWire,
    "de_foerderinfo": FeedWire,
}
