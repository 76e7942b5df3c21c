"""What the tests of the page show on it: worlds, claims and figures that are made up.

The histograms hold what few worlds do: counts beyond 2^53, two crossovers, empty classes, sides that
never differ, cells that differ in nothing that the page asks.
"""

from typing import Any, cast

import numpy as np

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, Cells, Histogram, merge_cells
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.text.guide import ClaimRow, Curve
from priorsim.worlds.world import World

Row = tuple[int, int, int, int, int, int]
"""Class, bits, steps, searches, faithful, count."""

TWO_ROOTS: list[Row] = [
    # At 8 lanes t is 1, 8 and 64: search is ahead where time is free and where it is dear, behind in between.
    (SEARCH, 18, 8, 1, 1, 1),
    (DIRECT, 7, 64, 0, 1, 1),
    (SEARCH, 5, 512, 1, 0, 3),
    (DISGUISED, 22, 100, 0, 0, 1),
]
SAME: list[Row] = [(DIRECT, 9, 24, 0, 1, 7), (SEARCH, 9, 24, 1, 0, 7)]
HUGE: list[Row] = [
    (DIRECT, 60, 80, 0, 1, 2**61 + 12345),
    (SEARCH, 60, 1000, 2, 0, 2**63 + 1),
    (SEARCH, 20, 4000, 1, 1, 5),
]

SETTLING: list[Row] = [
    (DIRECT, 8, 8, 0, 1, 1),
    (SEARCH, 7, 16, 1, 1, 1),
    *((SEARCH, bits, 16, 1, 1, 2 ** (bits - 12)) for bits in (32, 34, 36)),
]
"""Search gains on direct code from bound to bound: gamma* is 1 up to 30 bits and rises."""


def random_rows(seed: int, cells: int) -> list[Row]:
    random = np.random.default_rng(seed)
    top = [3, 37, 4000, 4, 2, 10**6]
    rows = random.integers([0, 12, 8, 0, 0, 1], top, size=(cells, 6))
    return [tuple(row) for row in rows.tolist()]


def made_up(
    name: str, rows: list[Row], *, word_bits: int = 3, train: int = 6, family: str = "inverse", bound: int = 36
) -> Histogram:
    """A histogram with these cells; of two cells that differ in being essential alone, the page must make one."""
    header = AtlasHeader(Language.named("arith", word_bits), Domain.default(word_bits), bound)
    lanes = len(header.domain.lanes)
    world = World(name, header.domain, (frozenset([1]),) * lanes, tuple(range(train)), family, "arith", f"<{name}> & x")
    kind, bits, steps, searches, faithful, count = zip(*rows, strict=True) if rows else ((),) * 6
    split = [True, False]
    cells = Cells(
        np.array(kind * 2, dtype=np.uint8),
        np.array(bits * 2, dtype=np.uint8),
        np.array(steps * 2, dtype=np.uint32),
        np.array(searches * 2, dtype=np.uint8),
        np.array(faithful * 2, dtype=bool),
        np.repeat(np.array(split), len(rows)),
        np.zeros(2 * len(rows), dtype=bool),
        np.array([*(each - each // 2 for each in count), *(each // 2 for each in count)], dtype=np.uint64),
    )
    cells = merge_cells(cells.take(cells.count > 0))
    least = [min((row[1] for row in rows if row[0] == kind), default=None) for kind in range(3)]
    keys = tuple(None if bits is None else RowKey(bits, 0, 0, 0, 8, 0) for bits in least)
    return Histogram(header, world, "lesion", cells, (0,) * 8, keys, keys)


WORLDS = {
    histogram.world.name: histogram
    for histogram in (
        made_up("two-roots", TWO_ROOTS),
        made_up("random-a", random_rows(1, 400)),
        made_up("random-b", random_rows(2, 1200), word_bits=4, train=16, family="forward"),
        made_up("same", SAME),
        made_up("huge", HUGE, family="forward", bound=60),
        made_up("no-search", [row for row in random_rows(3, 50) if row[0] == DIRECT]),
        made_up("nothing", []),
        made_up("settling", SETTLING),
    )
}


def claim(name: str, verdict: str, **changes: Any) -> ClaimRow:
    cells = [
        {
            **{"population": "all", "dialect": "arith", "word_bits": 3, "class_by": by, "bound": "B"},
            **{"tax": tax, "worlds": 100},
            **{"holds": 40, "fails": 40, "undecided": 20, "not_asked": 3, "support": support, "decides": bool(support)},
        }
        for by, tax, support in (
            ("form", 0, {"low": 0.4, "high": 0.6}),
            ("lesion", 4, {"low": 0.9, "high": 0.9}),
            ("lesion", 0, None),
        )
    ]
    row = {
        **{
            "id": name,
            "source": "essay",
            "claim": f"{name} </script><b>&",
            "quantity": "`Delta L`",
            "unit": "bits",
            "identity": None,
            "beside": [],
            "condition": "> 0",
            "quantifier": "mostly",
            "premise": None,
        },
        **{
            "verdict": verdict,
            "verdict_in_words": f"{verdict}, and rising",
            "depends_on": None,
            "headline": "0.5 of 10 worlds.",
            "cells": cells,
            "figure": None,
        },
        "limits": "a toy",
    }
    return cast(ClaimRow, row | changes)


FEW = {
    **{"population": "walks", "dialect": "arith", "word_bits": 3, "class_by": "lesion", "bound": "B", "tax": 0},
    **{"worlds": 6, "holds": 3, "fails": 1, "undecided": 2, "not_asked": 0, "decides": False},
    "support": {"low": 0.5, "high": 5 / 6},
}
"""A cell with four decided worlds."""
CLAIMS = [
    claim("proxy", "supported", figure="plot"),
    claim("ask-directly", "refuted", source="Ref B"),
    claim("much-simpler", "depends", depends_on="the word size", premise="search is the shorter"),
    claim("three-counts", "not answerable here", source="Ref A", cells=[]),
    claim("walks", "few worlds", cells=[FEW]),
    *(claim(f"claim-{number}", "supported") for number in range(7)),
]


def curve(gamma: float) -> Curve:
    """A curve of growth.json with three bins, in each of which search is first the less the dearer time is."""
    ends = [{"low": least / (1 + gamma), "high": least / (1 + gamma) + 0.1} for least in (0.0, 0.25, 0.5)]
    return {
        "prior": {"gamma": gamma},
        "bound_bits": 36,
        "language": {"dialect": "arith", "word_bits": 3},
        "bins": [
            {"above": up_to - 2, "up_to": up_to, "worlds": up_to + 5, "search_first": end, "programs_search": end}
            for up_to, end in zip((10, 20, 36), ends, strict=True)
        ],
    }


CURVES = [curve(gamma) for gamma in (0, 0.5, 1, 2)]
SVG = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="504pt" height="90pt" viewBox="0 0 504 90"
  xmlns="http://www.w3.org/2000/svg"><metadata><a href="http://example.org"/></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>
  <path id="mark" d="M 0 0
L 5 5"/><clipPath id="frame"><rect width="504" height="90"/></clipPath></defs>
 <g clip-path="url(#frame)"><use xlink:href="#mark" x="9" y="9" style="clip-path: url(#frame)"/></g>
</svg>
"""
