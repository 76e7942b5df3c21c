"""Families: worlds made by turning knobs, each with a name that says how the knobs stand.

A member is called after its family and its knobs' values in order, as in `constant.w16-16203`. What a knob may be
depends on the knobs before it, so a name is read, or refused, knob by knob, without making any other world.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

from priorsim.errors import WorldError
from priorsim.reading import MOST_SHOWN, quoted
from priorsim.worlds.world import World

Setting = Mapping[str, Any]  # Knobs by name, with their values: integers or texts.
_MOST_SHOWN = 30
_NUMBER = re.compile(r"[0-9]{1,9}")


class Formula(NamedTuple):
    """A function, not reduced modulo 2^w, how it reads, and its home; dear where code for it is long or unknown."""

    function: Callable[..., Any]
    text: str
    dialects: tuple[str, ...] = ("arith",)
    is_dear: bool = False


class Knob(NamedTuple):
    """One thing in which the members of a family differ.

    `values` leads from the setting of the knobs before this one to the values it may take, in order; none where those
    knobs do not go together. A `letter` is what a number follows in a world's name, as the w of `w4`.
    """

    name: str
    description: str
    values: Callable[[Setting], Sequence[int | str]]
    letter: str = ""
    unlisted: Sequence[int | str] = ()

    def text(self, value: int | str) -> str:
        """The value as it stands in a name."""
        return f"{self.letter}{value}"

    def read(self, text: str, setting: Setting, where: str) -> int | str:
        """The value that stands in a name after those of a setting; WorldError says what may stand there."""
        digits = text.removeprefix(self.letter)
        value = int(digits) if _NUMBER.fullmatch(digits) else digits
        values = [*self.values(setting), *self.unlisted] if self.unlisted else self.values(setting)
        if value in values and self.text(value) == text:
            return value
        known = ", ".join(f"{name} {value}" for name, value in setting.items())
        met = f"{self.name} cannot be {quoted(text)}{' with ' * bool(known)}{known}"
        raise WorldError(f"{where}: {met}: {self._advice(text, values)}")

    def _advice(self, text: str, values: Sequence[int | str]) -> str:
        if not values:
            return "nothing goes with that"
        if isinstance(values, range) and values.step == 1 and len(values) > 1:
            return f"choose {self.text(values[0])} to {self.text(values[-1])}"
        known = [self.text(value) for value in values]
        if len(known) <= _MOST_SHOWN:
            return f"choose {', '.join(known)}"
        near = get_close_matches(text[:MOST_SHOWN], known, n=3)
        return f"choose {', '.join(near or known[:3])}, ... ({len(known)} in all)"


WORD_BITS = Knob("word_bits", "bits of a word, 2 to 4", lambda _: (2, 3, 4), "w")  # A knob of most families.


@dataclass(frozen=True, slots=True)
class Family:
    """Worlds of one kind, generated.

    Parameters
    ----------
    name : str
        The name, with which the names of the members begin.
    description : str
        What the worlds are, in a sentence.
    knobs : tuple of Knob
        What the members differ in, in the order of their names. A knob comes after those on which its values depend,
        and only the values of the last knob may hold a dash.
    build : callable
        It makes a world of the name of a member and, by keyword, the values of its knobs.
    """

    name: str
    description: str
    knobs: tuple[Knob, ...]
    build: Callable[..., World]

    def names(self, **wanted: int | str) -> Iterator[str]:
        """Every name of the members that `members` gives, in order, without making the worlds."""
        return (self._name(setting) for setting in self._settings(wanted))

    def members(self, **wanted: int | str) -> Iterator[World]:
        """The members in order, without worlds that differ from an earlier one in name alone.

        Parameters
        ----------
        **wanted : int or str
            Values of knobs that the members have to have.

        Yields
        ------
        World

        Raises
        ------
        WorldError
            If there is no such knob, or no member with these values.
        """
        yield from _members(self, tuple(wanted.items()))

    def member(self, name: str) -> World:
        """The member of that name; WorldError if there is none, with the knob that is wrong and its possible values."""
        where = f"world {quoted(name)}"
        parts = name.removeprefix(f"{self.name}.").split("-", len(self.knobs) - 1)
        if not name.startswith(f"{self.name}.") or len(parts) != len(self.knobs):
            pattern = "-".join(knob.name.upper() for knob in self.knobs)
            raise WorldError(
                f"{where}: members of this family are named {self.name}.{pattern}, "
                f"as {next(self.names())}: 'priorsim worlds --family {self.name}' lists all"
            )
        setting: dict[str, int | str] = {}
        for knob, text in zip(self.knobs, parts, strict=True):
            setting[knob.name] = knob.read(text, setting, where)
        return self.build(name, **setting)

    def _name(self, setting: Setting) -> str:
        return f"{self.name}.{'-'.join(knob.text(setting[knob.name]) for knob in self.knobs)}"

    def _settings(self, wanted: Setting) -> Iterator[Setting]:
        known = [knob.name for knob in self.knobs]
        for name in wanted:
            if name not in known:
                raise WorldError(f"family {self.name} has no knob {quoted(name)}: choose among {', '.join(known)}")

        def extend(setting: Setting, knobs: Sequence[Knob]) -> Iterator[Setting]:
            if not knobs:
                yield setting
                return
            knob = knobs[0]
            for value in knob.values(setting):
                if wanted.get(knob.name, value) == value:
                    yield from extend({**setting, knob.name: value}, knobs[1:])

        settings = extend({}, self.knobs)
        first = next(settings, None)
        if first is None:
            asked = ", ".join(f"{name} {value}" for name, value in wanted.items())
            ranges = "; ".join(f"{knob.name}: {knob.description}" for knob in self.knobs if knob.name in wanted)
            raise WorldError(f"family {self.name} has no member with {asked}: choose otherwise ({ranges})")
        yield first
        yield from settings


@cache
def _members(family: Family, wanted: tuple[tuple[str, int | str], ...]) -> tuple[World, ...]:
    """The members with these values, made once a process: judging claims asks for the same thousands again."""
    by_task: dict[Any, World] = {}
    for setting in family._settings(dict(wanted)):
        world = family.build(family._name(setting), **setting)
        by_task.setdefault(world.task, world)
    return tuple(by_task.values())
