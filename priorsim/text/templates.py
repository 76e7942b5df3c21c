"""The templates in assets/, and the filters with which they write numbers, tables and markup.

What a .txt template gives is printed by a command, which ends it itself; only .html escapes what stands in it.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_environment
from markupsafe import Markup, escape

from priorsim.formats import (
    about,
    finite,
    format_bytes,
    format_duration,
    format_lanes,
    listed,
    no_program,
    number,
    percent,
    share_of_one,
    span,
)
from priorsim.terminal import fitted, format_table

if TYPE_CHECKING:
    from priorsim.measure.crossover import Roots
    from priorsim.priors import Prior

BETWEEN_CELLS = re.compile(" ?\N{BROKEN BAR} ?")
"""What parts a line of a `table` into cells."""
whole_percent = partial(percent, form=".0f")
TRUE = "0 or 1"
"""The unit of what is true or false."""

LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "$": r"\$", "{": r"\{", "}": r"\}"}
LATEX |= {"%": r"\%", "_": r"\_", "&": r"\&", "#": r"\#", "^": r"\^{}", "<": "$<$", ">": "$>$"}
LATEX |= {">=": r"$\ge$", "<=": r"$\le$"}
LATEX |= {"·": r"$\cdot$", "\N{MINUS SIGN}": "$-$", "\N{CIRCLED PLUS}": r"$\oplus$"}
LATEX |= {"\N{MUCH LESS-THAN}": r"$\ll$", "\N{MUCH GREATER-THAN}": r"$\gg$"}


def render(name: str, /, **values: Any) -> str:
    """What a template gives."""
    text = environment().get_template(name).render(values)
    return fitted(text.removesuffix("\n")) if name.endswith(".txt") else text


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates, with their filters."""
    found = Environment(
        loader=PackageLoader("priorsim.text", "assets"),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {
        "number": partial(number, in_words=False),
        "bits": partial(number, form=".2f", none="unknown", in_words=False),
        "part": partial(number, form=".4f", none="unknown", in_words=False),
        "parts": parts,
        "interval": interval,
        "odds": odds,
        "no_roots": no_roots,
        "unless_infinite": finite,
        "formula": formula,
        "without": without,
        "share": share_of_one,
        "lanes": format_lanes,
        "about": about,
        "bytes": format_bytes,
        "duration": format_duration,
        "percent_off": percent_off,
        "table": table,
        "condition": condition,
        "reach": reach,
        "latex": latex,
        "prose": prose,
        "identifier": identifier,
        "side": side,
        "along": lambda share: f"{4 + 92 * float(share):.1f}",
    }
    return found


def percent_off(error: float | None) -> str:
    """An error in per cent, with its sign.

    >>> percent_off(0.07), percent_off(-0.123), percent_off(None)
    ('+7 %', '-12 %', 'unknown')
    """
    return "unknown" if error is None else f"{100 * error:+.0f} %"


def parts(numbers: Sequence[float] | None) -> str:
    """Several numbers with two decimals, or none.

    >>> parts([0.25, 1]), parts(None)
    ('0.25, 1.00', 'none')
    """
    return "none" if numbers is None else ", ".join(f"{each:.2f}" for each in numbers)


@pass_environment
def interval(within: Environment, ends: Any, *, whole: bool = False, exactly: bool = False) -> str:
    """A number known up to an interval, of which `low` and `high` are the ends, with two decimals."""
    return interval_text(*(within.getattr(ends, name) for name in ("low", "high")), whole=whole, exactly=exactly)


def interval_text(low: Any, high: Any, *, whole: bool = False, exactly: bool = False) -> str:
    """The same of two ends.

    >>> interval_text(-1, 2.5)
    '[-1.00, 2.50]'
    """
    show = partial(number, form=".2f", none="unknown", in_words=False, whole=whole)
    return span(low, high, show, in_brackets=True, exactly=exactly)


def roots(found: "Roots", within: str) -> str:
    """The crossovers in words: every root, or none with the sign of the log-odds, or why that is unknown.

    `within` says among which programs a side may have none: `up to 20 bits`.
    """
    return listed(found.roots, ".4f") if found.roots else no_roots(found, within)


def no_roots(found: "Roots", within: str) -> str:
    """Why there are no crossovers: the log-odds have one sign in the range, or a side has no program and is unknown."""
    if found.missing is not None:
        return f"unknown: no {found.missing} program {within}"
    if found.sign is None:
        return f"unknown: no program {within}"
    low, high = found.range
    return f"none in [{low:g}, {high:g}], the log-odds stay {found.sign}"


@pass_environment
def odds(within: Environment, ends: Any) -> str:
    """Log-odds with two decimals; where they are of one side only, which program there is none of."""
    return odds_text(*(within.getattr(ends, name) for name in ("low", "high")))


def odds_text(low: float | None, high: float | None) -> str:
    """The same of two ends; one that is infinite is unknown, and so is a JSON "inf".

    >>> odds_text(-1.0, 2.5), odds_text(float("-inf"), 2.5), odds_text(None, None)
    ('[-1.00, 2.50]', '[unknown, 2.50]', 'no program')
    """
    low, high = (None if end is None else float(end) for end in (low, high))
    first, last = (number(finite(end), ".2f", none="unknown") for end in (low, high))
    return no_program(low, high) or (first if first == last else f"[{first}, {last}]")


def without(names: Sequence[str]) -> str:
    """What follows a dialect's name where operators are knocked out.

    >>> without(("find", "argmax")), without(())
    (' without find, argmax', '')
    """
    return f" without {', '.join(names)}" if names else ""


def formula(prior: "Prior") -> str:
    """The prior's weight as a formula of l, t and s."""
    parts = ["2^-l" if prior.beta == 1 else f"2^(-{prior.beta:g} l)"]
    parts += [f"t^(-{prior.gamma:g})"] if prior.gamma else []
    parts += [f"2^(-{prior.lam:g} t)"] if prior.lam else []
    parts += [f"2^({-prior.tax:g} s)"] if prior.tax else []
    parts += [f"[t <= {prior.cap:g}]"] if prior.cap is not None else []
    return " ".join(parts)


def table(text: str, keys: int = 1) -> str:
    r"""Lines, the first of names, as an aligned table, whose first columns are its keys; a broken bar parts cells.

    >>> print(table("world ¦ bits\nsquare ¦ 8\n"), end="")
    world   bits
    square     8
    """
    head, *rows = (BETWEEN_CELLS.split(line) for line in text.splitlines())
    return format_table(rows, head=head, keys=keys) + "\n"


def condition(unit: str, text: str) -> str:
    """Where a number of this unit lies if a claim holds.

    >>> condition("bits", "> 0"), condition("0 or 1", ">= 1")
    ('> 0 bits', 'true')
    """
    return "true" if unit == TRUE else f"{text} {unit}"


def reach(supports: Collection[Any], show: Callable[[Any], str] = whole_percent) -> str:
    """The least and the greatest support.

    >>> reach([0.25, 1.0]), reach([0.5]), reach([])
    ('25 % to 100 %', '50 %', 'undefined')
    """
    return span(min(supports), max(supports), show) if supports else "undefined"


def latex(text: str) -> str:
    r"""The text with what LaTeX would read as commands escaped.

    >>> print(latex("67 % of 3, x >= 1, a_b"))
    67 \% of 3, x $\ge$ 1, a\_b
    """
    return re.sub("|".join(map(re.escape, sorted(LATEX, key=len, reverse=True))), lambda found: LATEX[found[0]], text)


def prose(text: str) -> Markup:
    """The text as HTML; what stands between backticks is set as code.

    >>> str(prose("`a` < b"))
    '<code>a</code> &lt; b'
    """
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))


def identifier(text: str) -> str:
    """A name as part of an HTML id: anything but letters, digits, dots and dashes becomes a dash."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", text)


def side(support: Mapping[str, float] | None, low: Any, high: Any) -> str:
    """On which side of the rule's thresholds a support, from low to high, lies."""
    if support is None:
        return "unknown"
    return "above" if support["low"] > high else "below" if support["high"] < low else "between"
