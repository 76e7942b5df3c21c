"""The command line over small populations, in its workers too: ``python -m tests.small claims`` takes seconds."""

from dataclasses import replace
from functools import partial

from priorsim.__main__ import main
from priorsim.claims import judge, populations, walking, with_data
from priorsim.claims.judge import find_claims
from priorsim.figures import delta_l, registry, rows
from priorsim.figures.registry import FIGURES
from priorsim.study import folder as study
from priorsim.study import paper
from priorsim.walks.population import WORLDS, studies
from priorsim.worlds import catalogue

CLAIMS = find_claims(["much-simpler", "treacherous", "no-pure-model"])
SHOWN = {name: replace(FIGURES[name], worlds=("square-w3",)) for name in ("phase",)}
SQUARES = {name: catalogue()[name] for name in ("square-w3", "inverse-w3")}

study.PRESETS["quick"] = {2: 18, 3: 18, 4: 18, 12: 18, 14: 19, 16: 21}
populations.WORD_BITS = (3,)  # type: ignore[assignment]
populations.LANES = {"quick": (4, 8)}
populations.CONSTANT_WIDTHS = (12,)  # type: ignore[assignment]
with_data.CODE_BITS = 14
walking.studies = partial(studies, WORLDS[2:4])  # type: ignore[assignment]
walking.MAX_BITS = 16
judge.RADII = walking.RADII = (4, 8)
judge.CLAIMS = paper.CLAIMS = CLAIMS
registry.FIGURES = SHOWN
paper.catalogue = rows.catalogue = delta_l.catalogue = lambda: SQUARES

if __name__ == "__main__":
    main()
