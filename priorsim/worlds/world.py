"""A world: which words are right in each lane, and which lanes a program is trained on."""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from priorsim.errors import WorldError
from priorsim.mu.domain import Domain
from priorsim.reading import MOST_SHOWN, quoted, shown, whole_numbers

_LANES = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class World:
    """What programs have to compute: for each lane the words that are right there, nearly always one.

    Parameters
    ----------
    name : str
        The name. In all texts of a world, a backslash precedes what cannot be printed safely.
    domain : Domain
        The lanes, and the bits w of a word.
    acceptable : tuple of frozenset of int, shape (lanes,)
        The right words of each lane, 0 to 2^w - 1.
    train : tuple of int
        The training lanes by their numbers, from 0. The other lanes are held out.
    family : str
        The group in which the world is listed.
    dialect : str
        The dialect in which the world is asked by default.
    description : str
        What the world is, in a sentence.
    rules : tuple of tuple of int, optional
        The lanes of each hidden rule, where there are any; the lanes of a rule are learnt at once. World files do not
        name rules, so that worlds that differ in nothing else are equal.

    Raises
    ------
    WorldError
        If a lane is missing, has no right word, or has a word that is out of its range.
    """

    name: str
    domain: Domain
    acceptable: tuple[frozenset[int], ...]
    train: tuple[int, ...]
    family: str
    dialect: str
    description: str
    rules: tuple[tuple[int, ...], ...] = field(default=(), kw_only=True, compare=False)

    def __post_init__(self) -> None:
        for text in ("name", "family", "dialect", "description"):
            # They may be a stranger's, and are printed and drawn in many places: from here on they are safe.
            object.__setattr__(self, text, shown(getattr(self, text)))
        if len(self.acceptable) != len(self.domain.lanes):
            raise WorldError(
                f"world {self.name}: {len(self.acceptable)} lanes of words for {len(self.domain.lanes)} lanes"
            )
        for lane, words in enumerate(self.acceptable):
            if not words or not all(0 <= word < 2**self.domain.word_bits for word in words):
                raise WorldError(
                    f"world {self.name}, lane {lane}: give at least one word, each 0 to {2**self.domain.word_bits - 1}"
                )
        check_lanes(self.train, self.domain, f"world {self.name}")
        if self.rules and sorted(lane for rule in self.rules for lane in rule) != list(range(len(self.acceptable))):
            raise WorldError(f"world {self.name}: the rules {self.rules} do not hold every lane once")

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        word_bits: int | None = None,
        *,
        domain: Domain | None = None,
        train: Iterable[int] | None = None,
        name: str = "",
        dialect: str = "arith",
        description: str = "",
    ) -> "World":
        """The world in which a function says which words are right in each lane.

        Parameters
        ----------
        function : callable
            It is called in each lane with one word for each column, and returns the word that is right there, or
            several in a set, list or tuple. Words are taken modulo 2^w.
        word_bits : int, optional
            The bits w of a word, for the lanes of the default domain. Give either `word_bits` or `domain`.
        domain : Domain, optional
            The lanes of the world.
        train : iterable of int, optional
            The training lanes by their numbers, from 0. By default the first three quarters.
        name : str, optional
            The name of the world, by default that of the function.
        dialect : str, default "arith"
            The dialect in which the world is asked by default.
        description : str, optional
            What the world is, in a sentence.

        Returns
        -------
        World

        Raises
        ------
        WorldError
            If the function raises or gives no word, or there is no such lane.

        Examples
        --------
        >>> World.of(lambda x: x * x, word_bits=3, train=range(6)).acceptable[3]
        frozenset({1})
        """
        if (word_bits is None) == (domain is None):
            raise WorldError("give word_bits or a domain to a world of a function, one of the two")
        domain = domain or Domain.default(*whole_numbers([word_bits], "word_bits"))
        acceptable = tuple(_words_at(function, lane, domain) for lane in range(len(domain.lanes)))
        lanes = default_train(len(domain.lanes)) if train is None else tuple(sorted(set(whole_numbers(train, "train"))))
        own = getattr(function, "__name__", "").strip("<>") or "function"
        return cls(name or own, domain, acceptable, lanes, "function", dialect, description)

    @property
    def behaviour(self) -> int | None:
        """The right words packed into a number of w bits a lane, or None where some lane accepts several words."""
        if any(len(words) != 1 for words in self.acceptable):
            return None
        return self.domain.pack([min(words) for words in self.acceptable])

    @property
    def held_out(self) -> tuple[int, ...]:
        """The lanes that are not for training. Where there are none, every program that fits is right throughout."""
        trained = set(self.train)
        return tuple(lane for lane in range(len(self.domain.lanes)) if lane not in trained)

    @property
    def task(self) -> tuple[object, ...]:
        """The world without names and descriptions: equal where no measure distinguishes two worlds."""
        return (self.dialect, self.domain, self.acceptable, self.train, self.rules)

    def trained_on(self, lanes: Sequence[int]) -> "World":
        """The same world with other training lanes."""
        return replace(self, train=tuple(sorted(set(lanes))))

    def accepts(self, words: Sequence[int], lanes: Sequence[int]) -> bool:
        """True where each of these lanes' words is right."""
        return all(words[lane] in self.acceptable[lane] for lane in lanes)


