"""The witness sheet: the shortest and the fastest program of each class for chosen worlds."""

from collections.abc import Sequence

import numpy as np

from priorsim import figures
from priorsim.census.atlas import RowKey
from priorsim.gallery.words import CLASSES as CLASSES_SAID
from priorsim.gallery.words import counted, sentences
from priorsim.measure.histogram import CLASSES, acceptable, kinds_of, mean_steps
from priorsim.study import Study
from priorsim.worlds import World

SHEET_WORLDS = (
    "isqrt-w3",
    "half-w3",
    "root-w4",
    "gray-inverse-w3",
    "in-context-root-sum-w4",
    "constant-greatest-square-w12",
)

Named = tuple[str, str, RowKey]
"""Class, what it is, and the row."""


def sheet_keys(study: Study, world: World) -> list[Named]:
    """The rows of the shortest and of the fastest fitting program of each class; one entry where they are the same.

    Of several shortest ones the fastest is taken, and of several fastest ones the shortest.
    """
    rows = study.atlas(world).select(lambda behaviour: acceptable(behaviour, world, world.train))
    kinds = kinds_of(rows, "lesion")
    found: list[Named] = []
    for kind, name in enumerate(CLASSES):
        places = np.flatnonzero(kinds == kind)
        if not len(places):
            continue
        bits, steps = rows.bits[places], rows.steps[places]
        ties = (rows.wide[places], rows.strict[places], rows.behaviour[places], rows.searches[places])
        shortest = rows.key(int(places[np.lexsort((*ties, steps, bits))[0]]))
        fastest = rows.key(int(places[np.lexsort((*ties, bits, steps))[0]]))
        if shortest == fastest:
            found.append((str(name), "shortest, fastest", shortest))
        else:
            found += [(str(name), "shortest", shortest), (str(name), "fastest", fastest)]
    return found


def sheet_of(study: Study, worlds: Sequence[World]) -> figures.Sheet:
    """The sheet of these worlds, a program found for every row."""
    rows = []
    bounds = {}
    for world in worlds:
        header, named = study.header(world), sheet_keys(study, world)
        programs = study.witnesses(header, [key for _, _, key in named])
        bounds[world.name] = header.max_bits
        for kind, what, key in named:
            steps = float(mean_steps(header, np.array(key.steps)))
            rows.append(figures.SheetRow(world.name, kind, what, key.bits, steps, programs[key]))
    return figures.Sheet(rows, bounds)


def sheet_caption(sheet: figures.Sheet) -> str:
    """What `sheet_of` shows."""
    return sentences(
        f"The shortest and the fastest fitting program of each class in {counted(len(sheet.bounds), 'world')}, with "
        "length in "
        "bits and mean steps a lane, over every code-only program up to the bound.",
        f"{counted(len(sheet.rows), 'program')}; a class without a line has none up to the bound.",
        CLASSES_SAID,
    )
