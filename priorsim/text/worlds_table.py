"""What one command says of several worlds as one table: as text, CSV, LaTeX or JSON.

Nothing is computed here; the rows are those of worlds_odds.py and worlds_heldout.py.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from priorsim.errors import PriorsimError
from priorsim.formats import format_csv, format_json, format_lanes
from priorsim.measure.odds import OddsAnswer
from priorsim.measure.off_training import HeldOutAnswer
from priorsim.provenance import software, stamped
from priorsim.storage import begins_with
from priorsim.terminal import fitted, format_table
from priorsim.text.templates import latex

A = TypeVar("A", bound=OddsAnswer | HeldOutAnswer)
Cells = Iterable[Sequence[object]]
"""The cells of the rows of a world, those of `_ASKED` or `_SHOWN` left out."""
_ASKED = ("world", "family", "dialect", "word_bits", "train", "bound_bits", "prior", "class_by")
_SHOWN = {"world": "world", "trained on": "lanes trained on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldsTable(Generic[A]):
    """The tables of a command, which begin with what was asked; `of_csv` and `of_text` give the other cells of a world.

    `head` has their names in the text and in LaTeX, `lines` what stands below the text, and `left` the number of
    columns that LaTeX sets to the left.
    """

    command: str
    csv_head: tuple[str, ...]
    of_csv: Callable[[A], Cells]
    head: dict[str, str]
    of_text: Callable[[A], Cells]
    left: int = len(_SHOWN)
    lines: Callable[[A], Iterable[str]] = lambda _: ()

    def writer_of(self, out: Path | None, as_json: bool) -> Callable[[Sequence[A]], str]:
        """What writes the table to a file by its ending, CSV to -, else text or JSON; PriorsimError for others."""
        if out is None:
            return self.json if as_json else self.text
        formats = {".csv": self.csv, ".tex": self.latex, ".json": self.json}
        ending = ".csv" if str(out) in ("-", "/dev/stdout") else out.suffix.lower()
        if ending not in formats:
            raise PriorsimError(f"--out {out}: a table's name ends in {', '.join(formats)}: choose one of them")
        return formats[ending]

    def is_own(self, path: Path) -> bool:
        """Whether a file is a table that this command wrote."""
        own = map(re.escape, (",".join([*_ASKED, *self.csv_head]) + "\n", self._remark))
        as_json = rf"\{{\n \"software\": \{{[^{{}}]*\}},\n \"command\": \"{self.command}\","
        return begins_with(path, "|".join([*own, as_json]))

    @property
    def _remark(self) -> str:
        """The begin of the LaTeX file."""
        return f"% {self.command}: "

    def csv(self, found: Sequence[A]) -> str:
        """Empty where a number is unknown, or nothing of a class fits up to the bound."""
        rows = [(*_asked(each), *cells) for each in found for cells in self.of_csv(each)]
        return stamped(format_csv([*_ASKED, *self.csv_head], rows))

    def text(self, found: Sequence[A]) -> str:
        """What the command prints, with lines of single worlds below the table."""
        table = format_table(self._rows(found), head=(*_SHOWN, *self.head))
        lines = [fitted(f"of {each.world}, {line}\n") for each in found for line in self.lines(each)]
        return f"{_said(found)}\n\n{table}\n" + "".join(["\n", *lines] if lines else [])

    def latex(self, found: Sequence[A]) -> str:
        """A tabular in the rules of the package booktabs, with a remark on prior and bound above."""
        names = (*_SHOWN.values(), *self.head.values())
        columns = "l" * self.left + "r" * (len(names) - self.left)
        units = "Lengths, log-odds and entropies are in bits."
        said = f"{self._remark}{_said(found)}\n% Needs \\usepackage{{booktabs}}. {units}"
        head, *rows = (" & ".join(row) + r" \\" for row in (names, *(map(_latex, row) for row in self._rows(found))))
        top = [said, rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule"]
        return "\n".join([*top, *rows, r"\bottomrule", r"\end{tabular}", ""])

    def json(self, found: Sequence[A]) -> str:
        """The code, the command, and of each world what the command says of it alone with --json."""
        worlds = [each.to_json() for each in found]
        return format_json({"software": software(), "command": self.command, "worlds": worlds})

    def _rows(self, found: Sequence[A]) -> list[tuple[str, ...]]:
        return [
            (each.world, format_lanes(each.train), *map(str, cells)) for each in found for cells in self.of_text(each)
        ]


def _asked(one: OddsAnswer | HeldOutAnswer) -> list[object]:
    """The cells of `_ASKED`."""
    language = one.language
    row: list[object] = [one.world, one.family, language.dialect, language.word_bits]
    return [*row, format_lanes(one.train), one.bound_bits, one.prior.name, one.class_by]


def _said(found: Sequence[A]) -> str:
    """What all rows have in common."""
    bounds = sorted({each.bound_bits for each in found})
    most = f"{bounds[0]}" if len(bounds) == 1 else f"{bounds[0]} to {bounds[-1]}"
    first = found[0]
    return f"prior {first.prior.name}; classes by {first.class_by}; every code-only program up to {most} bits"


def _latex(text: str) -> str:
    return f"${text}$" if text[:1] in ("[", "-") else latex(text)
