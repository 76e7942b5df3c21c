"""The page: its claims and figures are as given, it asks for nothing outside itself, and it fits its screens."""

import json
import re
import zlib
from base64 import b85decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from priorsim.errors import PriorsimError
from priorsim.measure.histogram_file import format_histogram, parse_histogram
from priorsim.text.guide import ClaimRow
from priorsim.text.page import MAX_PAGE_BYTES, Page, page_html
from tests.browser import asking, opened
from tests.text.made_up import CLAIMS, CURVES, FEW, SVG, claim

ORDER = ["supported", "depends", "refuted", "few worlds", "not answerable here"]


def in_order(claims: Sequence[ClaimRow]) -> list[str]:
    """The names of claims that as many worlds tell of, by verdict."""
    return [each["id"] for each in sorted(claims, key=lambda each: ORDER.index(each["verdict"]))]


def test_claims_stand_by_verdict_and_then_by_how_many_worlds_tell_and_are_closed(page: Page, tmp_path: Path):
    wide = claim("wide", "depends", cells=[{**FEW, "holds": 3000, "fails": 9, "decides": True}])
    script = """
    const told = (each) => each.querySelector(".decided").textContent;
    const ask = () => [...document.querySelectorAll("tbody.claim")].map((each) => (
      [each.id.slice(6), told(each), each.querySelector(".detail").checkVisibility()]));"""
    html = page_html(page._replace(claims=[*CLAIMS, wide]))
    names = in_order(CLAIMS)
    names.insert(names.index("much-simpler"), "wide")
    few = {"wide": 3009, "walks": 4, "three-counts": 0}
    asked = [[name, f"n = {few.get(name, 80)}", False] for name in names]
    assert opened(tmp_path, asking(html, script)).answers == asked


def test_claims_sort_filter_and_open(html: str, tmp_path: Path):
    script = """
    const shown = () => [...document.querySelectorAll("tbody.claim:not([hidden])")].map((each) => each.id.slice(6));
    function ask() {
      const found = { text: document.querySelector("#claim-proxy .text").textContent, open: [] };
      for (const key of ["id", "source", "verdict"]) {
        document.querySelector(`[data-key=${key}]`).click(); found[key] = shown();
      }
      document.querySelector("[data-key=verdict]").click(); found.down = shown();
      document.querySelector("[data-key=verdict]").click(); found.again = shown();
      document.querySelector("[name=verdict][value=supported]").click(); found.filtered = shown();
      byId("find").value = "WORD size";
      byId("find").dispatchEvent(new Event("input", { bubbles: true })); found.found = shown();
      const button = document.querySelector("#claim-much-simpler .opens"), row = byId("cells-much-simpler");
      for (let i = 0; i < 2; i++) { button.click(); found.open.push([button.ariaExpanded, row.checkVisibility()]); }
      return found;
    }"""
    found = opened(tmp_path, asking(html, script)).answers
    names = in_order(CLAIMS)
    assert found["text"] == "proxy </script><b>&"
    assert found["id"] == sorted(names)
    assert names != [each["id"] for each in CLAIMS]
    assert found["source"] == [
        *(n for n in names if n not in ("ask-directly", "three-counts")),
        "three-counts",
        "ask-directly",
    ]
    verdicts = {each["id"]: ORDER.index(each["verdict"]) for each in CLAIMS}
    assert [verdicts[name] for name in found["verdict"]] == sorted(verdicts.values())
    assert [verdicts[name] for name in found["down"]] == sorted(verdicts.values(), reverse=True)
    assert found["again"] == names
    assert found["filtered"] == [name for name in names if verdicts[name]]
    assert found["found"] == ["much-simpler"]
    assert found["open"] == [["true", True], ["false", False]]


def test_an_address_opens_its_claim(html: str, tmp_path: Path):
    ask = """const ask = () => [[...document.querySelectorAll(".claim.open")].map((each) => each.id),
      byId("cells-three-counts").checkVisibility(), location.hash];"""
    answers = opened(tmp_path, asking(html, ask), "#claim-three-counts").answers
    assert answers == [["claim-three-counts"], True, "#claim-three-counts"]


