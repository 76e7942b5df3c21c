"""A histogram survives its file, and a file that is not whole is refused."""

import hashlib
import json
import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from priorsim.errors import AtlasError, StorageError
from priorsim.measure.histogram import Cells, histogram
from priorsim.measure.histogram_file import format_histogram, load_histogram, parse_histogram, save_histogram
from priorsim.provenance import counting_digest
from priorsim.worlds.proxy import Camera
from priorsim.worlds.world import World
from tests.measure.conftest import oracle_atlas


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
    for text in ("", "bits,count\n1,2\n", "# {}\n", "# [1]\n", "# {broken\n", '# {"format":"other"}\n', "# null\n"):
        with pytest.raises(AtlasError, match="not a histogram"):
            parse_histogram(text)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing.csv", tmp_path / "binary", tmp_path, tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(AtlasError, match=r"cannot be read|UTF-16|no regular file"):
            load_histogram(path)


def test_other_versions_are_refused(found):
    for version in ("2", "null", f'"{"9" * 100_000}"'):
        with pytest.raises(AtlasError, match="this priorsim reads version 3") as refused:
            parse_histogram(format_histogram(found).replace('"version":3', f'"version":{version}', 1))
        assert len(str(refused.value)) < 200


def test_what_other_code_counted_is_refused_unless_it_is_trusted(found, tmp_path, monkeypatch):
    save_histogram(found, tmp_path / "h.csv")
    mine = counting_digest()
    monkeypatch.setattr("priorsim.census.atlas.counting_digest", lambda: "f" * 64)
    with pytest.raises(AtlasError, match=rf"h\.csv: counted by other code, .*{mine[:12]}.*f{{12}}.*--trust-other-code"):
        load_histogram(tmp_path / "h.csv")
    assert load_histogram(tmp_path / "h.csv", trust_other_code=True).cells.programs == found.cells.programs
    text = (tmp_path / "h.csv").read_text()
    with pytest.raises(AtlasError, match="cut or altered"):
        parse_histogram(text[:-1], trust_other_code=True)


def forged(text, change, body=None):
    """The text with its description changed, and its checksum made to match."""
    description, _, old = text.partition("\n")
    body = old if body is None else body
    told = json.loads(description[2:])
    del told["sha256"]
    change(told)
    told["sha256"] = hashlib.sha256(f"{dump(told)}\n{body}".encode()).hexdigest()
    return f"# {dump(told)}\n{body}"


def dump(told):
    return json.dumps(told, separators=(",", ":"))


NONSENSE = [
    lambda told: told.pop("functions"),
    lambda told: told.update(more=1),
    lambda told: told.update(functions=[0.5] * 8),
    lambda told: told.update(functions=[True] * 8),
    lambda told: told.update(functions=[-1] * 8),
    lambda told: told.update(functions=[1]),
    lambda told: told.update(class_by=None),
    lambda told: told.update(world=None),
    lambda told: told.update(world=[told["world"]]),
    lambda told: told["world"].update(train=["0"]),
    lambda told: told["world"].update(acceptable=[[10**30]] * 16),
    lambda told: told["world"].update(name={"a": 1}),
    lambda told: told["world"].update(context=["nobody"]),
    lambda told: told.update(atlas=7),
    lambda told: told["atlas"].update(max_bits=100_000),
    lambda told: told["atlas"].update(max_bits=10**40),
    lambda told: told["atlas"].update(word_bits="4"),
    lambda told: told["atlas"].update(lanes=[[0]] * 100_000),
    lambda told: told["atlas"].update(dialect="x" * 100_000),
    lambda told: told["atlas"].update({"x" * 100_000: 1}),
    lambda told: told["shortest"]["direct"].update(behaviour="\N{FULLWIDTH DIGIT ONE}"),
    lambda told: told["shortest"]["direct"].update(steps=2**40),
    lambda told: told["shortest"].pop("direct"),
    lambda told: told["least_kt"].update(direct=[]),
    lambda told: told.update(programs=10**50),
    lambda told: told.update(cells="2"),
]


@pytest.mark.parametrize("change", NONSENSE, ids=map(str, range(len(NONSENSE))))
def test_a_description_of_other_types_or_sizes_is_refused_in_a_line(found, change, tmp_path):
    (tmp_path / "h.csv").write_text(forged(format_histogram(found), change))
    with pytest.raises(AtlasError, match=r"h\.csv: ") as refused:
        load_histogram(tmp_path / "h.csv")
    assert len(str(refused.value)) < 700 and "\n" not in str(refused.value)


def test_numbers_that_json_does_not_have_and_deep_nesting_are_refused(found):
    text = format_histogram(found)
    for value in ("NaN", "Infinity", "[" * 100_000):
        with pytest.raises(AtlasError, match="not a histogram"):
            parse_histogram(text.replace('"cells":', f'"more":{value},"cells":', 1))


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace("direct,", "direct,\N{FULLWIDTH DIGIT ONE}", 1),
        lambda body: body.replace("direct,", "direct, ", 1),
        lambda body: body.replace("direct,", "direct,0", 1),
        lambda body: body.replace("direct,", "direct,1_", 1),
        lambda body: body.replace("direct,", "direct,256", 1),
        lambda body: body.replace("direct,", "direct,-", 1),
        lambda body: body.replace("direct,", "nan,", 1),
        lambda body: body.replace("direct,", "direct," + "9" * 200_000, 1),
        lambda body: body.replace("direct,", '"' + "x" * 200_000, 1),
        lambda body: body.replace("class", "kind", 1),
        lambda body: "",
    ],
)
def test_cells_written_otherwise_are_refused_in_a_line(found, change):
    text = format_histogram(found)
    altered = change(text.partition("\n")[2])
    with pytest.raises(AtlasError, match="damaged") as refused:
        parse_histogram(forged(text, lambda told: None, altered))
    assert len(str(refused.value)) < 400


def test_every_bit_of_a_file_counts(found, tmp_path):
    whole = format_histogram(found).encode()
    place = tmp_path / "h.csv"
    random = np.random.default_rng(17)
    for bit in random.choice(8 * len(whole), 300, replace=False):
        altered = bytearray(whole)
        altered[bit // 8] ^= 1 << bit % 8
        place.write_bytes(altered)
        with pytest.raises(AtlasError, match=r"h\.csv: "):
            load_histogram(place)


def test_a_file_that_makes_no_sense_is_refused_though_its_checksum_holds(found):
    with pytest.raises(AtlasError, match="damaged"):
        parse_histogram(format_histogram(replace(found, class_by="shape")))


def test_a_place_that_cannot_be_written_is_told(found, tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        save_histogram(found, tmp_path / "no" / "h.csv")
