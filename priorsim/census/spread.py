"""A quotient census spread over the workers of an executor: which tasks there are, and in which order.

The one who spreads it holds no classes but those of the atlas in the end: the shards of the levels made so far are all
that is known of the census (`engine.replica`). Whatever is lost is made again, from the first step whose shards are
not there.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor

from priorsim.census.atlas import AtlasHeader, Rows
from priorsim.census.engine.quotient import check_exact, rows_of_levels
from priorsim.census.engine.replica import Advance, Combine, Merge, Plan, Source, Step, level_rows, name_of
from priorsim.census.engine.sorting import sort_parts
from priorsim.census.engine.tables import RowArray
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts, term_counts
from priorsim.errors import CensusError
from priorsim.shards import Receipt, Shards, Task, mending, run_durable


def count_spread(
    header: AtlasHeader,
    executor: Executor,
    shards: Shards,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Rows:
    """Count all code-only programs up to the header's bound, as `count_quotient` does, by tasks of an executor.

    What is finished is kept as shards. CensusError as of `check_exact`.
    """
    check_exact(header)
    return mending(lambda: _Spread(header, executor, shards, progress).rows(), shards)


class _Spread:
    """The levels made so far, and what bodies gave to later ones, by the shards that hold them."""

    def __init__(
        self,
        header: AtlasHeader,
        executor: Executor,
        shards: Shards,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.plan = Plan(header)
        self._header, self._executor, self._shards, self._progress = header, executor, shards, progress
        self._counts = program_counts(header.language, header.max_bits)
        self._sources: list[Source] = []
        self._closed: list[tuple[Step, str]] = []

    def rows(self) -> Rows:
        """All rows of the census, once every step is made."""
        while self._after < len(self.plan.steps):
            figures = self._advance()
            if self._after < len(self.plan.steps):
                self._make_long(figures["blocks"], figures["groups"])
        return rows_of_levels(self._header, self._levels())

    @property
    def _after(self) -> int:
        """The number of the first step that is not made."""
        return self._sources[-1].after if self._sources else 0

    def _advance(self) -> dict[str, int]:
        """Make short steps in a row; what is said of the next one."""
        first = self._after
        (receipt,) = self._done([Advance(self._header, first, tuple(self._sources), tuple(self._closed))])
        self._add(Source(first, receipt.figures["after"], 0), [receipt])
        return receipt.figures

    def _make_long(self, blocks: int, groups: int) -> None:
        """Make a step in so many blocks, added up in so many groups of parts; blocks are removed then."""
        number, sources = self._after, tuple(self._sources)
        closed = tuple(identity for target, identity in self._closed if target == self.plan.steps[number])
        merges = [Merge(self._header, number, group, groups, sources, blocks, closed) for group in range(groups)]
        combines = [Combine(self._header, number, block, blocks, sources) for block in range(blocks)]
        if not all(self._shards.receipt(merge.identity) for merge in merges):
            self._done(combines)
        self._add(Source(number, number + 1, groups), self._done(merges))
        self._shards.remove(combine.identity for combine in combines)

    def _done(self, tasks: Sequence[Task]) -> list[Receipt]:
        """The receipts of tasks, in their order."""
        found = dict(run_durable(tasks, self._shards, self._executor))
        return [found[number] for number in range(len(tasks))]

    def _add(self, source: Source, receipts: Sequence[Receipt]) -> None:
        """Take over steps that are made, once the number of their terms is right."""
        for step in filter(self.plan.is_kept, self.plan.steps[source.first : source.after]):
            self._check(step, sum(receipt.figures[name_of("terms", step)] for receipt in receipts))
            if step[0] == 0 and self._progress is not None:
                self._progress(Progress(sum(self._counts[: step[1] + 2]), sum(self._counts)))
        for receipt in receipts:
            names = (name.split(".") for name in receipt.sections if name.startswith("closed."))
            targets = dict.fromkeys((int(depth), int(length)) for _, depth, length, *_ in names)
            self._closed += [(target, receipt.identity) for target in targets]
        self._sources.append(source)

    def _check(self, step: Step, found: int) -> None:
        depth, length = step
        expected = term_counts(self._header.language, depth, length)[length]
        if found != expected:
            raise CensusError(
                f"{found} terms of {length} bits under {depth} binders were counted where the recurrence says "
                f"{expected}: report a bug"
            )

    def _levels(self) -> Iterator[tuple[int, RowArray]]:
        """Every length of term outside binders, with its classes, sorted."""
        for source in self._sources:
            for step in self.plan.steps[source.first : source.after]:
                if step[0] == 0:
                    (parts,) = level_rows(self._shards, self.plan, source, step).values() or ([],)
                    yield step[1], sort_parts(parts, 1)
