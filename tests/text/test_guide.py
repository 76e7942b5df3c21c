"""The path through the report: its findings are those of the captions, the curves and the claims."""

from pathlib import Path

from priorsim.figures.entry import Drawing
from priorsim.text.guide import guide
from priorsim.text.page import Page, page_html
from tests.text.made_up import CLAIMS, CURVES, claim

LANGUAGES = "Languages differ.\nBy complexity.\narith: of 9 worlds of up to 44 bits."
DRAWINGS = [
    Drawing("growth", "growth", "Growth", "Search grows.\nUp to 36 bits.", [Path()], {}),
    Drawing("languages", "languages", "By language", LANGUAGES, [Path()], {}),
]


def test_a_finding_is_the_first_sentence_of_a_caption_with_the_sentence_that_tells_the_bound_beside_it():
    steps = {step.topic: step for step in guide(DRAWINGS, [], [])}
    assert list(steps) == ["Growth", "The price of time", "Languages"]
    assert steps["Growth"][1:3] == ("Search grows.", "Up to 36 bits.")
    assert steps["Languages"][1:3] == ("Languages differ.", "arith: of 9 worlds of up to 44 bits.")
    assert steps["Languages"].figure == DRAWINGS[1]


def test_the_price_of_time_is_told_by_the_curves():
    (price,) = (step for step in guide(DRAWINGS, [], CURVES) if step.topic == "The price of time")
    assert "50 % to 60 % of the most complex worlds" in price.finding and "25 % to 35 %" in price.finding
    assert price.counted == "n = 41 and 41 worlds of the greatest complexity, up to 36 bits."


def test_a_step_without_a_figure_shows_its_claim_and_one_without_either_is_left_out():
    swerve = claim("beeline-swerve", "refuted", claim="It swerves.")
    (walks,) = guide([], [swerve], [])
    assert (walks.topic, walks.finding, walks.figure) == ("Walks", "\u201cIt swerves.\u201d refuted, and rising", None)
    assert walks.claims == [swerve]
    assert guide([], [], CURVES) == []


def test_the_page_links_each_finding_to_its_claims_and_its_figure(page: Page):
    html = page_html(page)
    path = html[html.index('<section id="path"') : html.index('<section id="claims"')]
    assert path.count("<h3>") == 3 and "<h3><code>gamma</code> &lt; 1.</h3>" in path
    assert 'href="#figure-plot"' in path and 'href="#claim-much-simpler"' in path and "n = 80" in path
    alone = page._replace(figures=page.figures[1:], claims=CLAIMS[1:2], curves=())
    assert 'id="path"' not in page_html(alone) and "#path" not in page_html(alone)
