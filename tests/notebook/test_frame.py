"""Tables of answers as pandas, polars and Arrow take them, and without any of them installed."""

import importlib.util

import pyarrow as pa
import pytest

from priorsim.errors import PriorsimError
from priorsim.frame import SHOWN_ROWS, Frame

FRAME = Frame(["name", "bits", "odds"], [("a", 1, -0.5), ("<b>", 2, None)])
EMPTY = Frame(["name", "bits"], [])


def test_columns_are_kept_as_they_are() -> None:
    assert FRAME.columns == ["name", "bits", "odds"]
    assert (FRAME["name"], FRAME["bits"], FRAME["odds"]) == (["a", "<b>"], [1, 2], [-0.5, None])
    assert (len(FRAME), len(EMPTY), EMPTY.columns) == (2, 0, ["name", "bits"])


def test_arrow_takes_the_stream() -> None:
    assert pa.table(FRAME).equals(FRAME.table)


def test_a_column_of_which_nothing_is_known_is_of_floats() -> None:
    assert Frame(["x"], [(None,), (None,)]).table.schema.field("x").type == pa.float64()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_library_takes_the_table_both_ways(library: str) -> None:
    module = pytest.importorskip(library)
    for found in (FRAME.to_frame(library), module.DataFrame(FRAME) if library == "polars" else FRAME.to_frame()):
        assert isinstance(found, module.DataFrame)
        assert list(found.columns) == FRAME.columns
        assert list(found["bits"]) == [1, 2]


def test_without_either_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("priorsim.frame.find_spec", lambda name: None)
    with pytest.raises(
        PriorsimError, match=r"^to_frame needs pandas or polars, and neither is installed: .* pip install pandas$"
    ):
        FRAME.to_frame()
    with pytest.raises(PriorsimError, match=r"pip install polars$"):
        FRAME.to_frame("polars")


def test_of_the_two_libraries_the_one_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    polars = pytest.importorskip("polars")
    monkeypatch.setattr(
        "priorsim.frame.find_spec", lambda name: importlib.util.find_spec(name) if name == "polars" else None
    )
    assert isinstance(FRAME.to_frame(), polars.DataFrame)


def test_an_unknown_library_is_refused() -> None:
    with pytest.raises(PriorsimError, match="choose pandas or polars"):
        FRAME.to_frame("dask")


def test_html_shows_every_cell_escaped() -> None:
    html = FRAME._repr_html_()
    assert "<td>&lt;b&gt;</td><td>2</td><td>none</td>" in html
    assert html.count("<tr>") == 3


def test_a_long_table_is_shown_in_part() -> None:
    long = Frame(["x"], [(number,) for number in range(SHOWN_ROWS + 1)])
    assert repr(long).endswith("and 1 more row")
    assert "and 1 more row" in long._repr_html_()
