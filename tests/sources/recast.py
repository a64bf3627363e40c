"""The real recorded records, in the shape their wire has. Read from ../shared/fixtures, never copied."""

import gzip
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from config.settings import Settings
from config.sources import load_sources
from crawlers.protocols.archive import ArchiveFacts, Documents
from crawlers.protocols.table import row_key

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
_CODES = {"forthcoming": "31094501", "open": "31094502", "closed": "31094503"}


def available() -> bool:
    """Tell whether the recorded records are beside the project."""
    return FIXTURES.is_dir()


def _json(path: str) -> Any:  # noqa: ANN401 - JSON
    file = FIXTURES / path
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return json.loads(text)


def sedia_results() -> list[dict[str, Any]]:
    """Return recorded hits as they came, and the text corpus recast into hits."""
    hits = [*_json("eu/sedia_search_raw_api_test.json")["results"]]
    hits += _json("eu/sedia_search_raw_eu-api-topic-response.json")["results"]
    for name in ("sedia_record_2023_v2.101", "sedia_record_type8_cascade_13882.abridged"):
        hits.append(_json(f"eu/records/{name}.json"))
    return hits + list(_corpus())


def _corpus() -> Iterator[dict[str, Any]]:
    lines = gzip.decompress((FIXTURES / "eu/ft_open_calls_text.jsonl.gz").read_bytes()).decode().splitlines()
    for line in lines:
        yield _hit(json.loads(line))


def _hit(row: dict[str, Any]) -> dict[str, Any]:
    reference = str(row["reference"])
    number = "".join(character for character in reference if character.isdigit())
    kind = "8" if "COMPETITIVE" in reference else "2" if "PROSPECT" in reference else "1"
    metadata: dict[str, Any] = {
        "type": [kind],
        "language": ["en"],
        "DATASOURCE": ["SEDIA"],
        "REFERENCE": [reference],
        "identifier": [row["topicId"]],
        "title": [row["title"]],
        "callIdentifier": [row["callIdentifier"]] if row["callIdentifier"] else [],
        "callTitle": [row["callTitle"]] if row["callTitle"] else [],
        "frameworkProgramme": [row["programmeId"]],
        "status": [_CODES[row["callStatus"]]],
        "deadlineDate": [f"{row['deadline']}T00:00:00.000+0000"] if row["deadline"] else [],
        "deadlineModel": [row["deadlineModel"]] if row["deadlineModel"] else [],
        "descriptionByte": [row["description"]] if row["description"] else [],
        "topicConditions": [row["topicConditions"]] if row["topicConditions"] else [],
        "typesOfAction": [row["typesOfAction"]] if row["typesOfAction"] else [],
        "keywords": [word.strip() for word in row["keywords"].split(",") if word.strip()],
    }
    metadata["callccm2Id" if kind == "8" else "ccm2Id"] = [number]
    if row["budgetMin"] or row["budgetMax"]:
        line: dict[str, Any] = {
            "action": f"{row['topicId']} - {row['typesOfAction']}",
            "expectedGrants": row["expectedGrants"] or 0,
            "minContribution": row["budgetMin"] or 0,
            "maxContribution": row["budgetMax"] or 0,
            "budgetYearMap": {},
        }
        metadata["budgetOverview"] = [json.dumps({"budgetTopicActionMap": {"1": [line]}})]
    return {"reference": reference, "url": row["portalUrl"], "language": "en", "metadata": metadata}


def bdns_records() -> list[dict[str, Any]]:
    """Return list item and detail of the 441 state calls of 2021, and a detail of 2024."""
    item_keys = (
        "id", "mrr", "numeroConvocatoria", "descripcion", "descripcionLeng", "fechaRecepcion", "nivel1",
        "nivel2", "nivel3", "codigoInvente",
    )  # fmt: skip
    records = []
    for merged in _json("national/spain/bdns_convocatorias_estatales_2021.json.gz"):
        item = {key: merged.get(key) for key in item_keys}
        detail = {key: value for key, value in merged.items() if key not in item_keys[2:3] + item_keys[6:9]}
        records.append({"item": item, "detail": detail})
    detail = _json("national/spain/bdns_detail_payload_2024.json")
    item = {"numeroConvocatoria": detail["codigoBDNS"], "fechaRecepcion": detail["fechaRecepcion"][:10]}
    return [*records, {"item": item | {"nivel1": "AUTONOMICA"}, "detail": detail}]


