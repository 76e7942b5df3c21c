"""Answers as JSON: records whose fields are the keys, each with a sentence on it.

`python -m tests.test_docs` writes the tables of keys in docs/ and the JSON Schemas in docs/schema/ from the fields.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


def says(text: str) -> msgspec.Meta:
    """The sentence on a key."""
    return msgspec.Meta(description=text)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is shown as JSON: `to_json` gives its values."""

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object; see `plain`."""
        values: dict[str, Any] = plain(self)
        return values


class Parts(msgspec.Struct, Generic[T], frozen=True):
    """Values of one kind, which are iterated over in the order of the fields."""

    def __iter__(self) -> Iterator[T]:
        return iter(msgspec.structs.astuple(self))

    def items(self) -> Iterator[tuple[str, T]]:
        """The fields' names, and their values."""
        return zip(self.__struct_fields__, self, strict=True)


class ByClass(Parts[T], frozen=True):
    """A value of each class."""

    direct: T
    disguised: T
    search: T


def named(by_class: Iterable[T]) -> ByClass[T]:
    """Values of the classes, by their names."""
    return ByClass(*by_class)


World = Annotated[str, says("name of the world")]
Family = Annotated[str, says("the world's family")]
About = Annotated[str, says("what the world is")]
Train = Annotated[tuple[int, ...], says("training lanes")]
Lanes = Annotated[int, says("the number of all lanes")]
BoundBits = Annotated[int, says("B, the length up to which programs were counted")]
Dialect = Annotated[str, says("the language")]
WordBits = Annotated[int, says("bits of a word")]
ClassBy = Annotated[str, says("`lesion` or `form`")]


def plain(value: Any) -> Any:
    """JSON values of what was measured: records by their fields, fractions as floats.

    Infinite floats are the strings "-inf" and "inf", NaN is null; keys are strings.

    >>> from fractions import Fraction
    >>> plain({"odds": (-math.inf, None), "share": Fraction(1, 4)})
    {'odds': ['-inf', None], 'share': 0.25}
    """
    return _finite(msgspec.to_builtins(value, enc_hook=_encoded, str_keys=True))


def _encoded(value: Any) -> str | float:
    """A text of a class of its own as text, a fraction as a float."""
    return str(value) if isinstance(value, str) else float(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return list(map(_finite, value))
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else "inf" if value > 0 else "-inf"
