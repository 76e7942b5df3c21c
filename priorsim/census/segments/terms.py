"""The two terms of programs with data, counted by class: indices by the lanes that share an entry, and bodies.

Both come from the quotient census, for every length that fits under the bound on *code bits*: header, index and
body, the payload left out. Everything is exact and compared with the recurrence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import MAX_BITS, AtlasHeader
from priorsim.census.engine.class_kernels import COUNT, META, Words
from priorsim.census.engine.levels import Census
from priorsim.census.engine.quotient import MAX_COUNT, check_exact
from priorsim.census.engine.stores import Reach
from priorsim.census.engine.tables import OUTER_KEY, RowArray, Table
from priorsim.census.recurrence import term_counts
from priorsim.census.segments.kernels import NOTE_BITS, canonical_entries
from priorsim.errors import CensusError
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.kinds import truncated_binary

MAX_WORD_BITS = 4
MAX_CODE_BITS = MAX_BITS
_LENGTH_BITS = 8


@dataclass(frozen=True, slots=True)
class Segment:
    """A data segment of 2^exponent words: bits of its header (all before the payload), and of its payload."""

    exponent: int
    header: int
    payload: int


def segments(language: Language) -> tuple[Segment, ...]:
    """The sizes of data segments, smallest first.

    >>> segments(Language.named("arith", 2))
    (Segment(exponent=1, header=2, payload=4), Segment(exponent=2, header=2, payload=8))
    """
    word_bits = language.word_bits
    return tuple(
        Segment(k, 1 + len(truncated_binary(k - 1, word_bits)), word_bits * 2**k) for k in range(1, word_bits + 1)
    )


def longest_terms(language: Language, code_bits: int) -> tuple[int, int]:
    """The most bits of an index and of a body under a bound on code bits; CensusError where no program fits."""
    shortest = Reach.of(language, MAX_BITS).shortest
    left = code_bits - segments(language)[0].header
    if left < shortest[0] + shortest[1]:
        raise CensusError(
            f"a bound of {code_bits} code bits is below the shortest program with data: "
            f"give at least {code_bits - left + shortest[0] + shortest[1]}"
        )
    return left - shortest[1], left - shortest[0]


def code_counts(language: Language, code_bits: int) -> dict[int, int]:
    """Number of pairs of index and body within the bound, all segment sizes, by the body's length."""
    index, body = (term_counts(language, depth, code_bits) for depth in (0, 1))
    pairs = {
        length: terms * sum(sum(index[: max(0, code_bits - each.header - length + 1)]) for each in segments(language))
        for length, terms in enumerate(body)
    }
    return {length: terms for length, terms in pairs.items() if terms}


def code_mass(language: Language, code_bits: int) -> Fraction:
    """Sum of 2^-l over all programs with data within the bound, whatever their entries; 1/2 without a bound."""
    index, body = (term_counts(language, depth, code_bits) for depth in (0, 1))
    by_code = [sum(index[i] * body[bits - i] for i in range(bits + 1)) for bits in range(code_bits + 1)]
    return sum(
        (
            Fraction(pairs, 2 ** (each.header + bits))
            for each in segments(language)
            for bits, pairs in enumerate(by_code[: max(0, code_bits - each.header + 1)])
        ),
        Fraction(0),
    )


@dataclass(frozen=True, slots=True)
class Indices:
    """Index terms of all segment sizes, in groups that divide the lanes among entries alike, actual and lesioned.

    Groups have an entry for each lane by its actual, strict and wide index, uint8 (groups, 3, lanes), in which entries
    other than 0 are renumbered; the number of entries that some lane reads, and entry 0; the least bits of header and
    index, rising; and, shape (groups + 1,), where they start in the rows. Those have bits of header and index, rising
    within a group; k; T * 256 + searches; number of index terms.
    """

    labels: NDArray[np.uint8]
    entries: NDArray[np.int64]
    code: NDArray[np.int64]
    starts: NDArray[np.int64]
    row_code: NDArray[np.int64]
    row_exponent: NDArray[np.int64]
    row_meta: NDArray[np.uint64]
    row_count: NDArray[np.uint64]


def check_language(language: Language) -> None:
    """Raise CensusError where programs with data are not counted in a language."""
    reason = refusal(language)
    if reason is not None:
        raise CensusError(reason)


