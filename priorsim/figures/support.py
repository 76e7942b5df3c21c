"""The support of the headline claims as worlds get more complex, over every behaviour of one census."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from priorsim.claims.claim import cell_of
from priorsim.claims.judge import find_claims
from priorsim.claims.populations import Worlds
from priorsim.claims.rule import THRESHOLDS, Quantifier
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.growth import LANGUAGES
from priorsim.figures.page import FAINT, LOOKS
from priorsim.formats import percent, span
from priorsim.worlds import World

HEADLINES = (
    *("much-simpler", "many-against-one", "complexity-incentive"),
    *("speed-disincentive", "treacherous", "just-the-model"),
)
COLUMNS = "claim condition quantifier up_to worlds undecided low high"
"""A row for each claim and bin of complexity: its upper edge in bits, its worlds, how many of them are undecided, and
the share in which the condition holds, from low to high."""


def data(study: Study, _: Sequence[World]) -> Data:
    """The support of each headline claim by complexity, with classes by lesion, at the bound, and without a tax."""
    atlas = study.census(*LANGUAGES[0])
    where = Worlds("all", atlas.header)
    rows, facts = [], {}
    _setting, site = next(where.sites(atlas, study.preset))
    for claim in find_claims(HEADLINES):
        cell = cell_of([claim.sample(claim.number, site)], claim.number, {}, site.max_bits)
        facts[claim.name] = claim.text
        for up_to, tally in cell.by_complexity.items():
            support = tally.support or (0, 1)
            told = up_to, tally.worlds, tally.undecided, *map(float, support)
            rows.append((claim.name, f"{claim.holds}", str(claim.quantifier), *told))
    return Data(COLUMNS, rows, texts=facts, bound_bits=atlas.header.max_bits, language=LANGUAGES[0])


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw a panel for each claim: a band of its support, and the thresholds of its quantifier."""
    with page.style():
        is_wide = page.is_wide(width)
        panels = page.new_figure(width, 4.2 if is_wide else 5.4).subplots(
            *((2, 3) if is_wide else (3, 2)), sharex=True, sharey=True
        )
        look = LOOKS["search"]
        for panel, name in zip(panels.flat, HEADLINES, strict=True):
            rows = [row for row in found.rows if row[0] == name]
            up_to, low, high = np.array([(row[3], *row[6:]) for row in rows], dtype=np.float64).reshape(-1, 3).T
            panel.fill_between(up_to, 100 * low, 100 * high, color=look.colour, alpha=0.25, linewidth=0)
            panel.plot(up_to, 50 * (low + high), **look.style(3, markerfacecolor=look.cover))
            for threshold in set(THRESHOLDS[Quantifier(rows[0][2])] if rows else ()):
                panel.axhline(100 * float(threshold), color=FAINT, linewidth=0.6)
            page.set_title(panel, name)
            panel.set_ylim(-3, 103)
            page.whole_numbers(panel, "x")
        for panel in panels[-1]:
            panel.set_xlabel("complexity, up to (bits)")
        for panel in panels[:, 0]:
            panel.set_ylabel("support (% of worlds)")
        return tuple(panels.flat)


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for name in HEADLINES:
        rows = [row for row in found.rows if row[0] == name]
        if rows:
            *_, up_to, worlds, undecided, low, high = rows[-1]
            said.append(
                f"{name} ({found.texts[name]}): {span(low, high, percent)} of the {worlds} worlds in the last bin, of "
                f"up to {up_to} bits; {undecided} of them are undecided."
            )
    dialect, word_bits = found.language
    return page.sentences(
        f"Support of six claims against the complexity of worlds, over every behaviour of {dialect} at words of "
        f"{word_bits} bits up to {found.bound_bits} bits: the share of worlds in which the claim's condition holds, "
        "with undecided worlds counted against it and for it.",
        *said,
        "Grey lines are the thresholds above which a claim is supported and below which it is refuted.",
        "A claim about an amount is asked of worlds of up to 8 bits below the bound.",
    )


SHOWS = "support of six claims as worlds get more complex"
FIGURE = Entry("support-by-complexity", SHOWS, data, draw, caption)
