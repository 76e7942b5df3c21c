"""Words, lanes and packing: the inputs a program is run on (section 1 of docs/language.md).

A domain lists lanes; a lane gives one word to each input column. A behaviour, one output word a
lane, is packed into an unsigned integer, lane i at bits [i*w, (i+1)*w). Where that takes more than 64 bits the domain
is *wide*: an atlas cannot hold it, and what fits one world on it is counted alone (`priorsim.census.wide`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from priorsim.errors import DomainError
from priorsim.mu.dialect import FORMS, check_word_bits, dialect_named
from priorsim.reading import MOST_SHOWN, Row, csv_rows, quoted, read_text, reading, shown, source_name

MAX_PACKED_BITS = 64
"""Bits of a behaviour up to which a domain is not wide."""
MAX_LANES = 2**16
MAX_WIDE_WORD_BITS = 8
"""The most lanes, and the longest words, of a wide domain."""
MAX_COLUMNS = 64
"""More input columns than any world has; what a variable's code takes grows with their number."""
MAX_ENVIRONMENTS = 2**20
"""Of binders nested two deep; of one binder no domain has more than 2^24."""
MAX_WORD_DIGITS = 9
"""More digits than any word has; Python refuses to convert very long numbers."""

CONTEXT_SUFFIX = ":context"
OUTPUT_COLUMN, TRAIN_COLUMN = "output", "train"
"""Columns of a world's file that are no inputs."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Domain:
    """A list of lanes over named input columns: one word of `word_bits` bits for each column, lane by lane.

    The columns in `context` count as context under the amortised accounting, the others are queries.
    DomainError where there are no lanes or too many (more than 2^16, or lanes x w > 64 where w > 8), a word is out of
    range, a name is unusable, or two lanes of a wide domain are alike.

    >>> Domain.default(3).lanes[:3]
    ((0,), (1,), (2,))
    """

    word_bits: int
    lanes: tuple[tuple[int, ...], ...]
    columns: tuple[str, ...] = ("x",)
    context: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_word_bits(self.word_bits)
        check_column_names(self.columns)
        for name in self.context:
            if name not in self.columns:
                columns = shown(", ".join(self.columns), 200)
                raise DomainError(f"context column {quoted(name)} is not an input column: choose among {columns}")
        if not self.lanes:
            raise DomainError("a domain needs at least one lane")
        self._check_size()
        for number, lane in enumerate(self.lanes):
            if len(lane) != len(self.columns):
                raise DomainError(f"lane {number} has {len(lane)} words for {len(self.columns)} columns")
            for word in lane:
                check_word(word, self.word_bits, f"lane {number}")
        if self.is_wide:
            check_distinct(self.lanes, [f"lane {number}" for number in range(len(self.lanes))])

    def _check_size(self) -> None:
        if len(self.lanes) > MAX_LANES:
            raise DomainError(f"{len(self.lanes)} lanes are too many: give at most {MAX_LANES}")
        if self.is_wide and self.word_bits > MAX_WIDE_WORD_BITS:
            raise DomainError(
                f"{len(self.lanes)} lanes of {self.word_bits} bits make {len(self.lanes) * self.word_bits} bits: "
                f"of words of more than {MAX_WIDE_WORD_BITS} bits at most {MAX_PACKED_BITS} fit, "
                f"give {MAX_PACKED_BITS // self.word_bits} lanes or fewer"
            )

    @property
    def is_wide(self) -> bool:
        """Whether a behaviour takes more than 64 bits."""
        return len(self.lanes) * self.word_bits > MAX_PACKED_BITS

    @classmethod
    def of_all_words(cls, word_bits: int) -> "Domain":
        """One column `x`, a lane for every word; DomainError where words have more than 8 bits."""
        check_word_bits(word_bits)
        return cls(word_bits, tuple((word,) for word in range(2**word_bits)))

    @classmethod
    def default(cls, word_bits: int) -> "Domain":
        """One column `x`: every word up to w = 4, the first floor(64 / w) words above."""
        check_word_bits(word_bits)
        size = min(2**word_bits, MAX_PACKED_BITS // word_bits)
        return cls(word_bits, tuple((word,) for word in range(size)))

    @classmethod
    def from_csv(cls, path: Path | str, word_bits: int) -> "Domain":
        """Read lanes from a CSV file: column names in the first line, one lane a line.

        A name ending in ``:context`` marks a context column. Each lane stands there once. DomainError where the file
        is missing or malformed; the message names the line.
        """
        name = source_name(path)
        with reading(path, DomainError):
            rows = _read_csv(path, name)
        header, lanes = rows[0].cells, rows[1:]
        for taken in (OUTPUT_COLUMN, TRAIN_COLUMN):
            if taken in header:
                raise DomainError(
                    f"{name}: column '{taken}' belongs to a world, a domain has inputs only: leave it out"
                )
        words = tuple(tuple(parse_word(cell, word_bits, row.where) for cell in row.cells) for row in lanes)
        columns = tuple(column.removesuffix(CONTEXT_SUFFIX) for column in header)
        context = tuple(column.removesuffix(CONTEXT_SUFFIX) for column in header if column.endswith(CONTEXT_SUFFIX))
        try:
            domain = cls(word_bits, words, columns, context)
        except DomainError as error:
            raise DomainError(f"{name}: {error}") from None
        check_distinct(domain.lanes, [row.where for row in lanes])
        return domain

    @property
    def default_depth(self) -> int:
        """2 where lanes x 2^(2w) <= 2^20, else 1."""
        return 2 if self.environments(2) <= MAX_ENVIRONMENTS else 1

    def depth_in(self, dialect: str) -> int:
        """The default depth of a dialect's programs on this domain; CodeError where there is no such dialect."""
        return min(self.default_depth, dialect_named(dialect).max_depth)

    @property
    def setting_lanes(self) -> tuple[int, ...]:
        """The first lane of each distinct setting of the context columns; without any, the first lane.

        >>> Domain(2, ((1, 0), (1, 3), (2, 0)), ("o", "q"), ("o",)).setting_lanes
        (0, 2)
        """
        places = [place for place, name in enumerate(self.columns) if name in self.context]
        first: dict[tuple[int, ...], int] = {}
        for number, lane in enumerate(self.lanes):
            first.setdefault(tuple(lane[place] for place in places), number)
        return tuple(first.values())

    def environments(self, depth: int) -> int:
        """Number of environments at `depth` binders: lanes x 2^(w * depth)."""
        return int(len(self.lanes) * 2 ** (self.word_bits * depth))

    def check_depth(self, depth: int) -> None:
        """Raise DomainError when binders nested two deep have more than 2^20 environments."""
        if depth > 1 and self.environments(depth) > MAX_ENVIRONMENTS:
            raise DomainError(
                f"{len(self.lanes)} lanes of {self.word_bits}-bit words have {self.environments(depth)} environments "
                f"at depth {depth}: at most {MAX_ENVIRONMENTS} are allowed, give fewer lanes, a smaller word or depth 1"
            )

    def pack(self, words: Sequence[int]) -> int:
        """The behaviour of these output words, one a lane."""
        if len(words) != len(self.lanes):
            raise DomainError(f"{len(words)} words for {len(self.lanes)} lanes")
        return sum(word << (lane * self.word_bits) for lane, word in enumerate(words))

    def unpack(self, behaviour: int) -> tuple[int, ...]:
        """The output words of a behaviour, one a lane."""
        mask = 2**self.word_bits - 1
        return tuple((behaviour >> (lane * self.word_bits)) & mask for lane in range(len(self.lanes)))

    def lane_mask(self, lanes: Iterable[int]) -> int:
        """The packed word whose bits are 1 in exactly these lanes."""
        chosen = set(lanes)
        mask = 2**self.word_bits - 1
        return self.pack([mask if lane in chosen else 0 for lane in range(len(self.lanes))])


