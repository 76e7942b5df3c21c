"""Languages as TOML files, and as options of the census: what they hold, and errors that point at the field."""

import json

import pytest

from priorsim.errors import CodeError
from priorsim.mu.language_file import load_language
from tests.test_cli import output, priorsim

OPERATORS = '["add", "mul", "eq", "find"]'


def load(folder, text):
    path = folder / "own.toml"
    path.write_text(text)
    return load_language(path)


def test_a_file_says_operators_code_and_what_is_knocked_out(tmp_path):
    dialect, without = load(tmp_path, f'operators = {OPERATORS}\ncode = "random:7"\nwithout = ["mul"]\n')
    assert (dialect.name, without) == ("add,mul,eq,find@random:7", ("mul",))
    dialect, without = load(tmp_path, f"operators = {OPERATORS}\n")
    assert (dialect.code, without) == ("default", ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code = 'fitted'\n", "the field 'operators' is missing"),
        (f"operators = {OPERATORS}\nwords = 3\n", "unknown field 'words': choose among operators, code, without"),
        ('operators = ["add", 3]\n', "field 'operators[1]': it is of type int where str is wanted"),
        ('operators = ["add", "plus"]\n', "field 'operators': operator 2 is 'plus'"),
        ("operators = []\n", "field 'operators': a dialect without operators"),
        (f"operators = {OPERATORS}\ncode = 'huffman'\n", "field 'code': unknown code 'huffman'"),
        (f"operators = {OPERATORS}\nwithout = ['sub']\n", "field 'without[0]': 'sub' cannot be knocked out"),
        ("operators = [\n", "own.toml: "),
    ],
)
def test_an_error_points_at_the_field(tmp_path, text, message):
    with pytest.raises(CodeError) as refused:
        load(tmp_path, text)
    assert str(refused.value).startswith(str(tmp_path / "own.toml"))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.engine
def test_a_census_takes_a_language_by_options_by_name_and_from_a_file(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(f'operators = {OPERATORS}\ncode = "random:7"\n')
    ways = {
        "options": ["--operators", "add,mul,eq,find", "--code", "random:7"],
        "name": ["--dialect", "add,mul,eq,find@random:7"],
        "file": ["--language", str(path)],
    }
    for name, way in ways.items():
        output("census", *way, "--word-bits", "3", "--max-bits", "16", "--out", str(tmp_path / name))
    assert len({(tmp_path / name).read_bytes() for name in ways}) == 1
    told = output("info", str(tmp_path / "file"))
    assert "add,mul,eq,find@random:7" in told
    answer = json.loads(output("odds", "--atlas", str(tmp_path / "file"), "--world", "square-w3", "--json"))
    assert answer["language"]["dialect"] == "add,mul,eq,find@random:7"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--code", "fitted"], "--code is of a dialect"),
        (["--dialect", "arith", "--code", "best"], "unknown code 'best'"),
        (["--operators", "add,add"], "operator 'add' is given twice"),
        (["--operators", "add", "--dialect", "arith"], "--dialect has no effect with --operators"),
        (["--language", "none.toml"], "none.toml: "),
        (["--language", "none.toml", "--code", "fitted"], "--code has no effect with --language"),
        (["--dialect", "aritth"], "unknown dialect 'aritth'"),
    ],
)
def test_a_language_that_is_none_is_refused_in_one_line(args, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = priorsim("census", *args, "--word-bits", "3", "--max-bits", "12", "--out", "a.parquet")
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    assert words in err
    assert list(tmp_path.iterdir()) == []
