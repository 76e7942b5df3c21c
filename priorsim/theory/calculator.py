"""The calculator behind `priorsim theory`: numbers in, odds under every named prior and critical values out.

It evaluates every closed form for which all numbers are given, exactly or in log2 space, at sizes that no census
reaches.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

import msgspec
import sympy

from priorsim import keys
from priorsim.errors import TheoryError
from priorsim.priors import PRIORS, Member
from priorsim.theory.form import QUANTITIES, ClosedForm, Value
from priorsim.theory.forms import CLOSED_FORMS, CRITICAL_SIZE, EXPONENT, LOG_ODDS
from priorsim.theory.numerals import MAX_BITS, exact_value, format_value, json_value, latex_value, parse_number

ASKED = (
    *("bits_search", "steps_search", "count_search", "bits_direct", "steps_direct", "count_direct"),
    *("alpha", "beta", "gamma", "lam", "cap", "word_bits", "table_overhead"),
    *("once_search", "each_search", "once_direct", "each_direct"),
)
"""The quantities that can be given."""
OF_ANY_SIZE = tuple(name for name in ASKED if name.startswith(("steps", "count", "once", "each")) or name == "cap")
"""Steps and numbers of programs, whose logarithms count; they may have as many bits as any number."""
PRICE_BITS = 256
"""Bits of the others' numerators and denominators: lengths and prices are multiplied and divided exactly."""
DEFAULTS: Mapping[str, Fraction] = {
    "count_search": Fraction(1),
    "count_direct": Fraction(1),
    "beta": Fraction(1),
    "lam": Fraction(0),
    "once_direct": Fraction(0),
    "kraft_mass": Fraction(1, 2),
}
"""What holds where nothing else is given; half of the code's mass is on code alone."""


FORMS_OF_ASKED: Mapping[str, ClosedForm] = {
    name: form for name, form in CLOSED_FORMS.items() if {*ASKED, *DEFAULTS} >= {each.name for each in form.quantities}
}
"""The closed forms that take nothing but numbers that can be given."""

Tables: TypeAlias = Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]]  # Heads and rows of text, for readers.


Number: TypeAlias = int | float | str | bool | None  # Text where it is beyond the range of float64.


class FormAnswer(msgspec.Struct, frozen=True):
    """A closed form."""

    name: str
    statement: str
    latex: str
    needs: Annotated[dict[str, str], keys.says("what is to be given, by name")]
    holds_where: Annotated[tuple[str, ...], keys.says("the conditions, as LaTeX")]
    source: str


class FormsAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim theory` says without numbers."""

    closed_forms: Annotated[tuple[FormAnswer, ...], keys.says("every closed form")]


class TheoryAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim theory` says of numbers."""

    given: Annotated[dict[str, str], keys.says("the numbers as they were written, by name")]
    log_odds: Annotated[
        dict[str, Number],
        keys.says(
            'by prior, bits; null where a number is missing, `"inf"` and `"-inf"` where the cap leaves one program'
        ),
    ]
    critical_size: Annotated[
        dict[str, Number],
        keys.says(
            'by prior, L* in bits; `"inf"` where no size suffices, null where alpha is unknown or steps have a price'
        ),
    ]
    values: Annotated[dict[str, Number], keys.says("by closed form; null where it has no value")]
    unknown: Annotated[dict[str, str], keys.says("by closed form, why: what it needs, or where it is defined")]


class Listing:
    """All closed forms by name."""

    def tables(self) -> Tables:
        """What each says, and the numbers it takes."""
        rows = [
            (name, form.statement, ", ".join(each.shown_name for each in form.quantities))
            for name, form in CLOSED_FORMS.items()
        ]
        return [(("closed form", "what it is", "takes"), rows)]

    def latex(self) -> str:
        """The formulas, as displayed mathematics."""
        return _gathered(form.latex() for form in CLOSED_FORMS.values())

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object, a `FormsAnswer`."""
        told = []
        for form in CLOSED_FORMS.values():
            needs = {each.name: each.meaning for each in form.quantities}
            where = tuple(map(sympy.latex, form.conditions))
            told.append(FormAnswer(form.name, form.statement, form.latex(), needs, where, form.source))
        return FormsAnswer(closed_forms=tuple(told)).to_json()