def test_claims_say_in_how_many_worlds_and_of_which_they_are_asked_and_cells_what_they_tell(html: str, tmp_path: Path):
    script = """
    const of = (name, what) => [...document.querySelectorAll(`#claim-${name} ${what}`)].map((each) => each.textContent);
    const ask = () => ({
      few: of("walks", ".cells tbody tr")[0],
      said: of("proxy", ".verdict"), facts: of("much-simpler", "dd"), heads: of("proxy", ".cells th"),
      rows: [...document.querySelectorAll("#claim-proxy .cells tbody tr")].map((each) => [each.className,
        ...[...each.children].map((cell) => cell.textContent), each.lastElementChild.className]),
    });"""
    found = opened(tmp_path, asking(html, script)).answers
    assert found["few"].endswith("0.500 to 0.833, few")
    assert found["said"] == ["supported, and rising"]
    assert "> 0 bits, mostly" in found["facts"] and "search is the shorter" in found["facts"]
    assert found["heads"][-5:] == ["holds", "fails", "undecided", "not asked", "support"]
    assert [(row[0], *row[-6:]) for row in found["rows"]] == [
        ("", "40", "40", "20", "3", "0.400 to 0.600", "between"),
        ("", "40", "40", "20", "3", "0.900", "above"),
        ("aside", "40", "40", "20", "3", "none", "unknown"),
    ]


# --- the page itself --------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(html: str, tmp_path: Path, width: int):
    report = """<script>started.then(() => { byId("open-all").click();
      parent.postMessage([document.documentElement.scrollWidth, innerWidth], "*"); });</script></body>"""
    (tmp_path / "inner.html").write_text(html.replace("</body>", report))
    frame = f"""<!doctype html><body><pre id="answers"></pre>
      <script>addEventListener("message", (event) => {{ answers.textContent = JSON.stringify(event.data); }});</script>
      <iframe src="inner.html" style="width:{width}px;height:800px;border:0"></iframe></body>"""
    scrolled, inner = opened(tmp_path, frame).answers
    assert scrolled <= inner == width