def aides_territoires_records() -> list[dict[str, Any]]:
    """Return the 258 results of 2021."""
    found: list[dict[str, Any]] = _json("national/france/aides_territoires_api_2021-11.json.gz")
    return found


def portugal_records() -> list[dict[str, Any]]:
    """Return the notices of a recorded page, each with the state that was asked for."""
    page = _json("national/portugal/portugal2030_avisos_query_state7.json")
    return [{"estadoAvisoId": 7, **notice} for notice in page["avisos"]]


def idf_records() -> list[dict[str, Any]]:
    """Return the recorded upstream aids under the data set's flat names."""
    return [
        {
            "id_aide": aid["reference"],
            "reference_administrative": aid["referenceAdministrative"],
            "nom_de_l_aide_de_la_demarche": aid["title"],
            "titre_alternatif_de_l_aide": None,
            "chapo_txt": aid["entete"],
            "objectif": aid["objectif"],
            "modalite": aid["modalite"],
            "theme": [tag["title"] for tag in aid.get("tags") or []],
            "qui_peut_en_beneficier": [kind["title"] for kind in aid["publicsBeneficiaire"]],
            "publicsbeneficiaireprecision": aid.get("publicsBeneficiairePrecision"),
            "date_ouverture": (aid.get("dateOuvertureCampagne") or "")[:10] or None,
            "date_cloture": (aid.get("dateFinCampagne") or "")[:10] or None,
            "url_descriptif": f"https://www.iledefrance.fr/aides-appels-a-projets/{aid['reference']}",
            "porteur_aide": "Région Île-de-France",
        }
        for aid in _json("regional/fr-ile-de-france/ile_de_france_guide_des_aides.json")
    ]


def lazio_posts() -> list[dict[str, Any]]:
    """Return the recorded posts of Lazio Innova."""
    found: list[dict[str, Any]] = _json("regional/it-lazio/wp_bandi_15posts.json")["posts"]
    return found


def sicilia_posts() -> list[dict[str, Any]]:
    """Return the recorded posts of EuroInfoSicilia."""
    found: list[dict[str, Any]] = _json("regional/it-sicilia/wp_posts_15.json")["posts"]
    return found


def emilia_romagna_items() -> list[dict[str, Any]]:
    """Return the recorded objects of Emilia-Romagna's search."""
    found: list[dict[str, Any]] = _json("regional/it-emilia-romagna/plone_bando_items_18.json")["items"]
    return found


def trento_rows() -> list[dict[str, Any]]:
    """Return the recorded rows of Trento's calendar, each with the key its spider gives it."""
    rows = _json("regional/it-trentino/opencity_calendar_rows_41.json")["rows"]
    return [{**row, "_key": row_key([row["INTERVENTO"], row["DATA APERTURA"]])} for row in rows]


def incentivi_docs() -> list[dict[str, Any]]:
    """Return the recorded documents of incentivi.gov.it."""
    found: list[dict[str, Any]] = _json("national/italy/incentivi_gov_it_solr_docs_aliased.json")
    return found


def drome_aids() -> list[dict[str, Any]]:
    """Return the recorded aids of the Drôme."""
    found: list[dict[str, Any]] = _json("regional/fr-drome/departement_drome_data.json")["results"]
    return found


def fdb_documents() -> list[dict[str, Any]]:
    """Return the recorded programmes of the Förderdatenbank with what they point to."""
    root = FIXTURES / "national/germany/fdb_xml_export"
    packed = BytesIO()
    with ZipFile(packed, "w") as writing:
        for path in sorted(root.rglob("*.xml")):
            writing.write(path, str(path.relative_to(root)))
    facts = ArchiveFacts(**load_sources(Settings().sources)["de_fdb"].request)
    documents = Documents(packed.getvalue(), facts)
    return [documents.payload(path) for path in documents.paths if path.startswith(facts.records)]
