"""The explorer computes what Python does: `measure` is the reference for every number, to 1e-9."""

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from priorsim.census.summability import converges, least_beta, least_tax
from priorsim.errors import PriorsimError
from priorsim.measure.by_bound import at_bounds, settled
from priorsim.measure.crossover import GAMMA_RANGE, crossovers
from priorsim.measure.histogram import DIRECT, SEARCH, Histogram
from priorsim.measure.mass import ENDS, Interval, log2_sum, log2_weights, log_odds_of, masses, shares
from priorsim.mu.dialect import Language
from priorsim.priors import PARAMETERS, PRIORS, Prior, named_prior
from priorsim.text.by_bound import settled_text
from priorsim.text.page import MenuWorld, Page, packed, page_html, symbols
from tests.browser import asking, opened
from tests.text.made_up import WORLDS, made_up

DRIVE = """
const move = (id, value, event) => { byId(id).value = value; byId(id).dispatchEvent(new Event(event)); };
const cells = (name) => [...document.querySelectorAll(`[data-${name}]`)].map((each) => each.dataset[name]);
function look() {
  const number = (name) => byId(`${name}-number`).value;
  return {
    values: Object.fromEntries(PARAMETERS.map((name) => [name, number(name) === "" ? null : Number(number(name))])),
    odds: [byId("odds").dataset.low, byId("odds").dataset.high], text: byId("odds").textContent,
    says: byId("says").textContent, shares: cells("share"), faithful: cells("faithful"),
    roots: cells("roots").map(JSON.parse),
    words: [...document.querySelectorAll("[data-roots]")].map((each) => each.textContent),
    pressed: [...document.querySelectorAll("#priors [aria-pressed=true]")].map((each) => each.dataset.prior),
    problem: byId("problem").textContent, plotted: document.querySelectorAll("#plot .line").length,
    least: Number(byId("beta-number").min),
  };
}
"""


def is_near(text: str, value: float | None) -> bool:
    """Whether the page's number is that one to 1e-9; unknown and infinite ones must be the same."""
    shown = None if text == "null" else float(text)
    if shown is None or value is None or math.isinf(value):
        return shown == value
    return abs(shown - value) <= 1e-9


def expect(seen: dict[str, Any], histogram: Histogram, prior: Prior) -> None:
    """Odds, shares, faithful shares and crossovers on the page are those of `measure`."""
    odds, by_class = log_odds_of(histogram, prior), masses(histogram, prior)
    faithful: list[float | None] = []
    for kind, mass in enumerate(by_class):
        right = histogram.cells.of([kind])
        right = right.take(right.faithful)
        part = log2_sum(log2_weights(right, histogram.header, prior), right.count)
        faithful.append(None if mass.log2 == -math.inf else 2 ** (part - mass.log2))
    asked = {"odds": [odds.low, odds.high], "shares": shares(by_class) or [None] * 3, "faithful": faithful}
    for name, values in asked.items():
        assert len(seen[name]) == len(values)
        assert all(map(is_near, seen[name], values)), (name, seen, values)
    numbers = settled(at_bounds(histogram, prior, GAMMA_RANGE))
    for end, roots, words in zip(ENDS, seen["roots"], seen["words"], strict=True):
        found = crossovers(histogram, prior, end)
        assert roots == pytest.approx(list(found.roots), rel=0, abs=1e-9)
        if roots:
            assert words == settled_text(found.roots, getattr(numbers.gamma_star, end.name))
        else:
            said = {
                None: f"unknown: no program up to {histogram.max_bits} bits",
                "negative": "stay negative",
                "zero": "0 throughout",
                "positive": "stay positive",
            }
            missing = f"unknown: no {found.missing} program up to {histogram.max_bits} bits"
            assert (missing if found.missing else said[found.sign]) in words


POSITIONS: tuple[dict[str, float], ...] = (
    *(
        {"beta": beta, "gamma": gamma, "lambda": 0, "tax": 0}
        for beta, gamma in ((22.0, 0.0), (0.0, 280.0), (1.0, 367.0))
    ),
    {"beta": 300, "gamma": 1, "lambda": 250, "tax": 3},
    {"beta": 400, "gamma": 400, "lambda": 400, "tax": -8},
)
"""Places of the sliders; but for the tax each is no value but a place along powers of ten, from the least on."""
DECADES = {"beta": (2, 4), "gamma": (3, 8), "lambda": (4, 1)}
"""Powers of ten along a slider, and its greatest value."""


