"""What other code counted is made again where it is priorsim's own, and refused where it is the user's."""

from unittest import mock

import pytest

from priorsim.census.stored import StoredAtlas
from priorsim.measure.histogram import histogram
from priorsim.measure.histogram_file import save_histogram
from priorsim.provenance import counting_digest
from priorsim.study.atlases import ATLASES, atlas_name, open_census
from priorsim.worlds import find_world
from tests.measure.conftest import oracle_atlas
from tests.test_cli import output, priorsim

OTHER = "0123456789ab" + "f" * 52


def as_other_code(module):
    return mock.patch(f"priorsim.{module}.counting_digest", lambda: OTHER)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An atlas and a histogram that other code counted."""
    folder = tmp_path_factory.mktemp("other")
    atlas = oracle_atlas("logic-w3-23")
    with as_other_code("census.stored"), as_other_code("measure.histogram_file"):
        atlas.save(folder / "a.parquet")
        save_histogram(histogram(atlas, find_world("identity-w3")), folder / "h.csv")
    return {"ATLAS": folder / "a.parquet", "HISTOGRAM": folder / "h.csv"}


IDENTITY = ["--atlas", "ATLAS", "--world", "identity-w3"]
COMMANDS = [
    ["info", "ATLAS"],
    ["odds", *IDENTITY],
    ["odds", "--histogram", "HISTOGRAM"],
    ["sweep", *IDENTITY, "--grid", "gamma=0"],
    ["sweep", "--histogram", "HISTOGRAM", "--grid", "gamma=0"],
    ["histogram", *IDENTITY],
    ["heldout", *IDENTITY],
    ["population", "--atlas", "ATLAS"],
    ["definitions", *IDENTITY],
    ["claims", *IDENTITY],
    ["data", *IDENTITY, "--code-bits", "12"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_refuses_what_other_code_counted_and_says_which(made, command):
    code, out, err = priorsim(*(made.get(word, word) for word in command))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"digest {OTHER[:12]}, where this is" in err
    assert f"digest {counting_digest()[:12]}: make it again, or give --trust-other-code" in err


@pytest.mark.parametrize("command", [COMMANDS[number] for number in (0, 3, 4, 5, 6, 7)], ids=" ".join)
def test_a_command_takes_it_where_it_is_trusted(made, command):
    words = [made.get(word, word) for word in command]
    assert output(*words, "--trust-other-code")


def test_info_says_which_code_counted(made):
    assert f"code {OTHER[:12]}\n" in output("info", made["ATLAS"], "--trust-other-code")


def test_trust_without_an_atlas_is_refused():
    for command in (["claims"], ["data", "--world", "identity-w3", "--code-bits", "12"]):
        code, _, err = priorsim(*command, "--trust-other-code")
        assert code == 2 and "--trust-other-code is about an atlas" in err


def test_a_study_counts_again_what_other_code_counted_or_what_is_damaged(tmp_path):
    atlas = oracle_atlas("logic-w3-23")
    header = atlas.header
    path = tmp_path / ATLASES / f"{atlas_name(header)}.parquet"
    path.parent.mkdir()
    with as_other_code("census.stored"):
        atlas.save(path)
    assert StoredAtlas(path, trust_other_code=True).description.code == OTHER
    with mock.patch("priorsim.study.atlases.count_rows", return_value=[atlas.rows]) as taken:
        assert len(open_census(header, folder=tmp_path)) == len(atlas)
        assert StoredAtlas(path).description.code == counting_digest()
        open_census(header, folder=tmp_path)
        assert taken.call_count == 1
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 1
        path.write_bytes(whole)
        open_census(header, folder=tmp_path)
    assert taken.call_count == 2
