"""Numbers as text: in words for readers, and as CSV and JSON for files, floats to twelve significant digits.

What lies beyond them depends on the mathematical functions of the machine's processor; without it the same
question gives the same bytes on any. Integers and exact rationals are written whole.
"""

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

DIGITS = 12


def number(
    value: Any, form: str = ".3g", *, none: str = "undefined", in_words: bool = True, whole: bool = False
) -> str:
    """A number in a form that `format` takes; infinite ones are told in words where asked, as inf otherwise.

    Where asked to be whole, what is no float, an integer or a text, stands as it is.

    >>> number(0.12345), number(None), number(float("-inf"))
    ('0.123', 'undefined', 'minus infinity')
    >>> number(3, ".2f"), number(3, ".2f", whole=True), number(float("-inf"), in_words=False)
    ('3.00', '3', '-inf')
    """
    if value is None:
        return none
    if whole and not isinstance(value, float):
        return str(value)
    if in_words and math.isinf(value):
        return "infinity" if value > 0 else "minus infinity"
    return f"{float(value):{form}}"


def span(
    low: Any, high: Any, show: Callable[[Any], str] = number, *, in_brackets: bool = False, exactly: bool = False
) -> str:
    """A number known up to an interval: its one value where both ends are shown alike, or, exactly, are alike.

    >>> span(1.0, 1.0), span(0.5, None), span(1.0, 2.0)
    ('1', '0.5 to undefined', '1 to 2')
    >>> span(1.0, 2.0, in_brackets=True), span(None, 2.0, in_brackets=True)
    ('[1, 2]', 'at most 2')
    """
    first, last = show(low), show(high)
    if in_brackets and (low is None) != (high is None):
        return f"at most {last}" if low is None else f"at least {first}"
    if low == high if exactly else first == last:
        return first
    return f"[{first}, {last}]" if in_brackets else f"{first} to {last}"


def listed(values: Iterable[float], form: str = ".3g") -> str:
    """Numbers one after the other, or none.

    >>> listed([0.25, 1.5]), listed([])
    ('0.25, 1.5', 'none')
    """
    return ", ".join(number(value, form) for value in values) or "none"


def no_program(low: float | None, high: float | None) -> str:
    """Which program there is none of, where log-odds are of one side only; empty where they are not.

    >>> no_program(math.inf, math.inf), no_program(None, None), no_program(-math.inf, 2.0)
    ('no direct program', 'no program', '')
    """
    if low is None or high is None:
        return "no program"
    return "no direct program" if low == math.inf else "no search program" if high == -math.inf else ""


def finite(value: float | None) -> float | None:
    """The value; None of an infinite one, which stands for odds that are unknown.

    >>> finite(-math.inf), finite(2.5)
    (None, 2.5)
    """
    return None if value is None or math.isinf(value) else value


def percent(share: Any, form: str | None = None) -> str:
    """A share of 1 in per cent; without a form to two figures, near 1 to two of what is missing to it.

    >>> percent(0.123), percent(0.9985), percent(1.0), percent(0.99999), percent(2.1e-7)
    ('12 %', '99.85 %', '100 %', '99.999 %', '2.1e-05 %')
    >>> percent(0.9985, ".2g"), percent(0.076, ".0f"), percent(0.0, ".0f")
    ('100 %', '8 %', '0 %')
    """
    if form is None and share >= 0.9:
        return f"{100 - float(f'{100 * (1 - share):.2g}'):.10g} %"
    rounded_share = float(format(100 * float(share), form or ".2g"))
    return f"{rounded_share:.10g} %"


def share_of_one(value: float | None) -> str:
    """A share with three digits; an exact 0 or 1 in one, so that nothing is rounded to certainty.

    >>> share_of_one(1.0), share_of_one(0.99999), share_of_one(0.5), share_of_one(None)
    ('1', '> 0.999', '0.500', 'none')
    """
    if value in (0, 1):
        return f"{value:.0f}"
    if value is not None and not 0.0005 <= value < 0.9995:
        return "< 0.001" if value < 0.5 else "> 0.999"
    return number(value, ".3f", none="none")


def counted(several: int, noun: str, *, apart: bool = False) -> str:
    """A count and its noun; where asked, thousands are set apart by thin spaces.

    >>> counted(1, "world"), counted(12719, "world")
    ('1 world', '12719 worlds')
    >>> counted(12719, "program", apart=True).replace(chr(0x2009), " ")
    '12 719 programs'
    """
    digits = f"{several:,}".replace(",", "\N{THIN SPACE}") if apart else f"{several}"
    return f"{digits} {noun}{'' if several == 1 else 's'}"


def format_duration(seconds: float) -> str:
    """Seconds in words, two figures at most.

    >>> format_duration(8000)
    '2.2 hours'
    >>> format_duration(106)
    '106 seconds'
    """
    for size, unit in ((86400 * 365, "years"), (86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}" if seconds < 100 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.2g} seconds" if seconds < 99.5 else f"{seconds:.0f} seconds"


def about(value: float) -> str:
    """A large number to two figures, with its thousands set apart.

    >>> about(239_977_962), about(87.5)
    ('240,000,000', '88')
    """
    return f"{float(f'{value:.2g}'):,.0f}"


def format_bytes(size: float) -> str:
    """A size in words, to two figures where it is below 10 of its unit.

    >>> format_bytes(466 << 20), format_bytes(1.47 * 2**30), format_bytes(36 << 40)
    ('466 MiB', '1.5 GiB', '36 TiB')
    """
    units = ("MiB", "GiB", "TiB", "PiB")
    power = next((each for each in range(len(units)) if size < 1000 * 2 ** (20 + 10 * each)), len(units) - 1)
    value = size / 2 ** (20 + 10 * power)
    return f"{value:.1f} {units[power]}" if value < 9.95 else f"{value:,.0f} {units[power]}"


def format_lanes(lanes: Sequence[int]) -> str:
    """Lanes as ranges, the way --train takes them.

    >>> format_lanes((0, 1, 2, 5))
    '0-2,5'
    """
    runs = [[lane for _, lane in run] for _, run in groupby(enumerate(lanes), key=lambda at: at[1] - at[0])]
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


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
