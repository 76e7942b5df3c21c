"""Results of tasks, kept as shards: what a task finds is encoded where it is found, and read and verified by who asked.

A result is msgpack of a type that the reader names, with arrays as their bytes: nothing that storage holds is ever run.
Its identity has the digest of all code, since code beside that which counts decides what is measured, and how that is
encoded.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from priorsim.processes import Workers, run_tasks
from priorsim.provenance import measuring_digest
from priorsim.shards import AlteredError, Shards, identity_of, mending, run_durable

Given = TypeVar("Given")
Found = TypeVar("Found")

RESULT = "result"
"""The section of a shard that holds the result."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[Given]):
    """A task whose shard holds what a function finds."""

    function: Callable[[Given], Any]
    given: Given
    identity: str

    def make(self, _: Shards) -> tuple[dict[str, bytes], dict[str, int]]:
        """The result, encoded; there are no figures."""
        return {RESULT: encoded(self.function(self.given))}, {}


def run_kept(
    function: Callable[[Given], Found],
    tasks: Sequence[Given],
    workers: Workers,
    shards: Shards | None,
    result: type[Found],
    told: Callable[[Given], Mapping[str, Any]],
) -> Iterator[tuple[int, Found]]:
    """`run_tasks`, whose results are kept as shards where there are some: a result that is there is only read.

    `told` gives JSON values that tell a task apart from every other of any kind. A shard that was altered is told of
    and made again; AlteredError where it is altered once more.
    """
    if shards is None:
        yield from run_tasks(function, tasks, workers)
        return
    asked = [Asked(function, task, identity_of(measured_by=measuring_digest(), **told(task))) for task in tasks]
    missing = []
    for number, each in enumerate(asked):
        found = mending(partial(_found, shards, each.identity, result), shards)
        if found is None:
            missing.append(number)
        else:
            yield number, found
    for place, receipt in run_durable([asked[number] for number in missing], shards, workers):
        yield missing[place], _read(shards, receipt.identity, result)


def _found(shards: Shards, identity: str, result: type[Found]) -> Found | None:
    """The result of a shard, None where it is not there."""
    return None if shards.receipt(identity) is None else _read(shards, identity, result)


def _read(shards: Shards, identity: str, result: type[Found]) -> Found:
    """The result of a shard; AlteredError where it holds another thing."""
    for _, content in shards.read(identity, [RESULT]):
        with suppress(msgspec.MsgspecError):
            return decoded(content, result)
    raise AlteredError(shards.url, identity)


def encoded(result: Any) -> bytes:
    """A result as bytes; `decoded` gives the same, bit by bit.

    >>> decoded(encoded({"odds": np.array([0.5, np.inf])}), dict[str, NDArray[np.float64]])
    {'odds': array([0.5, inf])}
    """
    return msgspec.msgpack.encode(result, enc_hook=_bytes_of)


def decoded(content: bytes | bytearray, result: type[Found]) -> Found:
    """The result of this type; MsgspecError where the bytes are of another one."""
    return msgspec.msgpack.decode(content, type=result, dec_hook=_array_of)


def _bytes_of(values: Any) -> tuple[str, tuple[int, ...], bytes]:
    if not isinstance(values, np.ndarray):
        raise TypeError(f"a {type(values).__name__} is not kept: give a number, a text, a record or an array")
    return values.dtype.str, values.shape, values.tobytes()


def _array_of(_: type, told: Any) -> NDArray[Any]:
    kind, shape, content = told
    return np.frombuffer(content, kind).reshape(shape).copy()