def slid(name: str, place: float, low: float) -> float:
    """The value at one of 400 places of a slider that begins at `low`: what is above it has two digits."""
    decades, high = DECADES[name]
    if place in (0, 400):
        return high if place else low
    return low + float(f"{(high - low) * 10 ** (decades * (place / 400 - 1)):.2g}")


LANGUAGES = [
    Language.named("arith", 3),
    Language.named("arith", 2, depth=1),
    Language.named("logic", 4, columns=2),
    Language.named("loops", 3),
]
PRICES = [(beta, delta) for beta in (0.93, 0.9599, 0.96, 1, 1.5, 4, 1e9) for delta in (-1e9, -8, -2.4625, -2.46, 0, 9)]
SUBSIDY = "-2.47"
"""Below the least tax of the language of random-a at beta 1, -2.4625."""
REFUSED = {"beta": "0.9", "gamma": "-1", "lambda": "-0.5", "tax": "", "cap": "0.5"}
SCRIPT = f"""{DRIVE}
const POSITIONS = {json.dumps(POSITIONS)}, REFUSED = {json.dumps(REFUSED)}, PRICES = {json.dumps(PRICES)};
const LANGUAGES = {json.dumps([symbols(language) for language in LANGUAGES])};
const bound = (value) => (Number.isFinite(value) ? value : String(value));
const reset = (world) => {{
  move("world", world, "change");
  document.querySelector("[data-prior=solomonoff]").click();
}};
const ask = () => ({{
  moved: [...worlds.values()].map((world) => {{
    reset(world.name);
    return POSITIONS.map((places) => {{
      for (const [name, place] of Object.entries(places)) move(name, place, "input");
      return look();
    }});
  }}),
  alone: Object.fromEntries([...worlds.values()].map(({{ name }}) => {{ reset(name); return [name, look()]; }})),
  priors: (reset("random-a"), move("cap-number", 99, "input"), DATA.priors.map(({{ name }}) => {{
    document.querySelector(`[data-prior="${{name}}"]`).click();
    return look();
  }})),
  refused: (reset("random-a"), Object.entries(REFUSED).map(([name, text]) => {{
    const before = byId("odds").dataset.low;
    move(`${{name}}-number`, text, "input");
    const told = byId("problem").textContent, isSame = byId("odds").dataset.low === before;
    byId(`${{name}}-number`).dispatchEvent(new Event("change"));
    return [name, told, isSame, look()];
  }})),
  ranges: LANGUAGES.map((language) => PRICES.map(([beta, delta]) => [
    converges(language, beta, delta), bound(leastBeta(language, Math.max(delta, 0))), bound(leastTax(language, beta)),
  ])),
  subsidised: (reset("random-a"), ["tax", "tax-number"].map((id) => {{
    move(id, {SUBSIDY}, "input");
    const told = byId("problem").textContent;
    byId(id).dispatchEvent(new Event("change"));
    return [told, byId(id).value, look()];
  }})),
  taxed: (reset("random-a"), move("tax-number", 3, "input"), move("beta-number", 0.9595, "input"), look()),
  raised: [["random-a", 0.96, 0, "random-b"], ["random-b", 1.5, -9.47, "random-a"]].map(([from, beta, delta, to]) => {{
    reset(from);
    move("beta-number", beta, "input");
    move("tax-number", delta, "input");
    move("world", to, "change");
    return look();
  }}),
  stays: [...worlds.keys()].map((name) => {{
    reset(name);
    return ["beta", "gamma", "lambda", "tax"].map((id) => {{
      const before = byId(id).value;
      move(id, before, "input");
      return [before, byId(id).value];
    }});
  }}),
  dearer: (reset("random-a"), move("beta-number", 1.5, "input"), move("tax-number", -8, "input"),
    move("beta-number", 1, "input"), byId("beta-number").dispatchEvent(new Event("change")), look()),
  controls: [...document.querySelectorAll("input, select, button")].map((each) => (
    each.ariaLabel || each.textContent || [...(each.labels ?? [])].map((label) => label.textContent).join(" ")).trim()),
}});
"""


