"""Worlds of functions and tables are those of plain loops and of the files that say the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import priorsim as ps
from priorsim.errors import PriorsimError

COLUMNS: dict[str, list[Any]] = {"o:context": [0, 4], "q": [1, 3], "train": [1, 0], "output": [0, [6, 7]]}
CSV = "# word_bits = 4\no:context,q,train,output\n0,1,1,0\n4,3,0,6|7\n"


class Interchanged:
    """A DataFrame that has the interchange protocol alone."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __dataframe__(self, *args: Any, **options: Any) -> Any:
        return self.table.__dataframe__(*args, **options)


class Listed:
    """A DataFrame that has nothing but `to_dict`."""

    def to_dict(self, orient: str) -> dict[str, list[Any]]:
        assert orient == "list"
        return COLUMNS


def test_a_function_is_asked_lane_by_lane() -> None:
    world = ps.World.of(lambda x: 3 * x - 1, word_bits=3, train=range(6))
    assert world.acceptable == tuple(frozenset({(3 * x - 1) % 8}) for x in range(8))
    assert world.train == (0, 1, 2, 3, 4, 5)
    assert world.name == "lambda"


def test_a_function_may_take_several_columns_and_give_several_words() -> None:
    domain = ps.Domain(2, ((0, 1), (2, 3)), ("a", "b"))

    def either(a: int, b: int) -> set[int]:
        return {a, b}

    world = ps.World.of(either, domain=domain)
    assert world.acceptable == (frozenset({0, 1}), frozenset({2, 3}))
    assert (world.name, world.train) == ("either", (0,))


def test_the_function_of_a_named_world_makes_it() -> None:
    square = ps.World.of(lambda x: x * x, word_bits=3)
    assert square.task == ps.world("square-w3").task


def test_a_table_is_the_world_of_the_file_that_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(CSV)
    as_file = ps.world(path)
    as_text = {**COLUMNS, "output": ["0", "6|7"]}
    lists = {**COLUMNS, "output": [[0], [6, 7]]}
    for source in (COLUMNS, as_text, pa.table(lists), pa.table(as_text), Interchanged(pa.table(as_text)), Listed()):
        assert ps.world_from(source, word_bits=4).task == as_file.task
    assert ps.world_from(path) == as_file
    assert ps.world_from(str(path), train=[1]).train == (1,)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_data_frame_is_a_table(library: str) -> None:
    module = pytest.importorskip(library)
    frame = module.DataFrame({"x": [0, 1, 2], "output": [0, 1, 3]})
    assert (
        ps.world_from(frame, word_bits=2).task
        == ps.world_from({"x": [0, 1, 2], "output": np.array([0, 1, 3])}, word_bits=2).task
    )


def test_without_inputs_the_lanes_are_the_default_ones() -> None:
    assert ps.world_from({"output": [0, 1, 0, 1]}, word_bits=2).domain == ps.Domain.default(2)


def test_lanes_given_win_over_the_column() -> None:
    assert ps.world_from(COLUMNS, word_bits=4, train=[1]).train == (1,)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (COLUMNS, {}, "give word_bits"),
        ({"x": [0]}, {"word_bits": 2}, "no column 'output'"),
        ({"x": [0, 1], "output": [0]}, {"word_bits": 2}, "1 to 2 rows"),
        ({"x": [], "output": []}, {"word_bits": 2}, "0 rows"),
        ({"x": 3, "output": [0]}, {"word_bits": 2}, "is not a list"),
        ({"x": [0], "output": [4]}, {"word_bits": 2}, "row 0, column 'output': word 4 is out of range 0 to 3"),
        ({"x": [0], "output": [-1]}, {"word_bits": 2}, "row 0, column 'output'"),
        ({"x": [0.5], "output": [0]}, {"word_bits": 2}, "row 0, column 'x'"),
        ({"x": [None], "output": [0]}, {"word_bits": 2}, "row 0, column 'x'"),
        ({"x": [[0, 1]], "output": [0]}, {"word_bits": 2}, "give one word"),
        ({"x": [0, 0], "output": [0, 1]}, {"word_bits": 2}, "row 1: the same inputs"),
        ({"x": [0], "output": [0], "train": ["no"]}, {"word_bits": 2}, "neither 1"),
        ({"x": [0], "output": [0], "train": [0]}, {"word_bits": 2}, "at least one training lane"),
        ({"add": [0], "output": [0]}, {"word_bits": 2}, "cannot name a column"),
        ({"x": [0], "output": [0]}, {"word_bits": 99}, "2 to 16"),
        ({"x": [0], "output": [0]}, {"word_bits": 2.5}, "whole numbers"),
        ({"x": [0], "output": [0]}, {"word_bits": 2, "train": [7]}, "no lane 7"),
        ({"x": [0], "output": [0]}, {"word_bits": 2, "train": "a"}, "whole numbers"),
        ({"x": [0], "output": [0]}, {"word_bits": 2, "dialect": "lisp"}, "dialect"),
        (7, {"word_bits": 2}, "cannot be made of type int"),
        (lambda x: 1 // x, {"word_bits": 2}, r"lane 0 \(x = 0\): the function raises ZeroDivisionError"),
        (lambda x: "a", {"word_bits": 2}, "the function gives 'a'"),
        (lambda x: set(), {"word_bits": 2}, "at least one word"),
        ("no.csv", {"word_bits": 2}, "says its word_bits itself"),
        ("no.csv", {"dialect": "logic"}, "says its dialect itself"),
        ("no.csv", {}, "no.csv"),
    ],
)
def test_what_is_no_world_is_refused_in_one_line(source: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(PriorsimError, match=message) as refused:
        ps.world_from(source, **options)
    assert "\n" not in str(refused.value)


def test_a_function_needs_its_lanes() -> None:
    either: list[dict[str, Any]] = [{}, {"word_bits": 2, "domain": ps.Domain.default(2)}]
    for options in either:
        with pytest.raises(PriorsimError, match="one of the two"):
            ps.World.of(lambda x: x, **options)