def _words_at(function: Callable[..., Any], lane: int, domain: Domain) -> frozenset[int]:
    """What a function gives in a lane, modulo 2^w; WorldError where that is no word."""
    words = domain.lanes[lane]
    told = ", ".join(f"{name} = {word}" for name, word in zip(domain.columns, words, strict=True))
    try:
        given = function(*words)
    except Exception as error:
        message = shown(f"{type(error).__name__}: {error}", 200)
        raise WorldError(f"lane {lane} ({told}): the function raises {message}: it has to give a word") from error
    try:
        several = given if isinstance(given, set | frozenset | list | tuple) else (given,)
        return frozenset(operator.index(word) % 2**domain.word_bits for word in several)
    except TypeError:
        given_text = shown(repr(given), MOST_SHOWN)
        raise WorldError(
            f"lane {lane} ({told}): the function gives {given_text}: give a whole number, or several"
        ) from None


def world_of_words(
    name: str,
    domain: Domain,
    words: Iterable[int],
    *,
    family: str,
    dialect: str = "arith",
    description: str = "",
    train: Sequence[int] | None = None,
    rules: Sequence[tuple[int, ...]] = (),
) -> World:
    """The world in which one word, taken modulo 2^w, is right in each lane; by default three quarters train."""
    acceptable = tuple(frozenset({word % 2**domain.word_bits}) for word in words)
    train = default_train(len(domain.lanes)) if train is None else tuple(train)
    return World(name, domain, acceptable, train, family, dialect, description, rules=tuple(rules))


def check_lanes(lanes: Sequence[int], domain: Domain, where: str) -> None:
    """Raise WorldError unless there is a lane and all exist; without a training lane nothing is asked of a world."""
    if not lanes:
        raise WorldError(f"{where}: give at least one training lane: without any, every program fits")
    for lane in lanes:
        if not 0 <= lane < len(domain.lanes):
            raise WorldError(
                f"{where}: there is no lane {shown(lane, MOST_SHOWN)}: choose 0 to {len(domain.lanes) - 1}"
            )


def default_train(lanes: int) -> tuple[int, ...]:
    """The first three quarters of the lanes, at least one.

    >>> default_train(8)
    (0, 1, 2, 3, 4, 5)
    """
    return tuple(range(max(1, lanes * 3 // 4)))


def parse_lanes(text: str, domain: Domain) -> tuple[int, ...]:
    """Lanes of a range list such as ``0-11,14``; WorldError where it is none, or names lanes that do not exist.

    >>> parse_lanes("0-2,5", Domain.default(3))
    (0, 1, 2, 5)
    """
    lanes: set[int] = set()
    asked = f"--train {quoted(text)}"
    for part in text.split(","):
        found = _LANES.fullmatch(part.strip())
        if not found:
            raise WorldError(f"{asked}: {quoted(part)} is not a range of lanes: write ranges as 0-11 or 0-3,8")
        low, high = int(found[1]), int(found[2] or found[1])
        check_lanes((low, high), domain, asked)
        if low > high:
            raise WorldError(f"{asked}: {quoted(part)} runs backwards: write the lower lane first")
        lanes.update(range(low, high + 1))
    return tuple(sorted(lanes))