@pytest.fixture(scope="module")
def driven(html: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the explorer showed as SCRIPT moved its controls, in one visit."""
    answers: dict[str, Any] = opened(tmp_path_factory.mktemp("driven"), asking(html, SCRIPT)).answers
    return answers


def test_moving_the_sliders_gives_the_odds_that_python_gives(driven: dict[str, Any]):
    assert len(driven["moved"]) == len(WORLDS)
    for histogram, looks in zip(WORLDS.values(), driven["moved"], strict=True):
        for seen, places in zip(looks, POSITIONS, strict=True):
            values, lows = dict(seen["values"]), {"beta": driven["alone"][histogram.world.name]["least"]}
            assert (values.pop("tax"), values.pop("cap")) == (places["tax"], None)
            assert values == pytest.approx(
                {name: slid(name, places[name], lows.get(name, 0)) for name in values}, abs=1e-6
            )
            expect(seen, histogram, Prior("set on the page").with_values(seen["values"]))


def test_a_slider_stays_where_it_is_put(driven: dict[str, Any]):
    assert all(before == after for places in driven["stays"] for before, after in places)


BETAS, GAMMAS = [1, 1.25, 2, 4], [0.125, 0.625, 1.125, 1.625]
BESIDE_THEM: tuple[dict[str, float | None], ...] = ({}, {"lambda": 0.01, "tax": 3}, {"cap": 40})


def test_the_plane_has_the_sides_that_python_gives(html: str, tmp_path: Path):
    script = f"""const ask = () => [...worlds.values()].map((world) => {json.dumps(BESIDE_THEM)}.map((values) => (
      phase(cellsOf(world), {{ ...DATA.priors[0].values, ...values }}, {BETAS}, {GAMMAS}))));"""
    found = opened(tmp_path, asking(html, script)).answers
    for histogram, planes in zip(WORLDS.values(), found, strict=True):
        for values, plane in zip(BESIDE_THEM, planes, strict=True):
            for beta, column in zip(BETAS, plane, strict=True):
                for gamma, side in zip(GAMMAS, column, strict=True):
                    prior = Prior("at", beta=beta, gamma=gamma).with_values(values)
                    assert side == side_of(log_odds_of(histogram, prior)), (histogram.world.name, prior)


def side_of(odds: Interval) -> str | None:
    """Which side holds more wherever the disguised programs count; None where a side has no program."""
    if odds.low is None or odds.high is None or odds.low == math.inf or odds.high == -math.inf:
        return None
    return "search" if odds.low > 0 else "direct" if odds.high < 0 else "disguised"


def test_the_plane_follows_the_sliders_and_marks_named_priors_and_the_one_that_is_set(html: str, tmp_path: Path):
    script = f"""{DRIVE}
    const look_at = () => ({{
      areas: [...document.querySelectorAll("#plane rect")].map((each) => each.outerHTML).join(""),
      here: ["cx", "cy"].map((each) => Number(document.querySelector("#plane .here").getAttribute(each))),
      named: [...document.querySelectorAll("#plane .name")].map((each) => each.textContent),
    }});
    const moves = [["world", "random-a", "change"], ["gamma-number", 1, "input"], ["tax-number", 9, "input"]];
    const ask = () => moves.map((to) => {{ move(...to); return look_at(); }});"""
    first, slower, taxed = opened(tmp_path, asking(html, script)).answers
    assert first["named"] == ["solomonoff", "levin", "schmidhuber", "kind-of-speed"]
    assert first["areas"] == slower["areas"] != taxed["areas"]
    assert first["here"][0] == slower["here"][0] and slower["here"][1] < first["here"][1]


BESIDE = "beside.world=two-roots&beside.beta=1&beside.gamma=1&beside.lambda=0&beside.tax=0"


def test_what_is_kept_stands_beside_what_is_set_and_in_the_address(html: str, tmp_path: Path):
    script = f"""{DRIVE}
    const side = () => [byId("kept").checkVisibility(), byId("kept-name").textContent, byId("kept-odds").dataset.low,
      byId("odds").dataset.low, document.querySelectorAll("#kept-classes tr").length, byId("problem").textContent];
    const ask = () => {{
      const opened = side();
      byId("release").click();
      const released = side()[0];
      move("world", "random-b", "change"); move("gamma-number", 2, "input"); byId("keep").click();
      move("world", "random-a", "change");
      const again = side();
      return {{ opened, released, again, beside: addressText() }};
    }};"""
    found = opened(tmp_path, asking(html, script), f"#world=random-a&gamma=1&{BESIDE}").answers
    name = "two-roots; beta 1, gamma 1, lambda 0, tax 0"
    levin, dear = Prior("levin", gamma=1), Prior("dear", gamma=2)
    shown, kept, kept_odds, odds, rows, problem = found["opened"]
    assert (shown, kept, rows, problem, found["released"]) == (True, name, 3, "", False)
    assert is_near(kept_odds, log_odds_of(WORLDS["two-roots"], levin).low)
    assert is_near(odds, log_odds_of(WORLDS["random-a"], levin).low)
    assert is_near(found["again"][2], log_odds_of(WORLDS["random-b"], dear).low)
    assert is_near(found["again"][3], log_odds_of(WORLDS["random-a"], dear).low)
    assert found["beside"] == (
        "#world=random-a&beta=1&gamma=2&lambda=0&tax=0"
        "&beside.world=random-b&beside.beta=1&beside.gamma=2&beside.lambda=0&beside.tax=0"
    )


def test_an_unknown_world_in_the_address_is_said_where_the_odds_are(html: str, tmp_path: Path):
    place = "#world=nowhere&beside.world=neither"
    seen = opened(tmp_path, asking(html, DRIVE + "const ask = look;"), place).answers
    assert seen["problem"] == "world nowhere is not on this page; world neither is not on this page"


def test_shortest_programs_stand_with_what_they_say(html: str, tmp_path: Path):
    script = f"""{DRIVE}
    const ask = () => {{
      move("world", "two-roots", "change");
      return [...document.querySelectorAll("#programs dd")].map((each) => (
        [...each.children].map((one) => one.textContent)));
    }};"""
    programs = opened(tmp_path, asking(html, script)).answers
    assert programs == [["(mul x x)", "x · x"], ["(find (c) (eq x c))", "the least c with x = c"]]


def test_two_crossovers_are_both_found(driven: dict[str, Any]):
    low = crossovers(WORLDS["two-roots"], Prior("solomonoff"), ENDS[0]).roots
    seen = driven["alone"]["two-roots"]
    assert len(low) == 2
    assert seen["roots"][0] == pytest.approx(low, abs=1e-9)
    assert seen["words"][0] == ", ".join(f"{root:.4f}" for root in low)
    assert seen["plotted"] == 2


def test_crossovers_are_shown_with_the_digits_that_have_settled(driven: dict[str, Any]):
    low, high = driven["alone"]["settling"]["words"]
    assert low == high and low.endswith(", still rising")


def test_a_class_without_programs_has_what_to_look_at_beside_it(html: str, tmp_path: Path):
    script = f"""{DRIVE}
    const said = (world) => {{ move("world", world, "change"); return byId("lacking").textContent; }};
    const ask = () => ["no-search", "same"].map(said);"""
    assert opened(tmp_path, asking(html, script)).answers == ["No search program.\n  next to try", ""]


def test_an_address_under_which_the_sum_diverges_is_refused_and_beta_and_tax_are_set_back(html: str, tmp_path: Path):
    seen = opened(tmp_path, asking(html, DRIVE + "const ask = look;"), "#world=random-a&gamma=2&delta=-3").answers
    assert seen["values"] == {"beta": 1, "gamma": 2, "lambda": 0, "tax": 0, "cap": None}
    assert seen["problem"].startswith("tax is -3: below -2.4625")


def test_numbers_the_address_holds_are_taken_whole(html: str, tmp_path: Path):
    place = "#world=random-b&beta=1.23456789&gamma=0.987654321&lambda=0.00123&tax=-0.75&cap=200.5"
    seen = opened(tmp_path, asking(html, DRIVE + "const ask = look;"), place).answers
    asked = {"beta": 1.23456789, "gamma": 0.987654321, "lambda": 0.00123, "tax": -0.75, "cap": 200.5}
    assert seen["values"] == asked
    assert seen["problem"] == ""
    assert seen["pressed"] == []
    expect(seen, WORLDS["random-b"], Prior("address").with_values(asked))


def test_the_named_priors_have_buttons_that_set_them(driven: dict[str, Any]):
    for name, seen in zip(PRIORS, driven["priors"], strict=True):
        given = {("lam" if need == "lambda" else need): seen["values"][need] for need in PRIORS[name].needs}
        prior = named_prior(name, **given)
        assert seen["pressed"] == [name]
        assert seen["values"] == {parameter: prior.value(parameter) for parameter in PARAMETERS}
        expect(seen, WORLDS["random-a"], prior)


def test_what_python_refuses_is_refused_with_the_reason_and_changes_nothing(driven: dict[str, Any]):
    for name, told, is_same, seen in driven["refused"]:
        assert told.startswith(name)
        assert "give" in told
        assert is_same
        assert seen["values"] == {"beta": 1, "gamma": 0, "lambda": 0, "tax": 0, "cap": None}
    assert [name for name, *_ in driven["refused"]] == list(REFUSED)
    least = driven["alone"]["random-a"]["least"]
    with pytest.raises(PriorsimError, match=re.escape(f"give a beta of at least {least}")):
        masses(WORLDS["random-a"], Prior("flat", beta=float(REFUSED["beta"])))
    masses(WORLDS["random-a"], Prior("least", beta=least))


def test_the_page_knows_where_a_prior_converges_as_python_does(driven: dict[str, Any]):
    for language, found in zip(LANGUAGES, driven["ranges"], strict=True):
        for (beta, delta), (is_finite, beta_from, tax_from) in zip(PRICES, found, strict=True):
            assert is_finite == converges(language, beta, delta), (language, beta, delta)
            assert beta_from == pytest.approx(least_beta(language, max(delta, 0.0)), abs=1e-12)
            assert float(tax_from.lower() if isinstance(tax_from, str) else tax_from) == pytest.approx(
                least_tax(language, beta), rel=1e-9, abs=1e-9
            )


def test_a_subsidy_under_which_the_sum_diverges_is_refused_with_the_range_as_python_does(driven: dict[str, Any]):
    with pytest.raises(PriorsimError, match=re.escape("give a tax of at least -2.462, or a greater beta")):
        masses(WORLDS["random-a"], Prior("subsidised", tax=float(SUBSIDY)))
    for told, value, seen in driven["subsidised"]:
        assert re.fullmatch(r"tax is -2\.\d+: below -2\.4625 bits a search node, at a beta of 1, .*", told)
        assert told.endswith("give at least -2.462, or a greater beta")
        assert float(value) == seen["values"]["tax"] == 0
        expect(seen, WORLDS["random-a"], Prior("solomonoff"))


def test_beta_and_the_tax_are_judged_together(driven: dict[str, Any]):
    taxed = driven["taxed"]
    assert (taxed["values"]["beta"], taxed["values"]["tax"], taxed["problem"]) == (0.9595, 3, "")
    expect(taxed, WORLDS["random-a"], Prior("taxed", beta=0.9595, tax=3))
    dearer = driven["dearer"]
    assert dearer["problem"].startswith("tax is -8: below -2.4625")
    assert (dearer["values"]["beta"], dearer["values"]["tax"]) == (1.5, -8)


def test_another_world_raises_what_would_diverge_in_its_language(driven: dict[str, Any]):
    for seen, (name, least) in zip(driven["raised"], (("beta", 0.961), ("tax", -9.468)), strict=True):
        assert seen["problem"] == f"{name} was raised to {least}, the least that converges for this world's language"
        assert seen["values"][name] == least


def test_the_explorer_opens_on_a_world_that_search_wins_until_time_costs_and_whose_sign_has_settled(
    page: Page, tmp_path: Path
) -> None:
    # At 8 lanes t is 1 and 64: search is shorter by two bits, and direct code is faster by six doublings.
    tips = made_up("tips", [(DIRECT, 7, 8, 0, 1, 1), (SEARCH, 5, 512, 1, 1, 1)])
    html = page_html(page._replace(worlds=[*page.worlds, MenuWorld(tips)]))
    ask = "const ask = () => byId('world').value;"
    assert opened(tmp_path, asking(html, ask)).answers == "tips"


def test_one_sided_odds_and_empty_worlds_are_said_in_words(driven: dict[str, Any]):
    one_sided, nothing, same = (driven["alone"][name] for name in ("no-search", "nothing", "same"))
    assert one_sided["text"] == "unknown"
    assert one_sided["says"] == "unknown: no search program up to 36 bits"
    assert nothing["text"] == "unknown"
    assert nothing["says"] == "unknown: no program up to 36 bits"
    assert one_sided["plotted"] == nothing["plotted"] == 0
    assert same["says"] == "even"
    assert same["text"] == "0.00 bits"
    for name, seen in driven["alone"].items():
        expect(seen, WORLDS[name], Prior("solomonoff"))


def test_every_control_has_a_name(driven: dict[str, Any]):
    assert len(driven["controls"]) > 30
    assert all(driven["controls"])


def test_packing_keeps_every_program():
    for histogram in WORLDS.values():
        cells, found = histogram.cells, {}
        for kind, searches, faithful, bits, excess, counts in packed(cells):
            for steps, count in zip(np.cumsum(excess).tolist(), counts, strict=True):
                found[kind, bits, steps, searches, faithful] = count
        asked: dict[tuple[int, ...], int] = {}
        columns = (cells.kind, cells.bits, cells.steps, cells.searches, cells.faithful, cells.count)
        for *at, count in zip(*(column.tolist() for column in columns), strict=True):
            key = tuple(map(int, at))
            asked[key] = asked.get(key, 0) + count
        assert found == asked