@dataclass(frozen=True, slots=True)
class Calculation:
    """What follows from the numbers `given`, as they were written, by the names users see.

    By the name of a prior: `log_odds` of search against direct code, in bits, infinite where a cap removes one of the
    programs, None where a number is missing or it removes both; and `critical_size`, L*, bits of direct code above
    which search wins, infinite where none suffices, None where a number is missing or steps have a price. By the name
    of a closed form: `values`, None where a number is missing or the form is not defined, and in `unknown` why.
    """

    given: dict[str, str]
    log_odds: dict[str, Value | None]
    critical_size: dict[str, Value | None]
    values: dict[str, Value | None]
    unknown: dict[str, str]

    def tables(self) -> Tables:
        """The odds under every prior that has them, and the values or what they lack."""
        odds = [
            (name, format_value(each), _verdict(each), format_value(self.critical_size[name]))
            for name, each in self.log_odds.items()
            if each is not None
        ]
        values = [
            (name, CLOSED_FORMS[name].statement, self.unknown.get(name, format_value(value)))
            for name, value in self.values.items()
        ]
        tables: Tables = [(("prior", "log-odds", "search : direct", "L*"), odds)] if odds else []
        return [*tables, (("closed form", "what it is", "value"), values)]

    def latex(self) -> str:
        """Every form that has a value, with its formula and the value, as displayed mathematics."""
        found = self.log_odds | self.values
        return _gathered(
            f"{form.latex()} {latex_value(value)}"
            for name, form in CLOSED_FORMS.items()
            if (value := found.get(name)) is not None
        )

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object, a `TheoryAnswer`."""
        found = {"log_odds": self.log_odds, "critical_size": self.critical_size, "values": self.values}
        values = {part: {name: json_value(value) for name, value in each.items()} for part, each in found.items()}
        return TheoryAnswer(given=self.given, **values, unknown=self.unknown).to_json()


def calculate(given: Mapping[str, str]) -> Calculation:
    """Everything that follows from these texts for any of ASKED, by name.

    Raises TheoryError when a number cannot be read or is out of range (see OF_ANY_SIZE and PRICE_BITS), when there are
    more programs of a length than there are codes, when nothing follows, or when a number changes nothing.

    >>> result = calculate({"bits_search": "500", "steps_search": "2^2000", "bits_direct": "2000", "steps_direct": "1"})
    >>> [str(result.log_odds[name]) for name in ("solomonoff", "levin", "schmidhuber")]
    ['1500', '-500', '1000']
    >>> result.values["gamma_star"], result.unknown["table_flip"]
    (Fraction(3, 4), 'needs word_bits, table_overhead')
    """
    numbers = {}
    for name, text in given.items():
        most = MAX_BITS if name in OF_ANY_SIZE else PRICE_BITS
        numbers[name] = QUANTITIES[name].check(parse_number(text, QUANTITIES[name].shown_name, most))
    at = {**DEFAULTS, **numbers}
    for side in ("search", "direct"):
        count, bits = at[f"count_{side}"], at.get(f"bits_{side}")
        if bits is not None and (int(count) - 1).bit_length() > bits:
            raise TheoryError(f"count_{side} is above 2^{bits}: there are no more codes of {bits} bits")
    _settle_alpha(at)
    values: dict[str, Value | None] = {}
    unknown: dict[str, str] = {}
    for name, form in FORMS_OF_ASKED.items():
        if name not in PRIORS:
            try:
                values[name] = _priced(form, at)
            except TheoryError as error:
                values[name], unknown[name] = None, str(error)
    under = {name: _under(member, numbers, at) for name, member in PRIORS.items()}
    odds, sizes = ({name: each[part] for name, each in under.items()} for part in (0, 1))
    if all(value is None for value in (*values.values(), *odds.values())):
        raise TheoryError("nothing follows from these numbers: 'priorsim theory' alone lists what each form takes")
    _check_idle(given, at)
    shown = {QUANTITIES[name].shown_name: text for name, text in given.items()}
    return Calculation(shown, odds, sizes, values, unknown)


def _settle_alpha(at: dict[str, Fraction]) -> None:
    """Put in alpha where it follows from the other numbers; it must not be given otherwise."""
    found = _known(EXPONENT, at)
    if found is None:
        return
    alpha = at.setdefault("alpha", exact_value(found))
    if not math.isclose(float(found), float(alpha), rel_tol=1e-9):
        raise TheoryError(
            f"alpha is {format_value(alpha)}, and by the lengths and times given it is {format_value(found)}: "
            "leave it out, or one of these"
        )


def _check_idle(given: Iterable[str], at: Mapping[str, Fraction]) -> None:
    """Refuse a number where each form and prior that takes it lacks another one."""
    takers = [{each.name for each in form.quantities} for form in FORMS_OF_ASKED.values()]
    for needs in filter(None, map(_needs, PRIORS.values())):
        form = CLOSED_FORMS["solomonoff" if needs == ["beta"] else "levin"]
        takers.append({*needs, *(each.name for each in form.quantities)})
    for name in given:
        lacking = min((taker - at.keys() for taker in takers if name in taker), key=len)
        if lacking:
            named = " and ".join(QUANTITIES[each].shown_name for each in ASKED if each in lacking)
            raise TheoryError(
                f"{QUANTITIES[name].shown_name} changes nothing without {named}: leave it out, or give more"
            )


def _needs(member: Member) -> list[str]:
    """The penalties that a prior leaves open, as quantities are named."""
    return ["lam" if parameter == "lambda" else parameter for parameter in member.needs]


def _evaluate(form: ClosedForm, at: Mapping[str, Fraction]) -> Value:
    """The form's value; TheoryError with the reason where it has none."""
    missing = [each.shown_name for each in form.quantities if each.name not in at]
    if missing:
        raise TheoryError(f"needs {', '.join(missing)}")
    return form.value(**{each.name: at[each.name] for each in form.quantities})


