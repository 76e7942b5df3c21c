"""Numbers as text: CSV and JSON for files, floats to twelve significant digits; durations in words.

What lies beyond them depends on the mathematical functions of the machine's processor; without it the same
question gives the same bytes on any. Integers and exact rationals are written whole.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

DIGITS = 12


def rounded(value: Any) -> Any:
    """The value with all floats in it, in lists and dicts too, to DIGITS significant digits.

    >>> rounded({"log_odds": 0.1 + 0.2, "programs": 3})
    {'log_odds': 0.3, 'programs': 3}
    """
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part) for part in value]
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.{DIGITS}g}")
    return value


def format_duration(seconds: float) -> str:
    """Seconds in words, two figures at most.

    >>> format_duration(8000)
    '2.2 hours'
    """
    for size, unit in ((86400 * 365, "years"), (86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}" if seconds < 100 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.2g} seconds"


def format_csv(head: Iterable[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""A line of names and a line for each row; None is left empty, infinite numbers are inf and -inf.

    >>> format_csv(["bits", "log2_mass"], [(2, -2.0), (3, None)])
    'bits,log2_mass\n2,-2.0\n3,\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(map(rounded, rows))
    return text.getvalue()


def format_json(values: Any) -> str:
    """One strictly valid JSON value, indented, with a line end."""
    return json.dumps(rounded(values), indent=1, allow_nan=False) + "\n"


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table.

    >>> markdown_table(["bits"], [["2"]])
    ['| bits |', '| --- |', '| 2 |']
    """
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
