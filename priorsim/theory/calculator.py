"""The calculator behind `priorsim theory`: numbers in, odds under every named prior and critical values out.

It evaluates every closed form for which all numbers are given, exactly or in log2 space, at sizes that no census
reaches.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from priorsim.errors import TheoryError
from priorsim.priors import PRIORS, Member
from priorsim.theory import closed_forms
from priorsim.theory.form import ClosedForm, Value
from priorsim.theory.numerals import MAX_BITS, exact_value, format_value, json_value, latex_value, parse_number
from priorsim.theory.quantities import QUANTITIES, Quantity
from priorsim.theory.two_programs import critical_size, exponent, levin, log_odds, solomonoff

ASKED = (
    *("bits_search", "steps_search", "count_search"),
    *("bits_direct", "steps_direct", "count_direct"),
    *("alpha", "beta", "gamma", "lam", "cap"),
    *("word_bits", "table_overhead"),
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

Tables: TypeAlias = Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]]
"""Heads and rows of text, for readers."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All closed forms by name."""

    forms: dict[str, ClosedForm]

    def tables(self) -> Tables:
        """What each says, and the numbers it takes."""
        rows = [
            (name, form.statement, ", ".join(each.shown_name for each in form.quantities))
            for name, form in self.forms.items()
        ]
        return [(("closed form", "what it is", "takes"), rows)]

    def latex(self) -> str:
        """The formulas, as displayed mathematics."""
        return _gathered(form.latex() for form in self.forms.values())

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object; docs/measures.md documents the keys."""
        return {"closed_forms": [form.to_json() for form in self.forms.values()]}


@dataclass(frozen=True, slots=True)
class UnderPrior:
    """The odds of search against direct code under a named prior.

    Attributes
    ----------
    log_odds : Fraction or mpf or None
        In bits; infinite where a cap removes one of the programs. None where a number is missing, or where a
        cap removes both.
    critical_size : Fraction or mpf or None
        L*, bits of direct code above which search wins; infinite where none suffices. None where a number is
        missing, or the prior has a price on steps.
    """

    log_odds: Value | None = None
    critical_size: Value | None = None


@dataclass(frozen=True, slots=True)
class Calculation:
    """What follows from the numbers given.

    Attributes
    ----------
    given : dict of str to str
        The numbers as they were written, by the names that users see.
    priors : dict of str to UnderPrior
        By the prior's name, all of them.
    values : dict of str to (Fraction or mpf or bool or None)
        By the closed form's name, all that take nothing but numbers that can be given; None where one is
        missing, or where the form is not defined.
    unknown : dict of str to str
        Why a value is None: what it needs, or where the form is defined.
    """

    given: dict[str, str]
    priors: dict[str, UnderPrior]
    values: dict[str, Value | None]
    unknown: dict[str, str]

    def tables(self) -> Tables:
        """The odds under every prior that has them, and the values or what they lack."""
        forms = closed_forms()
        odds = [
            (name, format_value(each.log_odds), _verdict(each.log_odds), format_value(each.critical_size))
            for name, each in self.priors.items()
            if each.log_odds is not None
        ]
        values = [
            (name, forms[name].statement, self.unknown.get(name, format_value(value)))
            for name, value in self.values.items()
        ]
        tables: Tables = [(("prior", "log-odds", "search : direct", "L*"), odds)] if odds else []
        return [*tables, (("closed form", "what it is", "value"), values)]

    def latex(self) -> str:
        """Every form that has a value, with its formula and the value, as displayed mathematics."""
        found = {**{name: each.log_odds for name, each in self.priors.items()}, **self.values}
        return _gathered(
            f"{form.latex()} {latex_value(value)}"
            for name, form in closed_forms().items()
            if (value := found.get(name)) is not None
        )

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object; docs/measures.md documents the keys."""
        return {
            "given": self.given,
            "log_odds": {name: json_value(each.log_odds) for name, each in self.priors.items()},
            "critical_size": {name: json_value(each.critical_size) for name, each in self.priors.items()},
            "values": {name: json_value(value) for name, value in self.values.items()},
            "unknown": self.unknown,
        }


def calculate(given: Mapping[str, str]) -> Calculation:
    """Everything that follows from these numbers.

    Parameters
    ----------
    given : mapping of str to str
        Texts for any of ASKED, by name.

    Raises
    ------
    TheoryError
        When a number cannot be read or is out of range (see OF_ANY_SIZE and PRICE_BITS), when there are more
        programs of a length than there are codes, when nothing follows, or when a number changes nothing.

    Examples
    --------
    >>> result = calculate({"bits_search": "500", "steps_search": "2^2000", "bits_direct": "2000", "steps_direct": "1"})
    >>> [str(result.priors[name].log_odds) for name in ("solomonoff", "levin", "schmidhuber")]
    ['1500', '-500', '1000']
    >>> result.values["gamma_star"], result.unknown["table_flip"]
    (Fraction(3, 4), 'needs word_bits, table_overhead')
    """
    asked = {name: QUANTITIES[name] for name in given}
    most = {name: MAX_BITS if name in OF_ANY_SIZE else PRICE_BITS for name in asked}
    numbers = {name: each.check(parse_number(given[name], each.shown_name, most[name])) for name, each in asked.items()}
    at = {**DEFAULTS, **numbers}
    _check_counts(at)
    values: dict[str, Value | None] = {}
    unknown: dict[str, str] = {}
    if "alpha" not in at and (found := _evaluate(exponent(), at, {})) is not None:
        at["alpha"] = exact_value(found)
    _check_alpha(at)
    for name, form in _forms_of_asked().items():
        if name not in PRIORS:
            values[name] = _priced(form, at, unknown)
    priors = {name: _under(member, numbers, at) for name, member in PRIORS.items()}
    if all(value is None for value in (*values.values(), *(each.log_odds for each in priors.values()))):
        raise TheoryError("nothing follows from these numbers: 'priorsim theory' alone lists what each form takes")
    _check_idle(asked, at)
    return Calculation({each.shown_name: given[name] for name, each in asked.items()}, priors, values, unknown)


