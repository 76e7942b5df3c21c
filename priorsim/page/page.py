"""The whole page: one HTML file that asks the network for nothing, the same bytes for the same results."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from string import Template

from priorsim.errors import PriorsimError
from priorsim.page.claims_table import ClaimRow, Thresholds, claims_html, verdict_filters
from priorsim.page.explorer import MenuWorld, explorer_json, world_json
from priorsim.page.markup import asset, prose, script_json
from priorsim.page.pictures import Picture, figures_html
from priorsim.storage import write_text

SCRIPTS = ("measure.js", "claims.js", "results.js", "explorer.js")
"""In the order in which the page runs them."""
MAX_PAGE_BYTES = 5_500_000
"""Worlds with the most cells are left out of the explorer, and named on the page, where it would be larger."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows.

    Attributes
    ----------
    claims : sequence of ClaimRow
    refuted_below, supported_above : Fraction
        The verdict rule's thresholds.
    figures : sequence of Picture
    worlds : sequence of MenuWorld
        The explorer's menu, in order; the first is shown first.
    made_from : sequence of (str, str)
        Preset, command, bounds and the like: a name and a text each.
    """

    claims: Sequence[ClaimRow]
    refuted_below: Fraction
    supported_above: Fraction
    figures: Sequence[Picture]
    worlds: Sequence[MenuWorld]
    made_from: Sequence[tuple[str, str]]


def write_page(path: Path | str, page: Page) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    PriorsimError
        When a claim or a figure is not as it should be, nothing is left for the explorer, or the place
        cannot be written.
    """
    write_text(path, page_html(page))


def page_html(page: Page, *, max_bytes: int = MAX_PAGE_BYTES) -> str:
    """The page's HTML, at most `max_bytes` of UTF-8; the errors are those of `write_page`."""
    parts = _parts(page)
    template = Template(asset("template.html"))
    rest = template.substitute(parts, left_out=_left_out_html(page.worlds), data=script_json(explorer_json([])))
    shown, left_out = _fitting(page.worlds, max_bytes - len(rest.encode()))
    return template.substitute(parts, left_out=_left_out_html(left_out), data=script_json(explorer_json(shown)))


def _parts(page: Page) -> dict[str, str]:
    thresholds = Thresholds(page.refuted_below, page.supported_above)
    titles = {picture.name: picture.title for picture in page.figures}
    return {
        "style": asset("page.css"),
        "script": "".join(map(asset, SCRIPTS)),
        "refuted_below": str(page.refuted_below),
        "supported_above": str(page.supported_above),
        "filters": verdict_filters(page.claims),
        "claims": claims_html(page.claims, thresholds, titles),
        "figures": figures_html(page.figures),
        "made_from": "".join(f"<dt>{prose(name)}</dt><dd>{prose(text)}</dd>" for name, text in page.made_from),
    }


def _fitting(worlds: Sequence[MenuWorld], room: int) -> tuple[list[MenuWorld], list[MenuWorld]]:
    """The worlds that fit in so many bytes together, and those with the most data that do not; both in order."""
    sizes = [len(script_json(world_json(world))) + len(",") for world in worlds]
    left_out: set[int] = set()
    for place in sorted(range(len(worlds)), key=lambda place: (-sizes[place], place)):
        if sum(sizes) - sum(sizes[each] for each in left_out) <= room:
            break
        left_out.add(place)
    if room < 0 or (worlds and len(left_out) == len(worlds)):
        raise PriorsimError("the report has no room for the explorer's worlds: give fewer or smaller figures")
    return [world for i, world in enumerate(worlds) if i not in left_out], [worlds[i] for i in sorted(left_out)]


def _left_out_html(worlds: Sequence[MenuWorld]) -> str:
    if not worlds:
        return ""
    names = ", ".join(f"<code>{world.histogram.world.name}</code>" for world in worlds)
    return (
        f'<p class="quiet">Left out, since their histograms would make this page too large: {names}. '
        "<code>priorsim odds</code> and <code>priorsim sweep</code> answer for them.</p>"
    )
