"""The command line over small populations, in its workers too: ``python -m tests.small claims`` takes seconds."""

from dataclasses import replace

from priorsim.__main__ import main
from priorsim.claims.populations import PRESETS, QUICK

BOUNDS = {2: 18, 3: 18, 4: 18, 12: 18, 14: 19, 16: 21}
CLAIMS = ("much-simpler", "treacherous", "no-pure-model")
"""A few claims: of lengths, off the training lanes, and of walks."""
SMALLER = replace(
    QUICK,
    growth_bounds={},
    finite_sizes=(10,),
    task_rules={3: (4,)},
    task_observations=("next",),
    word_bits=(3,),
    constant_bits=(12,),
    given={},
    code_bits=14,
    table_worlds=3,
    table_code_bits=14,
    walk_radii=(4, 8),
    walk_bits=16,
    languages=1,
    language_bits=12,
)
"""A preset without bounds, with few populations and walks."""
SMALL = replace(
    SMALLER,
    bounds=BOUNDS,
    lanes=(4, 8),
    walk_worlds=2,
    worlds=("square-w3", "inverse-w3"),
    claims=CLAIMS,
    figures={"phase": ("square-w3",)},
)

if __name__ == "__main__":
    PRESETS["quick"] = SMALL
    main()
