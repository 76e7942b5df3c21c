"""Wrong inputs: each is refused with exit code 2 and one line, none is silently accepted, and no file is touched."""

import inspect
import os

import pytest

import priorsim as public
from priorsim.errors import PriorsimError
from tests.test_cli import PROGRAMS, priorsim, small_atlas

CENSUS = ["census", "--dialect", "arith", "--word-bits", "2", "--max-bits", "12", "--out", "made.parquet"]
KNOCKOUTS = ["knockouts", "--dialect", "arith", "--word-bits", "2", "--max-bits", "12"]
ASKED = ["--atlas", "ATLAS", "--world", "square-w3"]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    return small_atlas(tmp_path_factory.mktemp("atlas"))


@pytest.fixture(scope="module")
def shorter(tmp_path_factory):
    return small_atlas(tmp_path_factory.mktemp("shorter"), 14)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([*CENSUS, "--workers", "0"], "0 workers are too few"),
        ([*CENSUS, "--workers", "-1"], "-1 workers are too few"),
        ([*CENSUS, "--workers", "100000"], "100000 workers are too many"),
        ([*CENSUS, "--workers", "two"], "--workers"),
        ([*CENSUS, "--memory", "0"], "memory '0' cannot be read"),
        ([*CENSUS, "--memory", "-1GiB"], "memory '-1GiB' cannot be read"),
        ([*CENSUS, "--memory", "lots"], "memory 'lots' cannot be read"),
        ([*CENSUS, "--memory", "1GiB", "--memory", "2GiB"], "--memory is given 2 times"),
        ([*KNOCKOUTS, "--workers", "0"], "0 workers are too few"),
        ([*KNOCKOUTS, "--memory", "9999TiB"], "memory '9999TiB' cannot be read"),
        ([*KNOCKOUTS, "--force"], "--force has no effect without a file to write"),
        (["claims", "much-simple"], "did you mean much-simpler"),
        (["finite-size", "--workers", "0"], "0 workers are too few"),
        (["diversity", "--workers", "-3"], "-3 workers are too few"),
        (["scaling", "--question", "half", "--question", "half"], "--question 'half' is given 2 times"),
        (["nested", "--gamma", "1", "--gamma", "1"], "--gamma '1.0' is given 2 times"),
        (["growth", *ASKED, "--world", "square-w3"], "--world 'square-w3' is given 2 times"),
        (["growth", "--atlas", "ATLAS", "--force"], "--force has no effect without a file to write"),
        (["growth", "--atlas", "ATLAS", "--class-by", "shape"], "programs cannot be classed by 'shape'"),
        (["growth", "--atlas", "ATLAS", "--out", "notes.txt"], "is a file that this command did not make"),
        (["influence", "--atlas", "ATLAS", "--class-by", "shape"], "programs cannot be classed by 'shape'"),
        (["heldout", *ASKED, "--class-by", "Lesion"], "programs cannot be classed by 'Lesion'"),
        (["odds", *ASKED, "--class-by", ""], "--class-by is empty: give a value, or leave it out"),
        (["odds", *ASKED, "--out", ""], "--out is empty"),
        (["odds", "--atlas", "ATLAS", "--world", ""], "--world is empty"),
        (["paper", "--dry-run", "--out", ""], "--out is empty"),
        (["claims", "--dry-run", "--results", ""], "--results is empty"),
        ([*CENSUS, "--cluster", "local:2", "--store", ""], "--store is empty"),
        (["claims", "--results", "notes.txt"], "notes.txt: cannot be made (File exists): choose another place"),
        (["odds", *ASKED, "--force"], "--force has no effect without a file to write"),
        (["odds", *ASKED, "--out", "-", "--force"], "--force has no effect without a file to write"),
        (["odds", *ASKED, "--prior", "levn"], "did you mean levin?"),
        (["odds", *ASKED, "--prior", "capped"], "needs a value for cap"),
        (["odds", *ASKED, "--tax", "nan"], "give a finite number"),
        (["odds", *ASKED, "--gamma", "-1"], "give a number of at least 0"),
        (["odds", *ASKED, "--train", ","], "is not a range of lanes"),
        (["odds", *ASKED, "--train", "0-9"], "there is no lane 9: choose 0 to 7"),
        (["odds", *ASKED, "--train", "3-1"], "runs backwards"),
        (["odds", *ASKED, "--max-bits", "0"], "ask for 1 to 14"),
        (["odds", "--atlas", "ATLAS", "--world", "squar-w3"], "did you mean square-w3"),
        (["odds", *ASKED, "--out", "."], "a table's name ends in .csv, .tex, .json"),
        (["odds", *ASKED, "--out", "ATLAS"], "a table's name ends in .csv, .tex, .json"),
        (["sweep", *ASKED, "--grid", "gamma=0,1", "--force"], "--force has no effect without a file to write"),
        (["sweep", *ASKED, "--grid", "gamma=0", "--out", "notes.txt"], "is a file that this command did not make"),
        (["histogram", *ASKED, "--out", "ATLAS"], "is a file that this command reads"),
        (["figure", "phase", "--out", "notes.txt"], "notes.txt"),
        (["figure", "phase", "--format", "gif"], "unknown format 'gif'"),
        (["od"], "Did you mean 'odds'?"),
    ],
)
def test_a_wrong_input_is_one_line_and_touches_no_file(args, said, shorter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("my own notes\n")
    code, out, err = priorsim(*[shorter if each == "ATLAS" else each for each in args])
    assert (code, out, err.count("\n")) == (2, "", 1), (out, err)
    assert said in err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert (tmp_path / "notes.txt").read_text() == "my own notes\n"


@pytest.mark.parametrize("name", ["histogram", "odds", "heldout", "growth", "influence", "population"])
def test_an_unknown_way_of_classing_is_refused_in_python_too(name, atlas):
    ask = getattr(public, name)
    world = ["square-w3"] if "world" in inspect.signature(ask).parameters else []
    with pytest.raises(PriorsimError, match="programs cannot be classed by 'shape'"):
        ask(*world, public.StoredAtlas.open(atlas), class_by="shape")


def bad_inputs(atlas):
    folder = atlas.parent
    texts = {
        "syntax.mu": "(add x",
        "unbound.mu": "(add x y)",
        "deep.mu": "(find (a) (find (b) (find (c) x)))",
        "range.mu": "(add x 99)",
        "wide.csv": "x,y\n" + "".join(f"{x},{y}\n" for x in range(10) for y in range(4)),
        "environments.csv": "x\n1\n2\n",
        "empty.csv": "",
        "world.csv": "# word_bits = 3\nx,output\n9,0\n",
        "foreign.parquet": "PAR1 nothing",
        "a$b^.csv": "# word_bits = 3\nx,output\n1,0\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    (folder / "cut.parquet").write_bytes(atlas.read_bytes()[:-100])
    os.mkfifo(folder / "pipe")
    census = ["census", "--dialect", "arith", "--word-bits"]
    out = ["--out", folder / "x.parquet"]
    ask = ["odds", "--atlas", atlas, "--world", "identity-w3"]
    square = ["--world", "square-w4"]
    return [
        (["odds", "--atlas", atlas, "--world", "identiti-w3"], "unknown world 'identiti-w3': did you mean"),
        (
            ["census", "--dialect", "algol", "--word-bits", 3, "--max-bits", 9, *out],
            "choose one of arith, logic, loops",
        ),
        ([*ask, "--max-bits", 0], "up to 20 bits, not 0: ask for 1 to 20"),
        ([*ask, "--max-bits", 70], "give --yes to start all the same"),
        ([*ask, "--prior", "speed"], "unknown prior 'speed': choose one of solomonoff"),
        (["run", folder / "syntax.mu", *square], "line 1, column 1: '(' is never closed"),
        (["run", folder / "unbound.mu", *square], "line 1, column 8: 'y' is not bound"),
        (["run", folder / "deep.mu", *square], "binder too deep"),
        (["run", folder / "range.mu", *square], "word 99 is out of range 0 to 15"),
        (["run", folder / "none.mu", *square], "cannot be read"),
        ([*census, 4, "--max-bits", 12, "--domain", folder / "wide.csv", *out], "40 lanes of 4 bits make 160 bits"),
        ([*census, 12, "--max-bits", 12, "--domain", folder / "environments.csv", "--depth", 2, *out], "environments"),
        ([*census, 4, "--max-bits", 12, "--domain", folder / "empty.csv", *out], "give the column names"),
        ([*census, 99, "--max-bits", 12, *out], "99 bits is out of range"),
        ([*census, 4, "--max-bits", 64, *out], "choose 2 to 63"),
        ([*census, 4, "--max-bits", 60, "--engine", "exhaustive", *out], "give --yes to start all the same"),
        ([*census, 4, "--max-bits", 12, "--engine", "magic", *out], "unknown engine 'magic'"),
        (
            [*census, 4, "--max-bits", 12, "--without", "find,shl", *out],
            "dialect arith has no operator 'shl': it has add",
        ),
        ([*census, 4, "--max-bits", 12, "--workers", 0, *out], "0 workers are too few: give 1 to "),
        ([*census, 4, "--max-bits", 12, "--workers", 100000, *out], "100000 workers are too many: give 1 to "),
        ([*census, 4, "--max-bits", 12, "--accounting", "max", *out], "'max': choose total or amortised"),
        ([*census, 4, "--max-bits", 12, "--memory", "lots", *out], "write it as 8GiB"),
        (
            [*census, 4, "--max-bits", 44, "--memory", "1GiB", *out],
            "more than the 1.0 GiB given: give more memory, or --max-bits",
        ),
        ([*census, 4, "--max-bits", 60, *out], "give more memory and --yes to start all the same, or --max-bits"),
        ([*census, 4, "--max-bits", 2, "--memory", "100MiB", *out], "100 MiB given: give more memory"),
        ([*census, 4, "--max-bits", 12, "--out", folder / "no" / "x.parquet"], "cannot be written"),
        ([*census, 4, "--max-bits", 12, "--out", folder / "pipe"], "pipe: is not a regular file"),
        ([*census, 4, "--max-bits", "many", *out], "'--max-bits'"),
        ([*census, 4], "Missing option"),
        (["worlds", "--family", "outverse"], "unknown family 'outverse': choose one of in-context, video, inverse"),
        (["worlds", "isqrt-w3", "--family", "inverse"], "not both"),
        (["worlds", "constant.w12-4096"], "word cannot be '4096' with word_bits 12: choose 0 to 4095"),
        (["frobnicate"], "No such command"),
        ([*ask, "--frob"], "No such option"),
        ([*ask, "--train", "0-99"], "there is no lane 99: choose 0 to 7"),
        ([*ask, "--train", "a-b"], "is not a range of lanes"),
        ([*ask, "--beta", "0.5"], "converge"),
        ([*ask, "--gamma", "nan"], "finite"),
        ([*ask, "--prior", "linear"], "give --lambda"),
        ([*ask, "--class-by", "mood"], "choose lesion or form"),
        (["odds", "--atlas", atlas, "--world", "identity-w4"], "its word bits are 4 where the atlas has 3"),
        (["odds", "--atlas", atlas, "--world", folder / "world.csv"], "word 9 is out of range 0 to 7"),
        (["odds", "--atlas", atlas], "give --world NAME, or --histogram FILE"),
        (["odds", "--atlas", folder / "none.parquet", "--world", "identity-w3"], "no such atlas"),
        (["odds", "--atlas", folder / "cut.parquet", "--world", "identity-w3"], "not a whole Parquet file"),
        (["info", folder / "foreign.parquet"], "not a whole Parquet file"),
        (["odds", "--histogram", folder / "empty.csv"], "not a histogram"),
        (["sweep", "--atlas", atlas, "--world", "identity-w3", "--grid", "speed=1"], "unknown penalty 'speed'"),
        (["sweep", "--atlas", atlas, "--world", "identity-w3", "--grid", "gamma=x"], "cannot be read: write NAME="),
        (["sweep", "--atlas", atlas, "--world", "identity-w3", "--grid", "gamma=0:1:0"], "a COUNT of 1 to 1000000"),
        (["sweep", *ask[1:], "--grid", "gamma=0", "--gamma", 1], "--grid gamma=... and --gamma 1 both set gamma"),
        (["sweep", *ask[1:], "--grid", "gamma=0:8:1000000", "--out", folder], "is a folder"),
        (["histogram", *ask[1:], "--out", folder], "is a folder"),
        (["histogram", *ask[1:], "--out", atlas], "is a file that this command reads: choose another place"),
        (["sweep", *ask[1:], "--grid", "gamma=0", "--out", atlas], "is a file that this command reads"),
        (["odds", "--atlas", atlas, "--world", folder / "a$b^.csv"], "letters, digits, spaces and . _ + - alone"),
        ([*ask, "--delta", "-1e50"], "give a finite number, 1e+09 at most in size"),
        (["claims", "--workers", 0, "--results", folder], "0 workers are too few: give 1 to "),
        (["claims", "many-against-none"], "unknown claim 'many-against-none': did you mean many-against-one"),
        (
            ["theory", "--alpha", 2, "--bits-direct", 20, "--steps-direct", 1, "--steps-search", "2^20"],
            "alpha is 2, and by the lengths and times given it is 1: leave it out, or",
        ),
        (["walk", *square, "--dynamics", "first", "--radius", 8, "--flat"], "are of metropolis"),
        (["walk", *square, "--dynamics", "first", "--radius", 8, "--from", "serch"], "'serch' is none of prior, empty"),
        (["histogram", "--atlas", atlas], "Missing option '--world'"),
        (
            ["odds", "--histogram", folder / "h.csv", "--class-by", "form"],
            "leave out --atlas, --world, --train, --class-by and --max-bits",
        ),
        (["run", PROGRAMS / "square-direct.mu", *square, "--lane", 99], "--lane: there is no lane 99: choose 0 to 15"),
        (["encode", PROGRAMS / "rule90-direct.mu", "--dialect", "arith"], "dialect arith has no operator"),
        (["encode", "(find (c) (find (d) d))", "--word-bits", 12], "binder too deep"),
        (["heldout", "--atlas", atlas], "Missing option"),
        (["heldout", *ask[1:], "--train", "9"], "there is no lane 9"),
        (["heldout", *ask[1:], "--prior", "capped"], "give --cap"),
        (["heldout", *ask[1:], "--max-bits", 21], "up to 20 bits, not 21: ask for 1 to 20"),
        (["heldout", "--atlas", atlas, "--world", "identity-w4"], "its word bits are 4 where the atlas has 3"),
        (["heldout", "--atlas", folder / "none.parquet", "--world", "identity-w3"], "no such atlas"),
        (["definitions", *ask[1:], "--programs", "0"], "choose 1 to 10000"),
        (["definitions", "--atlas", atlas, "--world", "identity-w4"], "its word bits are 4 where the atlas has 3"),
        (["population", "--atlas", folder / "cut.parquet"], "not a whole Parquet file"),
        (["population", "--atlas", atlas, "--json", "--out", folder / "x.csv"], "exclude each other"),
        (["population", "--atlas", atlas, "--out", folder / "no" / "x.csv"], "cannot be written"),
        (["population", "--atlas", atlas, "--max-bits", 21], "up to 20 bits, not 21: ask for 1 to 20"),
        (["population", "--atlas", atlas, "--class-by", "mood"], "choose lesion or form"),
        (["objectives", "--world", "root-w4", "--max-bits", 60], "give --yes to start all the same"),
        (["objectives", "--world", "root-w4", "--max-bits", 1], "choose 2 to 63"),
        (["objectives", "--world", "identiti-w3", "--max-bits", 20], "did you mean"),
        (["data", *ask[1:], "--code-bits", 16, "--depth", 1], "leave out --dialect and --depth"),
        (["data", *ask[1:], "--code-bits", 16, "--out", folder / "x.csv"], "leave out --atlas"),
        (["decode", "0110"], "cut short"),
        (["decode", "0" + "11000" * 1000, "--dialect", "logic"], "nest more than 100 deep"),
        (["encode", "9" * 5000], "999999999... (5000 characters) is out of range 0 to 15"),
        (["encode", "(shr " * 400 + "x" + ")" * 400, "--dialect", "logic"], "column 501: operators nest more than 100"),
        (["decode", "01a"], "holds only 0 and 1"),
        (["encode", "(add x 1)", "--columns", "add"], "cannot name a column"),
        (["paper", "--preset", "slow"], "unknown preset 'slow'"),
        (["odds", "--wrold", "inverse-w3"], "--world): see 'priorsim odds --help'"),
        (["od"], "Did you mean 'odds'?: see 'priorsim --help'"),
        (["figure", "phases"], "unknown figure 'phases': did you mean phase"),
        (["figure", "phase", "--width", "3"], "--width '3' cannot be read: write a number and in, cm or mm"),
        (["figure", "phase", "--width", "1in"], "--width 1in is out of range: give 3.1in to 10in (79mm to 254mm)"),
        (["figure", "phase", "--format", "gif"], "unknown format 'gif': choose one of pdf, svg, png, pgf"),
        (["figure", "phase", "--preset", "slow", "--results", folder], "unknown preset 'slow'"),
        (
            ["figure", "delta-l", "--world", "isqrt-w3", "--results", folder],
            "delta-l is of several worlds: leave out --world",
        ),
        (["paper", "--out", folder / "empty.csv"], "cannot be made"),
        (
            ["claims", "--world", "inverse.w6-quotient-one-l64", "--max-bits", "20", "--workers", "2"],
            "--workers has no effect on the claims about a wide world",
        ),
    ]


def test_bad_input_is_one_line_and_exit_code_2(atlas):
    for args, words in bad_inputs(atlas):
        code, out, err = priorsim(*args)
        # An estimate counts a little, for which kernels are compiled where they are not yet.
        lines = [line for line in err.splitlines() if not line.startswith("Compiling the counting kernels")]
        assert (code, out, len(lines)) == (2, "", 1), (args, out, err)
        assert lines[0].startswith("priorsim: ")
        assert words in lines[0], (args, lines[0])
