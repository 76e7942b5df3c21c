"""The cache of atlases: questions without --atlas answer as with the atlas that they need, whatever the folder is."""

import os
import re
import stat
from inspect import signature
from pathlib import Path

import pytest

import priorsim as ps
from priorsim.census.effort import easy_estimate
from priorsim.census.stored import StoredAtlas
from priorsim.census.take import make_header
from priorsim.errors import PriorsimError
from priorsim.mu.domain import Domain
from priorsim.study import cache
from priorsim.study.atlases import ATLASES
from tests import test_readme
from tests.test_cli import output, priorsim

PAGE = test_readme.ROOT / "docs" / "cache.md"
NAMED = "inverse-w3"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder of the cache, empty at first."""
    place = tmp_path / "cache"
    monkeypatch.setenv(cache.VARIABLE, str(place))
    return place


@pytest.fixture
def short(monkeypatch):
    """The default bound of 14 bits everywhere."""
    monkeypatch.setattr(cache, "default_bits", lambda header: 14)


def kept(folder):
    return sorted((folder / ATLASES).glob("*.parquet"))


QUESTIONS = {
    "odds": ["--world", NAMED],
    "sweep": ["--world", NAMED, "--grid", "gamma=0,1"],
    "histogram": ["--world", NAMED],
    "heldout": ["--world", NAMED],
    "definitions": ["--world", NAMED],
    "programs": ["--world", NAMED, "--class", "any"],
    "claims": ["much-simpler", "--world", NAMED],
    "growth": [],
    "influence": [],
    "population": [],
}


@pytest.mark.engine
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_without_an_atlas_is_answered_as_with_the_one_it_needs(question, short, folder, tmp_path):
    code, first, told = priorsim(question, *QUESTIONS[question])
    [path] = kept(folder)
    assert code == 0
    assert re.search(r"^Counting every program of arith up to 14 bits, words of 3 bits, .* once, into ", told, re.M)
    assert str(path) in told
    assert priorsim(question, *QUESTIONS[question]) == (0, first, "")
    made = tmp_path / "made.parquet"
    output("census", "--world", NAMED, "--max-bits", 14, "--out", made)
    assert output(question, *QUESTIONS[question], "--atlas", made) == first


@pytest.mark.engine
def test_a_bound_is_counted_for_the_world_alone_or_taken_as_a_census(short, folder):
    assert "up to 17 bits" in output("odds", "--world", NAMED, "--max-bits", 17)
    assert [StoredAtlas(path).header.max_bits for path in kept(folder)] == [14]
    assert "up to 12 bits" in output("odds", "--world", NAMED, "--max-bits", 12)
    for asked in (["growth"], ["definitions", "--world", NAMED]):
        assert "up to 12 bits" in output(*asked, "--max-bits", 12)
    assert len(kept(folder)) == 1
    assert "up to 16 bits" in output("growth", "--max-bits", 16)
    for question in ("heldout", "definitions"):
        assert "up to 16 bits" in output(question, "--world", NAMED, "--max-bits", 16)
    assert sorted(StoredAtlas(path).header.max_bits for path in kept(folder)) == [14, 16]


@pytest.mark.engine
def test_a_census_of_a_language_or_of_the_first_world_is_taken(short, folder):
    output("growth", "--dialect", "logic", "--word-bits", 2)
    output("growth", "--world", "square-w4")
    output("growth", "--world", "square-w4", "--dialect", "loops")
    headers = [StoredAtlas(path).header for path in kept(folder)]
    found = {(header.language.dialect.name, header.language.word_bits) for header in headers}
    assert found == {("logic", 2), ("arith", 4), ("loops", 4)}


@pytest.mark.engine
def test_what_counts_without_an_atlas_has_a_default_bound_too(short, folder):
    for question in (["objectives", "--world", NAMED], ["knockouts"]):
        assert output(*question) == output(*question, "--max-bits", 14)
    assert kept(folder) == []


@pytest.mark.engine
@pytest.mark.parametrize("question", ["odds", "histogram", "heldout"])
def test_a_wide_world_is_counted_alone_up_to_the_same_bound(question, short, folder):
    asked = [question, "--world", "inverse.w6-quotient-one-l64"]
    assert output(*asked) == output(*asked, "--max-bits", 14)
    assert kept(folder) == []


@pytest.mark.engine
def test_a_census_takes_the_domain_and_the_dialect_of_a_world(tmp_path):
    of_world, of_domain, lanes = tmp_path / "a.parquet", tmp_path / "b.parquet", tmp_path / "lanes.csv"
    world = ps.world("in-context-root-sum-w4")
    text = [",".join(world.domain.columns), *(",".join(map(str, lane)) for lane in world.domain.lanes)]
    lanes.write_text("\n".join(text) + "\n")
    output("census", "--world", world.name, "--max-bits", 12, "--out", of_world)
    given = ("--dialect", world.dialect, "--word-bits", 4, "--domain", lanes)
    output("census", *given, "--max-bits", 12, "--out", of_domain)
    assert StoredAtlas(of_world).header.domain.lanes == StoredAtlas(of_domain).header.domain.lanes
    output("census", "--world", world.name, "--dialect", "logic", "--max-bits", 9, "--out", of_world)
    assert StoredAtlas(of_world).header.language.dialect.name == "logic"


def test_the_default_bound_is_the_largest_that_the_model_of_effort_lets_through():
    for dialect, domain in (("arith", Domain.default(3)), ("logic", Domain.default(16)), ("nested", Domain.default(8))):
        header = cache.header_of(domain, dialect)
        within, beyond = (easy_estimate(make_header(dialect, header.max_bits + more, domain=domain)) for more in (0, 1))
        assert within.rows <= cache.MOST_ROWS and within.bytes <= cache.MOST_BYTES
        assert beyond.rows > cache.MOST_ROWS or beyond.bytes > cache.MOST_BYTES
    assert cache.header_of(Domain.default(3), "arith").max_bits == 28


@pytest.mark.engine
def test_python_and_the_command_line_share_the_cache(short, folder, capsys):
    atlas = ps.census(NAMED)
    assert "Counting every program of arith up to 14 bits" in capsys.readouterr().err
    assert priorsim("odds", "--world", NAMED)[2] == ""
    same = ps.census(ps.world(NAMED))
    assert same.header == atlas.header == ps.census("arith").header == ps.census("arith", 3, 14).header
    assert ps.census("arith", domain=Domain.default(3), depth=2).header == atlas.header
    assert ps.census(NAMED, dialect="logic").header.language.dialect.name == "logic"
    assert ps.census("logic", word_bits=2, max_bits=9).header == make_header("logic", 9, domain=Domain.default(2))
    assert capsys.readouterr().err.count("Counting") == 2
    assert len(kept(folder)) == 3


def test_the_package_that_is_called_is_the_function_and_stays_a_package():
    import priorsim.census.atlas as room

    assert signature(ps.census) == signature(cache.census)
    assert isinstance(cache.header_of(Domain.default(3), "arith"), room.AtlasHeader)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: ps.census(NAMED, word_bits=3), "leave out word_bits and domain"),
        (lambda: ps.census("arith", 3, domain=Domain.default(3)), "leave out word_bits"),
        (lambda: ps.census("no-such"), "unknown world 'no-such'"),
        (lambda: ps.census("arith", 17), "17"),
        (lambda: ps.census("arith", 3, 64), "a bound of 64 bits is out of range: choose 2 to 63"),
        (lambda: ps.census(NAMED, dialect="no-such"), "unknown dialect 'no-such'"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_python(asked, said, folder):
    with pytest.raises(PriorsimError, match=re.escape(said)):
        asked()
    assert not folder.exists()


# --- a cache that is no good ----------------------------------------------------------------------


def is_a_file(folder):
    folder.write_text("mine")


def has_a_file_for_its_atlases(folder):
    folder.mkdir()
    (folder / ATLASES).write_text("mine")


def is_nowhere(folder):
    folder.symlink_to("/proc/no-such")


@pytest.mark.engine
@pytest.mark.parametrize("spoil", [is_a_file, has_a_file_for_its_atlases, is_nowhere])
def test_the_answer_is_given_where_the_cache_cannot_be_written(spoil, short, folder):
    answer = output("odds", "--world", NAMED)
    folder.rename(folder.with_name("whole"))
    spoil(folder)
    for _ in range(2):
        code, out, err = priorsim("odds", "--world", NAMED)
        assert (code, out, len(err.splitlines())) == (0, answer, 1)
        assert "in every run, since it cannot be kept" in err
        assert err.endswith("set PRIORSIM_CACHE to a folder that can be written\n")
    assert priorsim("cache")[:2] == (0, f"{folder / ATLASES}: 0 atlases, 0.0 MiB\n")


@pytest.mark.engine
@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_the_answer_is_given_where_the_cache_is_protected(short, folder):
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert "cannot be kept" in priorsim("odds", "--world", NAMED)[2]


@pytest.mark.engine
@pytest.mark.parametrize("place", [0.3, 0.5, 0.999])
def test_a_damaged_atlas_is_counted_again(place, short, folder):
    answer = output("odds", "--world", NAMED)
    [path] = kept(folder)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[int(len(whole) * place)] ^= 1
    for content in (bytes(damaged), whole[: len(whole) // 2], b""):
        path.write_bytes(content)
        code, out, err = priorsim("odds", "--world", NAMED)
        assert (code, out) == (0, answer)
        assert err.startswith("Counting every program of arith up to 14 bits")
        assert path.read_bytes() == whole


def test_an_empty_variable_names_no_folder(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "")
    assert cache.cache_folder().name == "priorsim" and cache.cache_folder().is_absolute()


@pytest.mark.engine
def test_a_user_without_a_home_gets_the_answer(short, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(cache.VARIABLE)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/priorsim"))
    code, out, err = priorsim("odds", "--world", NAMED)
    assert code == 0 and "up to 14 bits" in out
    assert "cannot be kept (this user has no home folder): set PRIORSIM_CACHE" in err
    code, out, err = priorsim("cache")
    assert (code, out) == (2, "") and "this user has no home folder: set PRIORSIM_CACHE" in err
    assert list(tmp_path.iterdir()) == []


# --- priorsim cache -------------------------------------------------------------------------------


@pytest.mark.engine
def test_emptying_removes_atlases_and_nothing_else(short, folder):
    output("odds", "--world", NAMED)
    output("growth", "--word-bits", 2)
    mine, link = folder / ATLASES / "mine.parquet", folder / ATLASES / "link.parquet"
    mine.write_text("no atlas")
    target = folder / "elsewhere.parquet"
    target.write_bytes(kept(folder)[0].read_bytes())
    link.symlink_to(target)
    shown = output("cache")
    assert shown.startswith(f"{folder / ATLASES}: 2 atlases, ")
    assert re.findall(r"^arith +([23]) +([48]) +x +14 ", shown, re.M) == [("2", "4"), ("3", "8")]
    code, out, err = priorsim("cache", "--empty")
    assert (code, out) == (2, "") and "--empty would remove 2 atlases, " in err and "give --yes" in err
    assert "2 atlases, 0.0 MiB removed" in output("cache", "--empty", "--yes")
    assert sorted(kept(folder)) == sorted([mine, link]) and target.exists()
    assert output("cache") == f"{folder / ATLASES}: 0 atlases, 0.0 MiB\n"


@pytest.mark.engine
def test_a_damaged_atlas_is_shown_as_such(short, folder):
    output("odds", "--world", NAMED)
    [path] = kept(folder)
    whole = path.read_bytes()
    place = whole.index(b'"max_bits"')
    path.write_bytes(whole[:place] + b"!" + whole[place + 1 :])
    assert re.search(r"^damaged .* arith-w3-x-14-[0-9a-f]{8}\.parquet$", output("cache"), re.M)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["cache", "--yes"], "--yes has no effect without --empty"),
        (["odds", "--world", NAMED, "--trust-other-code"], "--trust-other-code is about an atlas"),
        (["growth", "--trust-other-code"], "--trust-other-code is about an atlas"),
        (["growth", "--yes"], "--yes has no effect without --max-bits"),
        (["growth", "--atlas", "a", "--yes"], "--yes has no effect with --atlas"),
        (["growth", "--atlas", "a", "--word-bits", "3"], "--word-bits has no effect with --atlas"),
        (["growth", "--dialect", "no-such"], "unknown dialect 'no-such'"),
        (["growth", "--dialect", ""], "--dialect is empty: give a value, or leave it out"),
        (["growth", "--world", "inverse.w6-quotient-one-l64"], "64 lanes of 6 bits make 384 bits of behaviour"),
        (["definitions", "--world", "inverse.w6-quotient-one-l64"], "world inverse.w6-quotient-one-l64 is wide"),
        (["growth", "--word-bits", "0"], "0 bits is out of range"),
        (["growth", "--max-bits", "64"], "a bound of 64 bits is out of range: choose 2 to 63"),
        (["influence", "--max-bits", "60"], "give "),
        (["census", "--max-bits", "9", "--out", "o"], "give --world NAME, or --dialect NAME and --word-bits N"),
        (
            ["census", "--world", NAMED, "--word-bits", "3", "--max-bits", "9", "--out", "o"],
            "--word-bits has no effect with --world",
        ),
        (["claims", "--atlas", "a"], "--atlas has no effect without --world"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(args, said, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = priorsim(*args)
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    assert said in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.engine
def test_the_page_shows_what_its_commands_print(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "cache")
    text = PAGE.read_text()
    assert len(test_readme.BLOCK.findall(text)) >= 3
    assert test_readme.rendered(text) == text


if __name__ == "__main__":
    os.environ[cache.VARIABLE] = "cache"
    PAGE.write_text(test_readme.rendered(PAGE.read_text()))
