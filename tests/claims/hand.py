"""Censuses written by hand, row by row, on four lanes of two bits; the truth is 0 1 2 3, and lane 3 is held out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from priorsim.census.atlas import COLUMN_TYPES, AtlasHeader, Rows
from priorsim.claims.populations import Preset
from priorsim.claims.site import Site
from priorsim.measure.fitting import ClassedRows
from priorsim.measure.histogram import ClassBy
from priorsim.measure.weighed import Split
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain

DOMAIN = Domain.default(2)
HEADER = AtlasHeader(Language.named("arith", 2), DOMAIN, 30)
TRUTH = (0, 1, 2, 3)
WRONG = (0, 1, 2, 0)
ALSO_WRONG = (0, 1, 2, 1)
TRAIN, HELD_OUT = (0, 1, 2), (3,)


@dataclass(frozen=True)
class Row:
    """Programs of a class: what they answer, their length, steps over all lanes and number."""

    kind: str
    words: tuple[int, ...]
    bits: int
    steps: int = 16
    count: int = 1


def direct(words: tuple[int, ...], bits: int, steps: int = 16, count: int = 1) -> Row:
    return Row("direct", words, bits, steps, count)


def disguised(words: tuple[int, ...], bits: int, steps: int = 16, count: int = 1) -> Row:
    return Row("disguised", words, bits, steps, count)


def search(words: tuple[int, ...], bits: int, steps: int = 16, count: int = 1) -> Row:
    return Row("search", words, bits, steps, count)


def rows_of(rows: Sequence[Row]) -> Rows:
    """The rows of an atlas: a lesion changes lane 0 of what it changes at all."""
    tuples = []
    for row in rows:
        behaviour = DOMAIN.pack(row.words)
        strict = behaviour ^ (row.kind == "search")
        wide = behaviour ^ (row.kind != "direct")
        tuples.append((row.bits, behaviour, strict, wide, row.steps, int(row.kind == "search"), row.count))
    columns = zip(*tuples, strict=True)
    return Rows(*(np.array(c, dtype=kind) for c, kind in zip(columns, COLUMN_TYPES.values(), strict=True)))


def site_of(rows: Sequence[Row], *, class_by: ClassBy = "lesion", tax: int = 0) -> Site:
    """One world, the truth, trained on lanes 0 to 2 and learnt lane by lane."""
    return Site(
        ClassedRows.of_rows(HEADER, rows_of(rows), class_by),
        np.array([DOMAIN.pack(TRUTH)], dtype=np.uint64),
        TRAIN,
        HELD_OUT,
        (Split("own", TRAIN, HELD_OUT),),
        ((0,), (1,), (2,)),
        tax,
        HEADER.max_bits,
        Preset.code_bits,
    )
