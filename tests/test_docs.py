"""The tables of keys in docs/ and the JSON Schemas in docs/schema/ are what the types of the answers say.

`python -m tests.test_docs` writes both anew. A key's row is its shape, the sentence on it (or, where it has none, what
its record's docstring says), and the sentences on the keys within; a record with a table of its own is not unfolded.
"""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from priorsim.claims.answer import ClaimAnswer, VerdictsAnswer
from priorsim.claims.languages import LanguagesAnswer
from priorsim.figures.answer import FigureAnswer, FiguresAnswer
from priorsim.keys import Answer, plain
from priorsim.measure.data_joint import DataAnswer, JointAnswer
from priorsim.measure.definitions import ComparedAnswer, DefinitionsAnswer, ShortestAnswer
from priorsim.measure.diversity import Diversity
from priorsim.measure.estimate import EstimateAnswer
from priorsim.measure.explain import ExplainAnswer
from priorsim.measure.finite_size import FiniteSize
from priorsim.measure.growth import GrowthAnswer
from priorsim.measure.heaviest import ProgramsAnswer
from priorsim.measure.influence import InfluenceAnswer
from priorsim.measure.keys import ExactMass, Log2Mass
from priorsim.measure.knockouts import KnockoutsAnswer
from priorsim.measure.nested import Nested
from priorsim.measure.objectives import ObjectivesAnswer
from priorsim.measure.odds import OddsAnswer
from priorsim.measure.off_training import HeldOutAnswer
from priorsim.measure.population import PopulationAnswer
from priorsim.measure.scaling import Scaling
from priorsim.measure.stack import StackAnswer
from priorsim.theory.calculator import FormsAnswer, TheoryAnswer
from priorsim.walks.answer import WalkAnswer

DOCS = Path(__file__).parent.parent / "docs"
SCHEMAS: dict[str, type[Answer]] = {
    "odds": OddsAnswer,
    "heldout": HeldOutAnswer,
    "objectives": ObjectivesAnswer,
    "population": PopulationAnswer,
    "growth": GrowthAnswer,
    "influence": InfluenceAnswer,
    "knockouts": KnockoutsAnswer,
    "languages": LanguagesAnswer,
    "stack": StackAnswer,
    "scaling": Scaling,
    "finite-size": FiniteSize,
    "diversity": Diversity,
    "nested": Nested,
    "data": DataAnswer,
    "definitions": DefinitionsAnswer,
    "walk": WalkAnswer,
    "theory": TheoryAnswer,
    "theory-forms": FormsAnswer,
    "claims": VerdictsAnswer,
    "explain": ExplainAnswer,
    "programs": ProgramsAnswer,
    "estimate": EstimateAnswer,
    "figure": FigureAnswer,
    "figures": FiguresAnswer,
}
"""What `priorsim NAME --json` prints; theory-forms is of theory without numbers, figures of figure without a name."""
TABLES = SCHEMAS | {"claims, claim": ClaimAnswer, "data, joint": JointAnswer, "definitions, fitting": ComparedAnswer}
TABLES |= {"definitions, shortest": ShortestAnswer}
TABLE = re.compile(r"<!-- the keys of (?P<name>[a-z, -]+) -->\n.*?\n<!-- end -->\n", re.DOTALL)
NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf"]}]}


# --- tables ---------------------------------------------------------------------------------------


def bare(kind: inspect.Type) -> inspect.Type:
    """The type without its sentence and without null."""
    if isinstance(kind, inspect.Metadata):
        return bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        kinds = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        return bare(kinds[0]) if len(kinds) == 1 else kind
    return kind


def record_in(kind: inspect.Type) -> tuple[inspect.StructType | inspect.DataclassType | None, bool]:
    """The record that a value is, or a list has in it, if any; and whether it is a list."""
    kind = bare(kind)
    if isinstance(kind, inspect.VarTupleType):
        return record_in(kind.item_type)[0], True
    return (kind if isinstance(kind, inspect.StructType | inspect.DataclassType) else None), False


def shape(kind: inspect.Type) -> str:
    """The keys of a record and of the records in it: {a, b: {c, d}, e: [{f}]}; `of` where all keys have the same."""
    record, is_list = record_in(kind)
    if record is None:
        return ""
    parts = {field.encode_name: shape(field.type) for field in record.fields}
    if len(set(parts.values())) == 1 and all(parts.values()):
        text = f"{{{', '.join(parts)}}} of {next(iter(parts.values()))}"
    else:
        text = f"{{{', '.join(name + (': ' + part if part else '') for name, part in parts.items())}}}"
    return f"[{text}]" if is_list else text


def sentence(kind: inspect.Type) -> str:
    """What is said of a key."""
    return (kind.extra_json_schema or {}).get("description", "") if isinstance(kind, inspect.Metadata) else ""


