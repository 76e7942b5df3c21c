"""The same programs written as trees and for a stack: what the answer owes to the way of computing (docs/stack.md).

Both languages have the same operators and words, and are counted up to the same bound on the same domain, so that a
world is the same behaviour in both. What is measured of each is what `languages.py` measures of any language.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec

from priorsim.census.stored import Counted
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.growth import Bins, growth
from priorsim.measure.languages import Compared, LastBin, Reached, Signed, compare, search_bits, signed
from priorsim.measure.trend import Direction
from priorsim.stack.language import search_bits as search_bits_on_stack
from priorsim.storage import begins_with


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a language of trees or of a stack."""

    programs: Annotated[int, keys.says("how many were counted")]
    search_bits: Annotated[
        int | None,
        keys.says(
            "bits of the cheapest find or argmax outside of bodies, on a stack with the end of its body; "
            "null without both"
        ),
    ]
    worlds: Annotated[int, keys.says("the number of worlds that it reaches")]
    bins: Annotated[tuple[LastBin, ...], keys.says("the worlds by complexity, in bins of a bit")]
    trend: Annotated[Direction | None, keys.says("of the share search-first; null over fewer than three bins")]
    signed: Signed


class StackAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim stack --json` prints."""

    language: keys.Language
    bound_bits: keys.BoundBits
    trees: Written
    stack: Written
    compared: Annotated[Compared, keys.says("the stack language beside that of trees")]

    def to_csv(self) -> str:
        """The lines of `table`."""
        return format_csv(*self.table())

    def table(self) -> keys.Lines:
        """A line for each bin of complexity of each language."""
        return _HEAD, list(self._lines())

    def _lines(self) -> Iterator[list[Any]]:
        for name, written in (("trees", self.trees), ("stack", self.stack)):
            for each in written.bins:
                yield [name, each.above, each.up_to, each.worlds, *each.search_first]


_HEAD = ("programs", "above", "up_to", "worlds", "search_first_low", "search_first_high")


def is_stack(path: Path) -> bool:
    """Whether a file is the CSV of a comparison."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def beside_trees(trees: Counted, stack: Counted) -> StackAnswer:
    """Stack programs beside the trees of the same operators, by their censuses up to one bound."""
    first, second = Reached.of(trees), Reached.of(stack)
    language = trees.header.language
    return StackAnswer(
        language=keys.Language.of(trees.header),
        bound_bits=trees.header.max_bits,
        trees=_written(trees, first, search_bits(language)),
        stack=_written(stack, second, search_bits_on_stack(language)),
        compared=compare(second, first),
    )


def _written(atlas: Counted, reached: Reached, price: int | None) -> Written:
    found = growth(atlas)
    return Written(
        programs=int(found.bins.programs.sum()),
        search_bits=price,
        worlds=len(reached),
        bins=tuple(_bins(found.bins)),
        trend=None if found.trend is None else found.trend.direction,
        signed=signed(reached),
    )


def _bins(bins: Bins) -> Iterator[LastBin]:
    rows = zip(bins.above, bins.up_to, bins.worlds, bins.share(bins.search_first), strict=True)
    for above, up_to, worlds, share in rows:
        yield LastBin(float(above), float(up_to), int(worlds), keys.Ends(*share.tolist()))
