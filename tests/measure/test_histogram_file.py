"""A histogram survives its file, and a file that is not whole is refused."""

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from conftest import oracle_atlas

from priorsim.errors import AtlasError, StorageError
from priorsim.measure.histogram import Cells, histogram
from priorsim.measure.histogram_file import format_histogram, load_histogram, parse_histogram, save_histogram
from priorsim.worlds.proxy import Camera
from priorsim.worlds.world import World


@pytest.fixture
def found(oracle, world):
    atlas = oracle("arith-w4-24")
    return histogram(atlas, world(atlas.header, lambda x: {x, 0} if x > 13 else x, range(12)))


def test_a_saved_histogram_loads_as_it_was(found, tmp_path):
    save_histogram(found, tmp_path / "h.csv")
    loaded = load_histogram(tmp_path / "h.csv")
    for name in ("header", "world", "class_by", "functions", "shortest", "least_kt"):
        assert getattr(loaded, name) == getattr(found, name)
    for column in fields(Cells):
        here, there = getattr(loaded.cells, column.name), getattr(found.cells, column.name)
        assert here.dtype == there.dtype
        assert np.array_equal(here, there)


def test_a_cameras_histogram_keeps_the_world_that_was_meant(found, tmp_path):
    truth = found.world
    shown = tuple(words if lane in truth.train else frozenset({0}) for lane, words in enumerate(truth.acceptable))
    rest = (truth.train, "proxy", "arith", "blank off the training lanes")
    camera = Camera("camera", truth.domain, shown, *rest, truth=truth)
    filmed = histogram(oracle_atlas("arith-w4-24"), camera)
    save_histogram(filmed, tmp_path / "h.csv")
    loaded = load_histogram(tmp_path / "h.csv")
    assert loaded.world == camera
    assert loaded.world.truth == truth
    assert loaded.world.trained_on([0]).truth.train == (0,)
    assert format_histogram(loaded) == (tmp_path / "h.csv").read_text()
    untold = format_histogram(found)
    assert '"truth"' not in untold and type(parse_histogram(untold).world) is World


def test_every_key_of_the_description_is_documented(found):
    text = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
    documented = text.partition("## Histograms")[2]
    for key in json.loads(format_histogram(found).splitlines()[0][2:]):
        assert f"`{key}`" in documented, key


def test_the_bytes_depend_on_the_histogram_alone(found, tmp_path):
    for name in "ab":
        save_histogram(found, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert format_histogram(load_histogram(tmp_path / "a")) == (tmp_path / "a").read_text()


def test_the_file_is_a_few_kilobytes(found, tmp_path):
    save_histogram(found, tmp_path / "h.csv")
    assert (tmp_path / "h.csv").stat().st_size < 16_000


def test_a_histogram_that_nothing_fits_survives_too(oracle, world):
    atlas = oracle("logic-w3-23")
    empty = histogram(atlas, world(atlas.header, lambda x: (5 * x + x * x // 3) ^ 3))
    assert not len(empty.cells)
    assert format_histogram(parse_histogram(format_histogram(empty))) == format_histogram(empty)


def test_cut_and_altered_files_are_refused(found):
    text = format_histogram(found)
    lines = text.splitlines(keepends=True)
    damaged = [
        text[:-1],
        "".join(lines[:-1]),
        "".join([*lines[:5], *lines[6:]]),
        text.replace("\n0", "\n1").replace("direct,", "search,", 1),
        text.replace('"train":[0,', '"train":[', 1),
        text.replace('"max_bits":24', '"max_bits":25', 1),
        text.replace("\n", "\r\n"),
    ]
    for each in damaged:
        assert each != text
        with pytest.raises(AtlasError, match="cut or altered"):
            parse_histogram(each)


def test_foreign_files_are_refused(tmp_path):
    for text in ("", "bits,count\n1,2\n", "# {}\n", "# [1]\n", "# {broken\n", '# {"format":"other"}\n'):
        with pytest.raises(AtlasError, match="not a histogram"):
            parse_histogram(text)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.csv", tmp_path / "binary", tmp_path):
        with pytest.raises(AtlasError, match="cannot be read"):
            load_histogram(path)


def test_other_versions_are_refused(found):
    with pytest.raises(AtlasError, match="version 1, this priorsim reads version 2"):
        parse_histogram(format_histogram(found).replace('"version":2', '"version":1', 1))


def test_a_file_that_makes_no_sense_is_refused_though_its_checksum_holds(found):
    with pytest.raises(AtlasError, match="damaged"):
        parse_histogram(format_histogram(replace(found, class_by="shape")))


def test_a_place_that_cannot_be_written_is_told(found, tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        save_histogram(found, tmp_path / "no" / "h.csv")
