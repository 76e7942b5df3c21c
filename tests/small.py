"""The command line over small populations, in its workers too: ``python -m tests.small claims`` takes seconds."""

from dataclasses import replace
from functools import partial

import pytest

from priorsim.__main__ import main
from priorsim.claims import judge, populations, walking, with_data
from priorsim.claims.judge import find_claims
from priorsim.figures import by_world, registry
from priorsim.figures.registry import FIGURES
from priorsim.study import folder as study
from priorsim.study import paper
from priorsim.walks.study import WORLDS, studies
from priorsim.worlds import catalogue

CLAIMS = find_claims(["much-simpler", "treacherous", "no-pure-model"])
SHOWN = {name: replace(FIGURES[name], worlds=("square-w3",)) for name in ("phase",)}
SQUARES = {name: catalogue()[name] for name in ("square-w3", "inverse-w3")}

patch = pytest.MonkeyPatch()
patch.setitem(study.PRESETS, "quick", {2: 18, 3: 18, 4: 18, 12: 18, 14: 19, 16: 21})
patch.setattr(populations, "WORD_BITS", (3,))
patch.setattr(populations, "LANES", {"quick": (4, 8)})
patch.setattr(populations, "CONSTANT_WIDTHS", (12,))
patch.setattr(with_data, "CODE_BITS", 14)
patch.setattr(walking, "studies", partial(studies, WORLDS[2:4]))
patch.setattr(walking, "MAX_BITS", 16)
for module in (judge, walking):
    patch.setattr(module, "RADII", (4, 8))
for module in (judge, paper):
    patch.setattr(module, "CLAIMS", CLAIMS)
patch.setattr(registry, "FIGURES", SHOWN)
for module in (paper, by_world):
    patch.setattr(module, "catalogue", lambda: SQUARES)

if __name__ == "__main__":
    main()
