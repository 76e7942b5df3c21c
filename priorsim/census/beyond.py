"""An atlas continued: what is asked of it beyond its bound is counted for the question alone.

Programs within the atlas's bound come from the atlas, longer ones from a census of those that fit
(engine/fitting.py). Both are exact.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from priorsim.census.atlas import AtlasHeader, Choice, RowKey, Rows
from priorsim.census.effort import check_seconds, question_seconds
from priorsim.census.engine.fitting import FittingCensus
from priorsim.census.engine.quotient import check_exact
from priorsim.census.engine.term_witness import find_terms
from priorsim.census.progress import Progress
from priorsim.census.stored import Counted
from priorsim.errors import CensusError
from priorsim.mu.syntax import Term


class TargetedAtlas:
    """An atlas that answers one question up to a larger bound, which its header has.

    CensusError where that is not above the atlas's or beyond what is exact, or the question would take hours unasked.
    """

    def __init__(
        self,
        atlas: Counted,
        max_bits: int,
        *,
        allow_long: bool = False,
        workers: int = 2,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        if max_bits <= atlas.header.max_bits:
            raise CensusError(f"the atlas holds every program up to {atlas.header.max_bits} bits already: ask for more")
        self.header: AtlasHeader = replace(atlas.header, max_bits=max_bits)
        check_exact(self.header)
        if not allow_long:
            check_seconds(self.header, question_seconds(self.header))
        self._atlas = atlas
        self._workers = workers
        self._progress = progress
        self._beyond: FittingCensus | None = None

    def select(self, chosen: Choice) -> Rows:
        """The rows whose behaviour is chosen, in order; those beyond the atlas are counted now."""
        above = self._atlas.header.max_bits
        within = self._atlas.select(chosen)
        self._beyond = FittingCensus(self.header, chosen, above=above, workers=self._workers, progress=self._progress)
        return Rows.concatenate([within, self._beyond.rows])

    def find_terms(self, keys: Iterable[RowKey]) -> dict[RowKey, Term]:
        """A term for each of these keys of rows that were selected last."""
        within = {key for key in keys if key.bits <= self._atlas.header.max_bits}
        terms = find_terms(self._atlas.header, within, workers=self._workers)
        return terms if self._beyond is None else terms | self._beyond.find_terms(set(keys) - within)
