"""The page of the tests, and its HTML."""

import pytest

from priorsim.figures.entry import Drawing
from priorsim.keys import plain
from priorsim.text.claims import RULE
from priorsim.text.page import MenuWorld, Page, page_html
from tests.text.made_up import CLAIMS, CURVES, SVG, WORLDS


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder = tmp_path_factory.mktemp("figures")
    (folder / "plot.svg").write_text(SVG)
    (folder / "dot.svg").write_text(SVG.replace('width="504pt"', 'width="72pt"'))
    figures = [
        Drawing("growth", "plot", "A plot", "`gamma` < 1.\nOf all.\nOf code up to 9 bits.", [folder / "plot.svg"], {}),
        Drawing("", "plot two", "A plot two", "`gamma` < 1", [folder / "plot.svg"], {}),
        Drawing("", "dot", "A dot", "", [folder / "dot.svg"], {}),
    ]
    witnesses = ("(mul x x)", None, "(find (c) (eq x c))")
    worlds = [
        MenuWorld(
            histogram,
            witnesses if name == "two-roots" else (None,) * 3,
            "No search program.\n  next to try" if name == "no-search" else "",
        )
        for name, histogram in WORLDS.items()
    ]
    made_from = [("command", "`priorsim paper`")]
    return Page("Search holds < 1 % of `mass`.", CLAIMS, plain(RULE), figures, worlds, CURVES, made_from)


@pytest.fixture(scope="session")
def html(page: Page) -> str:
    return page_html(page)