def test_the_page_asks_for_nothing_outside_itself(html: str):
    assert "default-src 'none'" in html
    targets = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)""", html) + re.findall(r"url\(([^)]*)\)", html)
    assert len(targets) > 10
    assert [each for each in targets if each and not each.startswith(("#", "data:"))] == []


def test_a_figure_is_shown_as_it_was_drawn(html: str, tmp_path: Path):
    ask = """const ask = () => [...document.querySelectorAll("figure img")].map((each) =>
      [decodeURIComponent(each.src).slice(19), each.closest("figure").classList.contains("wide"),
       each.closest("figure").querySelector("a").download]);"""
    answers = opened(tmp_path, asking(html, ask)).answers
    small = SVG.replace('width="504pt"', 'width="72pt"')
    assert answers == [[SVG, True, "plot.svg"], [SVG, True, "plot two.svg"], [small, False, "dot.svg"]]


def test_the_page_opens_with_the_question_the_answer_the_first_figure_and_the_path(html: str):
    texts = ('class="question"', "Search holds &lt; 1 %", 'id="figure-plot"', 'id="path"', 'id="claims"')
    parts = [html.index(text) for text in texts]
    assert parts == sorted(parts)


def test_a_figure_links_to_its_claims_and_one_of_a_world_to_the_explorer(page: Page, tmp_path: Path):
    first, *others = page.figures
    cloud = first._replace(figure="cloud", name="cloud-two-roots")
    script = """
    const links = (each) => [...each.querySelectorAll("figcaption a:not([download])")].map((one) => one.hash);
    const ask = () => [...document.querySelectorAll("figure")].map(links);"""
    html = page_html(page._replace(figures=[first, cloud, *others]))
    found = opened(tmp_path, asking(html, script)).answers
    assert found == [["#claim-proxy"], ["#world=two-roots"], [], []]


def test_a_slider_of_gamma_moves_the_figure_of_growth(html: str, tmp_path: Path):
    script = """
    const ask = () => Array.from({ length: Number(byId("moving-gamma").max) + 1 }, (_, place) => {
      byId("moving-gamma").value = place;
      byId("moving-gamma").dispatchEvent(new Event("input"));
      return [byId("moving-value").textContent, byId("moving-says").textContent.split(".")[0],
        ...[...document.querySelectorAll("#moving-panels .band")].map((each) => JSON.parse(each.dataset.ends))];
    });"""
    found = opened(tmp_path, asking(html, script)).answers
    assert [each[0] for each in found] == ["0", "0.5", "1", "2"]
    assert found[0][1] == "At gamma 0 search is first in 50 % to 60 % of the 41 most complex worlds, of up to 36 bits"
    for curve, (_, _, shares, times) in zip(CURVES, found, strict=True):
        ends = [(each["up_to"], each["search_first"]["low"], each["search_first"]["high"]) for each in curve["bins"]]
        assert [at for at, *_ in shares] == [at for at, *_ in ends]
        assert [share for _, *both in shares for share in both] == pytest.approx(
            [100 * share for _, *both in ends for share in both], rel=1e-4
        )
        # The control of the first bin is 0 at the low end: there is no quotient.
        assert times == [[20, 1, 1], [36, 1, 1]]


def test_without_a_script_or_curves_the_figure_of_growth_stands_as_it_was_drawn(page: Page, html: str, tmp_path: Path):
    ask = """const ask = () => ["#moving", ".moved", "#figure-plot .paper"].map((each) => (
      document.querySelector(each)?.checkVisibility() ?? null));"""
    assert opened(tmp_path, asking(html, ask)).answers == [True, True, False]
    still = page_html(page._replace(curves=()))
    assert opened(tmp_path, asking(still, ask)).answers == [None, None, True]
    # Without a script: the drawing is in the page, and what moves is hidden.
    assert re.search(r'id="moving" hidden', html) and 'class="moved"' not in html
    (source,) = re.findall(r'<img data-figure="plot" src="data:image/svg\+xml,([^"]*)"', html)
    assert unquote(source) == SVG


def test_ids_are_unique_and_every_reference_has_its_target(html: str):
    markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    ids = re.findall(r'\bid="([^"]*)"', markup)
    assert len(ids) == len(set(ids))
    wanted = re.findall(r'(?:href="#|url\(#|aria-labelledby="|aria-controls="|for=")([^")]*)', markup)
    assert [each for each in wanted if each not in ids] == []


def test_a_cell_without_a_factor_that_others_have_has_a_blank_there(page: Page):
    first, *cells = page.claims[0]["cells"]
    html = page_html(page._replace(claims=[{**page.claims[0], "cells": [{**first, "rules": 16}, *cells]}]))
    (table_html,) = unpacked(html)["cells"].values()
    table = re.findall(r'<tr(?: class="aside")?>(<td>.*?)</tr>', table_html)
    names = re.findall(r'<th scope="col">([^<]*)</th>', table_html)
    at = names.index("rules")
    assert [re.findall("<td[^>]*>(.*?)</td>", row)[at] for row in table] == ["16", *[""] * len(cells)]


def unpacked(html: str) -> dict[str, Any]:
    """What the page holds compressed."""
    (packed,) = re.findall(r'id="packed">([^<]*)<', html)
    found: dict[str, Any] = json.loads(zlib.decompress(b85decode(packed.replace(",", "<"))))
    return found


def test_worlds_that_do_not_fit_are_left_out_by_name_the_largest_first(page: Page, html: str):
    whole = len(html.encode())
    assert whole < MAX_PAGE_BYTES and "Left out" not in html
    limit = whole - 100
    smaller = page_html(page, max_bytes=limit)
    assert len(smaller.encode()) <= limit
    assert "Left out" in smaller and "<code>random-b</code>" in smaller
    names = [world["name"] for world in unpacked(smaller)["worlds"]]
    assert "random-b" not in names and "random-a" in names
    with pytest.raises(PriorsimError, match="no room"):
        page_html(page, max_bytes=20_000)


def test_the_same_results_give_the_same_bytes(page: Page, html: str):
    worlds = [each._replace(histogram=parse_histogram(format_histogram(each.histogram))) for each in page.worlds]
    again = page._replace(worlds=worlds)
    assert page_html(again) == html