def refusal(language: Language) -> str | None:
    """Why programs with data are not counted in a language; None where they are.

    Operators are knocked out, words are longer than the kernels' sets allow, or no census makes all bodies, which have
    a binder around, and keeps all indices.
    """
    if language.without:
        return (
            f"programs with data are counted in a whole dialect, not without {', '.join(language.knocked_out)}: "
            "give an atlas of all its operators"
        )
    name, forms = language.dialect.name, [FORMS[name] for name in language.operators_in(0)]
    if language.dialect.applies:
        return f"programs with data are not counted in dialect {name}: ask another, as arith"
    if language.word_bits > MAX_WORD_BITS:
        return f"words of {language.word_bits} bits: programs with data are counted for words of 2 to {MAX_WORD_BITS}"
    if not any(form.is_binder for form in forms) or all(form.is_search for form in forms):
        return (
            f"programs with data are not counted in dialect {name}: ask one that has iter, or "
            "that has find or argmax and another operator"
        )
    return None


class DataTerms:
    """Indices and bodies of all programs with data up to a bound on code bits: header, index and body together.

    Nothing depends on the number of threads. CensusError where they are not counted in the language, or the bound is
    out of range.
    """

    def __init__(self, language: Language, domain: Domain, code_bits: int, *, workers: int = 2) -> None:
        check_language(language)
        if sum(code_counts(language, code_bits).values()) >= MAX_COUNT:
            raise CensusError(f"{code_bits} code bits: counts could overflow, choose a smaller bound")
        self.language = language
        self.code_bits = code_bits
        longest = longest_terms(language, code_bits)
        reaches = ((bits, Reach.of(language, bits)) for bits in count(longest[1]))
        # The least bound of a census that makes all bodies and keeps all indices.
        bound = next(
            bits for bits, reach in reaches if reach.longest[1] >= longest[1] and reach.stored[0] >= longest[0]
        )
        header = AtlasHeader(language, domain, bound)
        check_exact(header)
        self._census = Census(header, workers, keeps_closed=True)
        self._kept = min(self._census.reach.stored[1], longest[1])
        # Bodies that are not kept are made of kept terms alone: all of those come first.
        for _ in self._census.build((longest[0], self._kept, *self._census.reach.stored[2:])):
            pass
        self.words = Words.of(header)
        self.indices = self._group_indices()

    def bodies(self, length: int) -> Iterator[RowArray]:
        """The classes of bodies of a length, plain or mixed rows, in batches; a class may be in several."""
        found = 0
        for rows in self._classes(length):
            found += sum(rows[:, -1].tolist())
            yield rows
        expected = term_counts(self.language, 1, length)[length]
        if found != expected:
            raise CensusError(f"{found} bodies of {length} bits where the recurrence says {expected}: report a bug")

    def _classes(self, length: int) -> Iterator[RowArray]:
        if length > self._kept:
            yield from self._census.bodies(1, length)
            return
        for classes in self._census.scopes[1].kinds.values():
            yield classes.terms.of_length(length)

    def _group_indices(self) -> Indices:
        table = Table(OUTER_KEY)
        terms = self._census.scopes[0].plain.terms
        shortest_body = min(code_counts(self.language, self.code_bits))
        for length, (begin, end) in terms.spans.items():
            for segment in segments(self.language):
                if segment.header + length + shortest_body <= self.code_bits:
                    out = np.empty((end - begin, OUTER_KEY + 1), dtype=np.uint64)
                    note = (segment.exponent << _LENGTH_BITS) | (segment.header + length)
                    canonical_entries(terms.rows[begin:end], note, 2**segment.exponent - 1, self.words, out)
                    table.add(out)
        return grouped(table.rows, self.words)


def grouped(rows: RowArray, words: Words) -> Indices:
    """The rows of `canonical_entries` by group."""
    note = rows[:, META] & np.uint64(2**NOTE_BITS - 1)
    code = (note & np.uint64(2**_LENGTH_BITS - 1)).astype(np.int64)
    keys, group = np.unique(rows[:, :META], axis=0, return_inverse=True)
    least = np.full(len(keys), 2**_LENGTH_BITS, dtype=np.int64)
    np.minimum.at(least, group, code)
    ranking = np.argsort(least, kind="stable")
    rank = np.empty_like(ranking)
    rank[ranking] = np.arange(len(keys))
    order = np.lexsort((rows[:, META], code, rank[group]))
    shifts = np.arange(words.lanes, dtype=np.uint64) * np.uint64(words.word_bits)
    labels = ((keys[ranking, :, None] >> shifts) & np.uint64(words.size - 1)).astype(np.uint8)
    return Indices(
        labels,
        labels.reshape(len(keys), -1).max(axis=1).astype(np.int64) + 1,
        least[ranking],
        np.concatenate([[0], np.cumsum(np.bincount(rank[group], minlength=len(keys)))]),
        code[order],
        (note >> np.uint64(_LENGTH_BITS)).astype(np.int64)[order],
        rows[order, META] >> np.uint64(NOTE_BITS),
        rows[order, COUNT],
    )
