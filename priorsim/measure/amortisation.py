"""n*: how many queries one context must be asked before the program that searches once is the cheaper one.

Under the amortised accounting (docs/language.md, section 4) a program pays part of its steps once a context
and the rest for each query. Both parts come from the interpreter, as means over the contexts and over the
lanes of a domain, exactly; n queries in a context then take once + n * each steps. The closed form is
`AMORTISATION_FLIP` of `priorsim.theory.forms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from priorsim.census.atlas import RowKey
from priorsim.measure.histogram import Histogram
from priorsim.measure.mass import End, shortest
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import shared_steps
from priorsim.mu.syntax import Program, parse


@dataclass(frozen=True, slots=True)
class Shares:
    """The mean steps of a program.

    Attributes
    ----------
    once : Fraction
        Paid once in each context: a mean over the settings of the context columns.
    each : Fraction
        Paid for each query: a mean over the lanes.
    """

    once: Fraction
    each: Fraction

    @classmethod
    def of(cls, program: Program, domain: Domain) -> "Shares":
        """Run a program on a domain.

        Examples
        --------
        >>> from priorsim.mu.dialect import Language
        >>> domain = Domain(4, ((9, 0), (9, 1), (4, 2)), ("o", "q"), ("o",))
        >>> text = "(mul q (find (r) (eq o (mul r r))))"
        >>> Shares.of(parse(text, Language.named("arith", 4, columns=2), ("o", "q")), domain)
        Shares(once=Fraction(37, 2), each=Fraction(2, 1))
        """
        steps = shared_steps(program, domain)
        return cls(Fraction(steps.once, len(domain.setting_lanes)), Fraction(steps.each, len(domain.lanes)))


@dataclass(frozen=True, slots=True)
class AmortisationFlip:
    """Two programs, one that searches and one that does not, and where the first gets the cheaper one."""

    search: Shares
    direct: Shares

    @property
    def queries(self) -> int | None:
        """n*: the queries in a context from which on the search takes fewer steps, 1 where it always does.

        None where no number of queries is enough.

        Examples
        --------
        >>> AmortisationFlip(Shares(Fraction(60), Fraction(3)), Shares(Fraction(0), Fraction(11))).queries
        8
        >>> AmortisationFlip(Shares(Fraction(60), Fraction(3)), Shares(Fraction(0), Fraction(3))).queries is None
        True
        """
        dearer_once, saved_each = self.search.once - self.direct.once, self.direct.each - self.search.each
        if saved_each > 0:
            return max(1, dearer_once // saved_each + 1)
        return 1 if saved_each == 0 and dearer_once < 0 else None

    def to_json(self) -> dict[str, Any]:
        """The steps as floats, and `queries`: n*, or "never"."""
        return {
            "once_search": float(self.search.once),
            "each_search": float(self.search.each),
            "once_direct": float(self.direct.once),
            "each_direct": float(self.direct.each),
            "queries": "never" if self.queries is None else self.queries,
        }


def amortisation_flip(
    histogram: Histogram, end: End, witnesses: Mapping[RowKey, str] | None
) -> AmortisationFlip | None:
    """n* of the shortest search and the shortest direct program at one end.

    Parameters
    ----------
    histogram : Histogram
    end : End
        On which side the disguised programs are.
    witnesses : mapping of RowKey to str, or None
        A program of each of the histogram's least rows: the two that are compared are among them.

    Returns
    -------
    AmortisationFlip or None
        None where a side is empty, no witnesses are known, or the world has no context columns.
    """
    language, domain = histogram.header.language, histogram.world.domain
    search, direct = shortest(histogram, end.search), shortest(histogram, end.direct)
    if search is None or direct is None or witnesses is None or not domain.context:
        return None
    found = (parse(witnesses[key], language, domain.columns) for key in (search, direct))
    return AmortisationFlip(*(Shares.of(program, domain) for program in found))