def _forms_of_asked() -> dict[str, ClosedForm]:
    """The closed forms, by name, that take nothing but numbers that can be given."""
    known = {*ASKED, *DEFAULTS}
    return {name: form for name, form in closed_forms().items() if known.issuperset(_names(form.quantities))}


def _names(quantities: Iterable[Quantity]) -> set[str]:
    return {each.name for each in quantities}


def list_forms() -> Listing:
    """All closed forms, to be shown."""
    return Listing(closed_forms())


def _check_counts(at: Mapping[str, Fraction]) -> None:
    for side in ("search", "direct"):
        count, bits = at[f"count_{side}"], at.get(f"bits_{side}")
        if bits is not None and (int(count) - 1).bit_length() > bits:
            raise TheoryError(f"count_{side} is above 2^{bits}: there are no more codes of {bits} bits")


def _check_alpha(at: Mapping[str, Fraction]) -> None:
    found = _evaluate(exponent(), at, {})
    if found is not None and "alpha" in at and not math.isclose(float(found), float(at["alpha"]), rel_tol=1e-9):
        raise TheoryError(
            f"alpha is {format_value(at['alpha'])}, and by the lengths and times given it is {format_value(found)}: "
            "leave it, or one of these"
        )


def _check_idle(given: Iterable[str], at: Mapping[str, Fraction]) -> None:
    """Refuse a number where each form and prior that takes it lacks another one."""
    takers = [_names(form.quantities) for form in _forms_of_asked().values()]
    takers += [_taken_under(member) for member in PRIORS.values() if member.needs]
    for name in given:
        lacking = min((taker - at.keys() for taker in takers if name in taker), key=len)
        if lacking:
            named = " and ".join(QUANTITIES[each].shown_name for each in ASKED if each in lacking)
            raise TheoryError(f"{QUANTITIES[name].shown_name} changes nothing without {named}: leave it, or give more")


def _taken_under(member: Member) -> set[str]:
    """The numbers that the odds under a prior with an open value take."""
    needs = set(_needs(member))
    return needs | _names((solomonoff() if needs == {"beta"} else levin()).quantities)


def _needs(member: Member) -> list[str]:
    """The penalties that a prior leaves open, as quantities are named."""
    return ["lam" if parameter == "lambda" else parameter for parameter in member.needs]


def _priced(form: ClosedForm, at: Mapping[str, Fraction], unknown: dict[str, str]) -> Value | None:
    """The form's value at the prices given; those that are about l + gamma log2 t alone have none at others."""
    if form.name in ("gamma_star", "critical_size") and at["lam"]:
        unknown[form.name] = "is for no price on steps: see log_odds"
        return None
    if form.name == "gamma_star" and at["beta"] != 1:
        unknown[form.name] = "is for beta = 1: see crossover"
        return None
    if form.name == "critical_size" and "gamma" in at:
        return _evaluate(form, {**at, "gamma": at["gamma"] / at["beta"]}, unknown)
    return _evaluate(form, at, unknown)


def _evaluate(form: ClosedForm, at: Mapping[str, Fraction], unknown: dict[str, str]) -> Value | None:
    """The form's value, or None and the reason among the unknown ones."""
    missing = [each.shown_name for each in form.quantities if each.name not in at]
    if missing:
        unknown[form.name] = f"needs {', '.join(missing)}"
        return None
    try:
        return form.value(**{each.name: at[each.name] for each in form.quantities})
    except TheoryError as error:
        unknown[form.name] = str(error)
        return None


def _under(member: Member, numbers: Mapping[str, Fraction], at: Mapping[str, Fraction]) -> UnderPrior:
    """Odds and critical size under a named prior; `numbers` are those given, without defaults."""
    needs = _needs(member)
    if not numbers.keys() >= set(needs):
        return UnderPrior()
    prices = {"beta": Fraction(1), "gamma": Fraction(0), "lam": Fraction(0)}
    prices |= {name: Fraction(value) for name, value in member.values.items()}
    prices |= {name: numbers[name] for name in needs}
    cap = prices.pop("cap", None)
    try:
        odds = _evaluate(log_odds().at(**prices), at, {})
    except TheoryError:
        return UnderPrior()
    if cap is not None:
        return UnderPrior(_capped(odds, cap, at))
    if prices["lam"]:
        return UnderPrior(odds)
    price = prices["gamma"] / prices["beta"]
    if at.get("alpha", Fraction(0)) * price >= 1:
        return UnderPrior(odds, math.inf)
    return UnderPrior(odds, _evaluate(critical_size(), {**at, "gamma": price}, {}))


def _capped(odds: Value | None, cap: Fraction, at: Mapping[str, Fraction]) -> Value | None:
    """The odds once programs above the cap weigh nothing."""
    if odds is None or not at.keys() >= {"steps_search", "steps_direct"}:
        return None
    within = at["steps_search"] <= cap, at["steps_direct"] <= cap
    return {(True, True): odds, (True, False): math.inf, (False, True): -math.inf, (False, False): None}[within]


def _verdict(log_odds: Value) -> str:
    if log_odds == 0:
        return "even"
    return "search outweighs" if log_odds > 0 else "direct code outweighs"


def _gathered(lines: Iterable[str]) -> str:
    return "\\begin{gather*}\n" + " \\\\\n".join(lines) + "\n\\end{gather*}"
