"""A quotient census spread over the workers of an executor: which tasks there are, and in which order.

The one who spreads it holds no classes: the shards of the levels made so far are all that is known of the census
(`engine.spread_tasks`), and they are read one after the other in the end. Whatever is lost is made again, from the
first wave whose shards are not there.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import product

from priorsim.census.atlas import AtlasHeader, Rows, joined
from priorsim.census.engine.quotient import check_exact, rows_of_level
from priorsim.census.engine.spread_tasks import (
    LEAST,
    MERGE,
    PARTS,
    Advance,
    Combine,
    Load,
    Merge,
    level_in,
    shards_of,
    targets_in,
    terms_of,
)
from priorsim.census.engine.waves import Plan, Source, Step
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts, term_counts
from priorsim.errors import CensusError
from priorsim.shards import AlteredError, Receipt, Shards, Task, mending, run_durable


def count_spread(
    header: AtlasHeader,
    executor: Executor,
    shards: Shards,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Rows]:
    """Count all code-only programs up to the header's bound, as `count_quotient` does, by tasks of an executor.

    The rows come in order, in batches. What is finished is kept as shards. CensusError as of `check_exact`.
    """
    check_exact(header)
    spread = _Spread(header, executor, shards, progress)
    for length, shard in product(range(1, header.max_bits), range(PARTS)):
        yield mending(partial(spread.rows, length, shard), shards)


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

    def rows(self, length: int, shard: int) -> Rows:
        """The rows of programs whose term has this length in one of the shards; what is not there is made first.

        AlteredError where a shard is damaged, after which all that is missing is made again.
        """
        if self._after < len(self.plan.waves):
            self._make()
        step = (0, length)
        source = next(s for s in self._sources if any(step in wave for wave in self.plan.waves[s.first : s.after]))
        identities = shards_of(self.plan, source)
        if shard >= len(identities):
            return Rows.empty()
        try:
            found = level_in(self._shards, self.plan, identities[shard], step)
        except AlteredError:
            self._sources.clear()
            raise
        return joined(rows_of_level(self._header, length, rows) for some in found.values() for rows in some)

    def _make(self) -> None:
        """Make all waves whose shards are not there."""
        self._sources.clear()
        self._closed.clear()
        self._advance()
        while self._after < len(self.plan.waves):
            self._make_long()

    @property
    def _after(self) -> int:
        """The number of the first wave that is not made."""
        return self._sources[-1].after if self._sources else 0

    def _advance(self) -> None:
        """Make short waves in a row."""
        (receipt,) = self._done([Advance(self._header)])
        self._add(Source(0, receipt.figures["after"], 0), [receipt])

    def _make_long(self) -> None:
        """Make a wave in blocks, which are removed then, and add them up in groups of parts."""
        header, number, sources = self._header, self._after, tuple(self._sources)
        closed = tuple(each for each in self._closed if each[0] in self.plan.waves[number])
        blocks = partial(Combine, header, number, sources=sources, closed=closed)
        first = self._shards.receipt(self.plan.identity(MERGE, number, 0))
        if first is None:
            first = self._done([blocks(block) for block in range(LEAST)], until=0.0)[0]
        load = Load(*(first.figures[name] for name in Load._fields))
        merges = [Merge(header, number, group, load, closed) for group in range(load.groups)]
        combines = [blocks(block) for block in range(load.blocks)]
        before = load.blocks / (load.blocks + load.groups)
        if not all(self._shards.receipt(merge.identity) for merge in merges):
            self._done(combines, until=before)
        self._add(Source(number, number + 1, load.groups), self._done(merges, since=before))
        self._shards.remove(combine.identity for combine in combines)

    def _done(self, tasks: Sequence[Task], *, since: float = 0.0, until: float = 1.0) -> list[Receipt]:
        """The receipts of tasks, in their order; with them a wave goes on from this part of the way to that."""
        found: dict[int, Receipt] = {}
        for number, receipt in run_durable(tasks, self._shards, self._executor):
            found[number] = receipt
            self._tell(since + (until - since) * len(found) / len(tasks))
        return [found[number] for number in range(len(tasks))]

    def _tell(self, part: float) -> None:
        """Tell how far the census is, when so much of the next wave is made."""
        before, after = (self._programs(number) for number in (self._after, self._after + 1))
        if self._progress is not None:
            self._progress(Progress(before + int(part * (after - before)), self._programs(len(self.plan.waves))))

    def _programs(self, waves: int) -> int:
        """The programs that are counted once the first so many waves are made."""
        lengths = [length for wave in self.plan.waves[:waves] for depth, length in wave if depth == 0]
        return sum(self._counts[: max(lengths, default=0) + 2])

    def _add(self, source: Source, receipts: Sequence[Receipt]) -> None:
        """Take over waves that are made, once the number of their terms is right."""
        for wave in self.plan.waves[source.first : source.after]:
            for step in filter(self.plan.is_kept, wave):
                self._check(step, sum(receipt.figures[terms_of(step)] for receipt in receipts))
        for receipt in receipts:
            self._closed += [(target, receipt.identity) for target in targets_in(receipt.sections)]
        self._sources.append(source)

    def _check(self, step: Step, found: int) -> None:
        depth, length = step
        expected = term_counts(self._header.language, depth, length)[length]
        if found != expected:
            raise CensusError(
                f"{found} terms of {length} bits under {depth} binders were counted where the recurrence says "
                f"{expected}: report a bug"
            )