SAID_BEFORE = {sentence(inspect.type_info(kind)) for kind in (Log2Mass, ExactMass)}
"""What holds of these keys wherever they stand, and is not repeated within other keys."""


def sentences(kind: inspect.Type) -> dict[str, str]:
    """What is said of the keys in a record, and in the records in it."""
    found: dict[str, str] = {}
    record, _ = record_in(kind)
    for field in record.fields if record else ():
        if (said := sentence(field.type)) and said not in SAID_BEFORE:
            found[field.encode_name] = said
        for name, said in sentences(field.type).items():
            found.setdefault(name, said)
    return found


def row(field: inspect.Field) -> str:
    """A key's line of the table."""
    record, _ = record_in(field.type)
    said = sentence(field.type)
    if record and not said:
        said = (record.cls.__doc__ or "").splitlines()[0].removesuffix(".")
        said = said[0].lower() + said[1:]
    if record and record.cls in TABLES.values():
        return f"| `{field.encode_name}` | {said}; its keys are below |\n"
    if record:
        said = f"`{shape(field.type)}`: {said}"
    within = [f"`{name}`: {text}" for name, text in sentences(field.type).items()]
    return f"| `{field.encode_name}` | {'. '.join([said, *within])} |\n"


def table(name: str) -> str:
    """The keys of an answer as a table in Markdown."""
    record, _ = record_in(inspect.type_info(TABLES[name]))
    assert record
    return "| key | value |\n|---|---|\n" + "".join(map(row, record.fields))


def with_tables(text: str) -> str:
    """A page with its tables of keys."""
    return TABLE.sub(
        lambda found: f"<!-- the keys of {found['name']} -->\n\n{table(found['name'])}\n<!-- end -->\n", text
    )


# --- schemas --------------------------------------------------------------------------------------


def closed(value: Any, records: dict[str, Any]) -> Any:
    """The schema with no other keys allowed and every text on one line; numbers may be infinite.

    Generic records stand where they are used.
    """
    if isinstance(value, list):
        return [closed(part, records) for part in value]
    if isinstance(value, str):
        return " ".join(value.split())
    if not isinstance(value, dict):
        return value
    name = value.get("$ref", "").removeprefix("#/$defs/")
    if "_" in name:
        # How generic records are named depends on the version of Python.
        value = {key: part for key, part in (records[name] | value).items() if key not in ("$ref", "title")}
    if value.get("type") == "number":
        return {"$ref": "#/$defs/number"} | {key: part for key, part in value.items() if key != "type"}
    more = {"additionalProperties": False} if "properties" in value else {}
    return {key: closed(part, records) for key, part in value.items()} | more


def schema(name: str) -> str:
    """The JSON Schema of an answer."""
    found = msgspec.json.schema(SCHEMAS[name])
    records = found.pop("$defs")
    named = {title: closed(each, records) for title, each in sorted(records.items()) if "_" not in title}
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "$defs": {"number": NUMBER, **named}}
    return json.dumps(whole, indent=1) + "\n"


def written() -> Iterator[tuple[Path, str]]:
    """All that is made from the types."""
    for page in sorted(DOCS.glob("*.md")):
        yield page, with_tables(page.read_text())
    for name in SCHEMAS:
        yield DOCS / "schema" / f"{name}.json", schema(name)


# --- answers --------------------------------------------------------------------------------------


def check_answer(name: str, values: Any) -> None:
    """A JSON object is read into its type, and written as it was: it has all keys, and no other."""
    kind = SCHEMAS[name]
    assert plain(msgspec.convert(with_infinities(values), kind, str_keys=True)) == values


def with_infinities(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: with_infinities(part) for name, part in value.items()}
    if isinstance(value, list):
        return list(map(with_infinities, value))
    return {"inf": math.inf, "-inf": -math.inf}.get(value, value) if isinstance(value, str) else value


def test_what_is_made_from_the_types_is_up_to_date():
    for path, text in written():
        assert path.read_text() == text, path


def test_every_table_is_there():
    named = [found["name"] for page in DOCS.glob("*.md") for found in TABLE.finditer(page.read_text())]
    assert sorted(named) == sorted(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_every_key_has_a_sentence(name):
    assert "|  |" not in table(name)


if __name__ == "__main__":
    for path, text in written():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


TERMS = ("lane", "lesion", "disguised", "fits", "faithful", "defects", "dormant", "cell", "bound", "steps")


def test_the_glossary_defines_each_term_once_and_in_order():
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ")][1:]
    named = [term.strip() for term, _ in rows]
    assert set(TERMS) <= set(named)
    assert named == sorted(set(named))
    assert all(meaning.strip().rstrip(")").endswith(".") or meaning.strip().endswith(").") for _, meaning in rows)