def _known(form: ClosedForm, at: Mapping[str, Fraction]) -> Value | None:
    """The form's value, or None where it has none."""
    try:
        return _evaluate(form, at)
    except TheoryError:
        return None


def _priced(form: ClosedForm, at: Mapping[str, Fraction]) -> Value:
    """The form's value at the prices given; those that are about l + gamma log2 t alone have none at others."""
    if form.name in ("gamma_star", "critical_size") and at["lam"]:
        raise TheoryError("is for no price on steps: see log_odds")
    if form.name == "gamma_star" and at["beta"] != 1:
        raise TheoryError("is for beta = 1: see crossover")
    if form.name == "critical_size" and "gamma" in at:
        if not at["beta"]:
            raise TheoryError("critical_size is defined only where beta > 0")
        at = {**at, "gamma": at["gamma"] / at["beta"]}
    return _evaluate(form, at)


def _under(
    member: Member, numbers: Mapping[str, Fraction], at: Mapping[str, Fraction]
) -> tuple[Value | None, Value | None]:
    """Log-odds and critical size under a named prior; `numbers` are those given, without defaults."""
    needs = _needs(member)
    if not numbers.keys() >= set(needs):
        return None, None
    prices: dict[str, Any] = {**member.values, **{name: numbers[name] for name in needs}}
    beta, gamma, lam = (Fraction(prices.get(name, usual)) for name, usual in (("beta", 1), ("gamma", 0), ("lam", 0)))
    if not beta:
        return None, None
    odds = _known(LOG_ODDS.at(beta=beta, gamma=gamma, lam=lam), at)
    if "cap" in needs:
        return _capped(odds, numbers["cap"], at), None
    if lam:
        return odds, None
    if at.get("alpha", 0) * gamma >= beta:
        return odds, math.inf
    return odds, _known(CRITICAL_SIZE, {**at, "gamma": gamma / beta})


def _capped(odds: Value | None, cap: Fraction, at: Mapping[str, Fraction]) -> Value | None:
    """The odds once programs above the cap weigh nothing."""
    if odds is None or not at.keys() >= {"steps_search", "steps_direct"}:
        return None
    alone = {(True, True): odds, (True, False): math.inf, (False, True): -math.inf}
    return alone.get((at["steps_search"] <= cap, at["steps_direct"] <= cap))


def _verdict(log_odds: Value) -> str:
    return "even" if log_odds == 0 else "search outweighs" if log_odds > 0 else "direct code outweighs"


def _gathered(lines: Iterable[str]) -> str:
    return "\\begin{gather*}\n" + " \\\\\n".join(lines) + "\n\\end{gather*}"
