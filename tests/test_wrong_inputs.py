"""Wrong inputs: each is refused with exit code 2 and one line, none is silently accepted, and no file is touched."""

import inspect

import pytest

import priorsim as public
from priorsim.errors import PriorsimError
from tests.test_cli import output, priorsim

CENSUS = ["census", "--dialect", "arith", "--word-bits", "2", "--max-bits", "12", "--out", "made.parquet"]
KNOCKOUTS = ["knockouts", "--dialect", "arith", "--word-bits", "2", "--max-bits", "12"]
ASKED = ["--atlas", "ATLAS", "--world", "square-w3"]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    path = tmp_path_factory.mktemp("atlas") / "small.parquet"
    language = ["--dialect", "arith", "--word-bits", "3", "--max-bits", "14"]
    output("census", *language, "--engine", "exhaustive", "--out", path)
    return path


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
        (["odds", *ASKED, "--class-by", ""], "programs cannot be classed by ''"),
        (["odds", *ASKED, "--force"], "--force has no effect without a file to write"),
        (["odds", *ASKED, "--out", "-", "--force"], "--force has no effect without a file to write"),
        (["odds", *ASKED, "--prior", "levn"], "did you mean levin?"),
        (["odds", *ASKED, "--prior", "capped"], "needs a value for cap"),
        (["odds", *ASKED, "--tax", "nan"], "give a finite number"),
        (["odds", *ASKED, "--gamma", "-1"], "give a number of at least 0"),
        (["odds", *ASKED, "--train", ""], "is no lane range"),
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
def test_a_wrong_input_is_one_line_and_touches_no_file(args, said, atlas, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("my own notes\n")
    code, out, err = priorsim(*[atlas if each == "ATLAS" else each for each in args])
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