def check_packed(domain: Domain) -> None:
    """Raise DomainError where the domain is wide; the message names the commands that can take it."""
    if domain.is_wide:
        raise DomainError(
            f"{len(domain.lanes)} lanes of {domain.word_bits} bits make {len(domain.lanes) * domain.word_bits} bits of "
            f"behaviour, and here at most {MAX_PACKED_BITS} can be: "
            f"give {MAX_PACKED_BITS // domain.word_bits} lanes or fewer, or count what fits this one world with "
            "'priorsim odds' or 'priorsim histogram', --world and --max-bits, without an atlas"
        )


def check_column_names(names: Sequence[str]) -> None:
    """Raise DomainError unless these are distinct identifiers that are no operator's name."""
    if not names:
        raise DomainError("a domain needs at least one column")
    if len(names) > MAX_COLUMNS:
        raise DomainError(f"{len(names)} columns are too many: give at most {MAX_COLUMNS}")
    for name in names:
        if not _NAME.match(name) or name in FORMS or name == "data":
            raise DomainError(
                f"{quoted(name)} cannot name a column: use the letters a to z, digits and _, and no operator's name"
            )
    if len(set(names)) != len(names):
        raise DomainError(f"column names repeat: {shown(', '.join(names), 200)}")


def check_word(word: int, word_bits: int, where: str) -> None:
    """Raise DomainError unless 0 <= word < 2^w."""
    if not 0 <= word < 2**word_bits:
        raise DomainError(f"{where}: word {shown(word, MOST_SHOWN)} is out of range 0 to {2**word_bits - 1}")


def check_distinct(lanes: Sequence[tuple[int, ...]], where: Sequence[str]) -> None:
    """Raise DomainError where a lane stands there twice; `where` says of each lane where that is."""
    first: dict[tuple[int, ...], int] = {}
    for number, lane in enumerate(lanes):
        if lane in first:
            raise DomainError(f"{where[number]}: the same inputs stand in lane {first[lane]} already: keep one of them")
        first[lane] = number


def parse_word(text: str, word_bits: int, where: str) -> int:
    """A decimal word of `word_bits` bits; DomainError says where it stood."""
    digits = text.strip()
    most = 2**word_bits - 1
    if not re.fullmatch("[0-9]+", digits):
        raise DomainError(f"{where}: {quoted(text)} is not a word: give a decimal number 0 to {most}")
    if len(digits) > MAX_WORD_DIGITS:
        raise DomainError(f"{where}: word {shown(digits, MAX_WORD_DIGITS)} is out of range 0 to {most}")
    check_word(int(digits), word_bits, where)
    return int(digits)


def _read_csv(path: Path | str, name: str) -> list[Row]:
    rows = csv_rows(read_text(path, error=DomainError).split("\n"), name, above=0, most=MAX_LANES, error=DomainError)
    if len(rows) < 2:
        raise DomainError(f"{name}: give the column names in the first line and at least one lane below")
    if rows[0].cells[0].startswith("#"):
        raise DomainError(f"{rows[0].where}: a line of # belongs to a world's file: begin with the column names")
    return rows
