"""The weight of a program: one family of priors and its named members (docs/measures.md).

weight(p) = 2^(-beta l) * t^(-gamma) * 2^(-lambda t) * 2^(-tax s) * [t <= cap] for a program of l
bits, t mean steps a lane and s search nodes. Weights are kept as log2, so nothing over- or underflows;
where time costs nothing and beta and tax are integers they are exact powers of two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from priorsim.errors import PriorError
from priorsim.reading import did_you_mean, quoted

F64 = NDArray[np.float64]

PENALTIES: tuple[str, ...] = ("beta", "gamma", "lambda", "tax")
"""The parameters in which log2 weight is linear, by the names users see."""
PARAMETERS: tuple[str, ...] = (*PENALTIES, "cap")
"""Every parameter of the family, by the name users see; in Python `lambda` is spelled `lam`."""


def features(bits: ArrayLike, steps: ArrayLike, searches: ArrayLike) -> dict[str, F64]:
    """What each penalty multiplies, of n programs: log2 weight = -sum of parameter x feature, cap aside.

    Of the length l in bits, the mean steps t >= 1 and the number of search nodes s, each of shape (n,), beta
    multiplies l, gamma log2 t, lambda t and tax s.
    """
    mean_steps = np.asarray(steps, dtype=np.float64)
    return {
        "beta": np.asarray(bits, dtype=np.float64),
        "gamma": np.log2(mean_steps),
        "lambda": mean_steps,
        "tax": np.asarray(searches, dtype=np.float64),
    }


LARGEST = 1e9  # No value of a prior is larger: beside its products, lengths would be lost to rounding.


@dataclass(frozen=True, slots=True)
class Prior:
    """A weight of programs, 2^(-beta l - gamma log2 t - lam t - tax s), of l bits, t mean steps and s search nodes.

    Whether the sum over all programs converges is checked where a mass is taken.

    Parameters
    ----------
    name : str
        The name that answers show.
    beta : float, default 1
        Bits for each bit of length, above 0. 1 is Solomonoff's prior.
    gamma : float, default 0
        Bits for each doubling of the mean steps a lane, at least 0.
    lam : float, default 0
        Bits for each step of the mean steps a lane (lambda), at least 0.
    tax : float, default 0
        The search tax: bits for each search node. Below 0 it is a subsidy.
    cap : float, optional
        The most mean steps a lane, at least 1. Programs that take more weigh nothing.
    description : str, optional
        What the prior is, in a sentence.

    Raises
    ------
    PriorError
        If a value is not finite, above 1e9 in size or out of its range.

    Examples
    --------
    >>> Prior("levin", gamma=1).log2_weight([10], [8], [0])
    array([-13.])
    """

    name: str
    beta: float = 1
    gamma: float = 0
    lam: float = 0
    tax: float = 0
    cap: float | None = None
    description: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        least = {"gamma": 0, "lambda": 0, "cap": 1}
        for parameter in PARAMETERS:
            value, floor = self.value(parameter), least.get(parameter, -LARGEST)
            if value is not None and not abs(value) <= LARGEST:
                raise PriorError(f"{parameter} is {value}: give a finite number, {LARGEST:g} at most in size")
            if value is not None and value < floor:
                raise PriorError(f"{parameter} is {value}: give a number of at least {floor}")
        if self.beta <= 0:
            raise PriorError(f"beta is {self.beta}: give a number above 0")

    def value(self, parameter: str) -> float | None:
        """The value of a parameter by its public name, None where there is no cap; PriorError for any other name."""
        if parameter not in PARAMETERS:
            raise PriorError(f"unknown penalty '{parameter}': choose one of {', '.join(PARAMETERS)}")
        value: float | None = getattr(self, _FIELDS[parameter])
        return value

    def with_values(self, values: Mapping[str, float | None]) -> "Prior":
        """The same prior with other values, by the parameters' public names.

        >>> Prior("linear").with_values({"lambda": 0.5}).lam
        0.5
        """
        for parameter in values:
            self.value(parameter)
        return replace(self, **{_FIELDS[parameter]: value for parameter, value in values.items()})  # type: ignore[arg-type]

    @property
    def is_dyadic(self) -> bool:
        """True where every weight is a power of two: no price on time, beta and tax integers."""
        return self.gamma == 0 and self.lam == 0 and self.beta == int(self.beta) and self.tax == int(self.tax)

    @property
    def is_length_and_time(self) -> bool:
        """True where a program costs l + gamma log2 t and nothing else."""
        return self.beta == 1 and self.lam == 0 and self.tax == 0 and self.cap is None

    @property
    def is_below_code(self) -> bool:
        """True where weight <= 2^-l for every program, so that the code's unexplored mass bounds the prior's."""
        return self.beta >= 1 and self.tax >= 0

    def within_cap(self, steps: ArrayLike) -> NDArray[np.bool_]:
        """Whether the mean steps a lane of each program are within the cap, shape (n,)."""
        mean_steps = np.asarray(steps, dtype=np.float64)
        return np.ones(mean_steps.shape, dtype=bool) if self.cap is None else mean_steps <= float(self.cap)

    def log2_weight(self, bits: ArrayLike, steps: ArrayLike, searches: ArrayLike, *, without: str | None = None) -> F64:
        """log2 of the weight of each program, in bits, shape (n,).

        Parameters
        ----------
        bits, steps, searches : array_like, shape (n,)
            Length in bits, mean steps a lane and number of search nodes.
        without : {"beta", "gamma", "lambda", "tax"}, optional
            A parameter that counts as 0.

        Returns
        -------
        ndarray of float, shape (n,)
            -inf where the steps are above the cap.
        """
        total = np.zeros(np.shape(bits), dtype=np.float64)
        for parameter, feature in features(bits, steps, searches).items():
            price = self.value(parameter)
            if price and parameter != without:
                total -= float(price) * feature
        return np.where(self.within_cap(steps), total, -np.inf)

    def to_json(self) -> dict[str, object]:
        """Name and parameters as JSON values; whole numbers are written without a point."""
        values = {parameter: self.value(parameter) for parameter in PARAMETERS}
        plain = {name: int(value) if value == int(value or 0) else value for name, value in values.items()}
        return {"name": self.name, **plain}


_FIELDS = {parameter: "lam" if parameter == "lambda" else parameter for parameter in PARAMETERS}


@dataclass(frozen=True, slots=True)
class Member:
    """A named member of the family: its fixed values, what it needs to be given, and its source."""

    description: str
    values: Mapping[str, float] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


PRIORS: Mapping[str, Member] = MappingProxyType(
    {
        "solomonoff": Member("2^-l: simplicity alone. Solomonoff 1964."),
        "levin": Member(
            "2^-l / t: the order of Levin's Kt = l + log2 t; S_Kt in Filan, Leike and Hutter 2016.", {"gamma": 1}
        ),
        "schmidhuber": Member(
            "2^(-2l) / t: the order of S_Fast, Schmidhuber 2002, Definition 6.3, up to a factor 2 and the rounding of "
            "t to a power of two; it ranks by l + (1/2) log2 t. Defined there for sequences; its use for finite "
            "functions is ours.",
            {"beta": 2, "gamma": 1},
        ),
        "kind-of-speed": Member(
            "2^-l * t^(-1/2): four times the time is one bit. Christiano; the order of S_Fast at beta = 1.",
            {"gamma": 0.5},
        ),
        "linear": Member("2^(-l - lambda t): every step costs lambda bits.", needs=("lambda",)),
        "capped": Member("2^-l where t <= cap, else 0.", needs=("cap",)),
        "tempered": Member("2^(-beta l): beta above 1 is a stronger penalty on length.", needs=("beta",)),
    }
)
"""The named members of the family, in the order they are shown."""


def named_prior(
    name: str,
    *,
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
) -> Prior:
    """The prior of that name, with any value that is given in place of its own.

    Parameters
    ----------
    name : str
        One of the names in docs/measures.md.
    beta, gamma, lam, tax, cap : float, optional
        Bits for each bit of length, bits for each doubling of the mean steps a lane, bits for each step, bits for each
        search node, and the most mean steps a lane.

    Returns
    -------
    Prior
        Its name shows the values that differ from those of the named prior.

    Raises
    ------
    PriorError
        If there is no such prior, a value that it needs is missing, or a value is out of its range.

    Examples
    --------
    >>> named_prior("levin").gamma
    1
    >>> named_prior("solomonoff", tax=4).name
    'solomonoff (tax 4)'
    >>> named_prior("linear", lam=0.25).name
    'linear'
    """
    if name not in PRIORS:
        raise PriorError(f"unknown prior {quoted(name)}: {did_you_mean(name, PRIORS)}choose one of {', '.join(PRIORS)}")
    member = PRIORS[name]
    asked = {"beta": beta, "gamma": gamma, "lambda": lam, "tax": tax, "cap": cap}
    given = {parameter: value for parameter, value in asked.items() if value is not None}
    missing = [parameter for parameter in member.needs if parameter not in given]
    if missing:
        raise PriorError(f"prior '{name}' needs a value for {missing[0]}: give --{missing[0]}")
    own = Prior(name, description=member.description).with_values(member.values)
    departures = [
        f"{parameter} {float(value):g}"
        for parameter, value in given.items()
        if parameter not in member.needs and value != own.value(parameter)
    ]
    return replace(own, name=f"{name} ({', '.join(departures)})" if departures else name).with_values(given)
