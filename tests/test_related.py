"""docs/related.md: our numbers are those of the results, and every work has its place in CITATION.cff.

A number of ours stands between `<!-- our NAME -->` and `<!-- end -->`. `python -m tests.test_readme` writes them anew.
A number from a figure that the results do not have is left as it stands.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from priorsim.census.recurrence import program_counts
from priorsim.formats import number, percent, span
from priorsim.mu.dialect import Language
from priorsim.text.templates import reach, whole_percent

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "results"
PAGE = ROOT / "docs" / "related.md"
OURS = re.compile(r"<!-- our (?P<name>[a-z-]+) -->(?P<told>.*?)<!-- end -->")
FIGURES = ("coding-theorem", "slower-when-longer", "dialect-ranks")
CLAIMS = ("reachable", "speed-disincentive", "speed-uncompetitive", "much-simpler", "treacherous")


def ours(results: Path = RESULTS) -> dict[str, str]:
    """Our numbers by name, from a folder of results; those of figures that are in it."""
    found = {**of_curves(results), **of_claims(results), **of_odds(results)}
    if (results / "influence.json").exists():
        found |= of_influence(results)
    for name, told in zip(FIGURES, (of_slack, of_times, of_ranks), strict=True):
        path = results / "figures" / f"{name}.csv"
        if path.exists():
            found |= told(rows_of(path))
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    """The lines of a figure's CSV."""
    with path.open(newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def of_curves(results: Path) -> dict[str, str]:
    """What is first as worlds get more complex, in arith at words of 3 bits."""
    curves = {
        curve["prior"]["gamma"]: curve
        for curve in json.loads((results / "growth.json").read_text())["curves"]
        if (curve["language"]["dialect"], curve["language"]["word_bits"]) == ("arith", 3)
    }
    free, bound = curves[0], curves[0]["bound_bits"]
    last = free["bins"][-1]
    language = Language.named("arith", 3, depth=free["language"]["depth"])
    return {
        "bound": str(bound),
        "programs": "{} * 10^{}".format(*f"{float(sum(program_counts(language, bound))):.1e}".split("e+")),
        "behaviours": str(sum(each["worlds"] for each in free["bins"])),
        "direct-over-search": f"2^{number(-free['log_odds']['low'], '.1f')}",
        "last-bin": span(last["above"] + 1, last["up_to"], lambda bits: number(bits, ".0f")),
        "search-first": first_of(last),
        "search-first-levin": first_of(curves[1]["bins"][-1]),
    }


def first_of(found: Mapping[str, Any]) -> str:
    """The share of the worlds of a bin that is search first."""
    return span(found["search_first"]["low"], found["search_first"]["high"], whole_percent)


def of_influence(results: Path) -> dict[str, str]:
    """What search can cost predictions, and how probable it is that it makes them, without a price of time."""
    first = json.loads((results / "influence.json").read_text())["censuses"][0]
    captured = first["lengths"][-1]["probability"][0]
    told = {"harm": first["bound"], "harm-certified": first["certified"], "captured": captured}
    return {name: span(each["low"], each["high"], lambda value: number(value, ".2g")) for name, each in told.items()}


def of_claims(results: Path) -> dict[str, str]:
    """Supports, and a verdict."""
    claims = {claim["id"]: claim for claim in json.loads((results / "claims.json").read_text())["claims"]}
    found = {name: support(claims[name]["cells"]) for name in CLAIMS}
    inside = [cell for cell in claims["much-simpler"]["cells"] if cell["population"] == "in-context"]
    return {
        **found,
        "much-simpler-in-context": support(inside),
        "two-speed-priors": claims["two-speed-priors"]["verdict_in_words"],
    }


def support(cells: Sequence[Mapping[str, Any]]) -> str:
    """The least and the greatest support over the cells that decide."""
    told = [cell["support"] for cell in cells if cell["decides"]]
    return reach([each[end] for each in told for end in ("low", "high")])


def of_odds(results: Path) -> dict[str, str]:
    """Least lengths in one world."""
    worlds = {world["world"]: world for world in json.loads((results / "odds.json").read_text())["worlds"]}
    classes = worlds["inverse-w3"]["classes"]
    return {f"inverse-{kind}": str(classes[kind]["l_min"]) for kind in ("direct", "search")}


def of_slack(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The slack at the greatest K that is 8 bits below the bound."""
    last = [row for row in rows if row["median_8_less"]][-1]
    bits = {"slack": "median", "slack-low": "quartile_1", "slack-high": "quartile_3"}
    return {
        "slack-at": last["bits"],
        **{name: number(float(last[column]), ".1f") for name, column in bits.items()},
        "slack-most": number(max(float(row["greatest"]) for row in rows), ".1f"),
        "slope": number(float(last["slope"]), ".2f"),
    }


def of_times(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The times of all behaviours at the end of the window."""
    every = [row for row in rows if row["world"] == ""]
    last = every[-1]
    return {
        "window": last["beyond"],
        "followed": every[0]["behaviours"],
        "slower": percent(float(last["slower"])),
        "ratio": number(2 ** float(last["ratio"]), ".2f"),
        "faster": percent(float(last["faster"])),
    }


def of_ranks(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Rank correlations by pair of dialects."""
    return {f"{row['first']}-{row['second']}": number(float(row["spearman"]), ".2f") for row in rows}


def rewritten(text: str, found: Mapping[str, str]) -> str:
    """The page with our numbers in their places, those that are not known left as they stand."""
    return OURS.sub(lambda at: f"<!-- our {at['name']} -->{found.get(at['name'], at['told'])}<!-- end -->", text)


def test_our_numbers_are_those_of_the_results():
    text, found = PAGE.read_text(), ours()
    assert rewritten(text, found) == text
    names = {at["name"] for at in OURS.finditer(text)}
    # What is measured is told, and what is told is measured, by the figures that are there.
    assert set(found) <= names and not any("?" in at["told"] for at in OURS.finditer(text))
    if all((RESULTS / "figures" / f"{name}.csv").exists() for name in FIGURES):
        assert set(found) == names


def test_every_work_of_the_page_is_cited_and_every_citation_is_on_the_page():
    cited = set(re.findall(r'^    url: "(.*)"$', (ROOT / "CITATION.cff").read_text(), re.MULTILINE))
    table = PAGE.read_text().partition("|---|")[2].partition("\n## ")[0]
    works = [re.findall(r"\[[^]]*\]\((https://[^)]*)\)", line.split(" | ")[0]) for line in table.splitlines()[1:]]
    assert {links[0] for links in works if links} == cited and len(cited) == len([each for each in works if each])


def test_a_number_that_is_not_known_is_left_as_it_stands():
    text = "<!-- our ratio -->?<!-- end --> <!-- our other -->7<!-- end -->"
    rows = [{"world": "", "beyond": "2", "behaviours": "3", "slower": "1", "ratio": "1", "faster": "0"}]
    assert rewritten(text, of_times(rows)) == "<!-- our ratio -->2.00<!-- end --> <!-- our other -->7<!-- end -->"
