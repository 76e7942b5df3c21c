"""Worlds from CSV and TOML files: what is written loads back, and bad files are refused in one line."""

import io
import json
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorsim.errors import DomainError, PriorsimError, WorldError
from priorsim.mu.domain import Domain
from priorsim.reading import shown
from priorsim.worlds import World, catalogue, find_world, load_world, parse_lanes
from tests.bounds import within

WORLDS = list(catalogue().values())


def as_csv(world: World) -> str:
    settings = {
        "word_bits": world.domain.word_bits,
        "name": world.name,
        "dialect": world.dialect,
        "family": world.family,
        "description": world.description,
    }
    names = [f"{name}:context" if name in world.domain.context else name for name in world.domain.columns]
    lines = [f"# {key} = {value}" for key, value in settings.items()]
    lines.append(",".join([*names, "train", "output"]))
    for lane, inputs in enumerate(world.domain.lanes):
        accepted = "|".join(map(str, sorted(world.acceptable[lane])))
        lines.append(",".join([*map(str, inputs), str(int(lane in world.train)), accepted]))
    return "\n".join(lines) + "\n"


def as_toml(world: World) -> str:
    fields = {
        "name": world.name,
        "dialect": world.dialect,
        "family": world.family,
        "description": world.description,
        "word_bits": world.domain.word_bits,
        "columns": world.domain.columns,
        "context": world.domain.context,
        "lanes": world.domain.lanes,
        "output": [sorted(words) for words in world.acceptable],
        "train": world.train,
    }
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_every_world_loads_back_from_either_format(world: World, tmp_path: Path) -> None:
    for suffix, text in ((".csv", as_csv(world)), (".toml", as_toml(world))):
        path = tmp_path / f"world{suffix}"
        path.write_text(text, encoding="utf-8")
        assert load_world(path) == world
        assert find_world(str(path)) == world


def test_several_acceptable_words_and_defaults(tmp_path: Path) -> None:
    csv = tmp_path / "mine.csv"
    csv.write_text("# a remark\n\n#word_bits=3\n a , output \n 0 , 1|2 \n\n5,7\n6,0\n7,0\n", encoding="utf-8-sig")
    toml = tmp_path / "mine.toml"
    toml.write_text('word_bits = 3\ncolumns = ["a"]\nlanes = [0, 5, [6], 7]\noutput = [[1, 2], 7, 0, 0]\n')
    world = load_world(csv)
    assert world == load_world(str(toml))
    assert world == World(
        name="mine",
        domain=Domain(3, ((0,), (5,), (6,), (7,)), ("a",)),
        acceptable=(frozenset({1, 2}), frozenset({7}), frozenset({0}), frozenset({0})),
        train=(0, 1, 2),
        family="file",
        dialect="arith",
        description="",
    )
    assert world.behaviour is None


def test_without_lanes_a_toml_world_has_the_default_ones(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("word_bits = 2\noutput = [3, 2, 1, 0]\n")
    assert load_world(path).domain == Domain.default(2)


def refusal(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises((WorldError, DomainError)) as refused:
        load_world(path)
    message = str(refused.value)
    assert message.startswith(str(path))
    assert len(message.splitlines()) == 1
    return message.removeprefix(str(path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the column names"),
        ("# word_bits = 4\n", "the column names"),
        ("# word_bits = 4\nx,output\n", "a line for each lane"),
        ("x,output\n0,0\n", "the word size is missing: put '# word_bits = 4' (2 to 16)"),
        ("# word_bits = 17\nx,output\n0,0\n", "word_bits = '17' is not a word size: choose 2 to 16"),
        ("# word_bits = 4, dialect = arith\nx,output\n0,0\n", "one setting a line"),
        ("# word_bits = 4\n# size = 3\nx,output\n0,0\n", ", line 2: unknown setting 'size': choose among word_bits"),
        ("# word_bits = 4\n# word_bits = 3\nx,output\n0,0\n", ", line 2: setting 'word_bits' is given twice"),
        ("# word_bits = 4\n# dialect = lisp\nx,output\n0,0\n", "unknown dialect 'lisp': choose one of arith"),
        ("# word_bits = 4\nx,y\n0,0\n", ", line 2: the last column is 'y': it must be 'output'"),
        ("# word_bits = 4\noutput,x,output\n0,0,0\n", "'output' is named twice"),
        ("# word_bits = 4\nx,train,train,output\n0,1,1,0\n", "'train' is named twice"),
        ("# word_bits = 4\ntrain,output\n1,0\n", "there is no input column"),
        ("# word_bits = 4\nfind,output\n1,0\n", "'find' cannot name a column"),
        ("# word_bits = 4\nx:query,output\n1,0\n", "'x:query' cannot name a column"),
        ("# word_bits = 4\nx,x,output\n1,0,0\n", "column names repeat"),
        ("# word_bits = 4\nx,output\n0,0\n1\n", ", line 4: 1 cells for 2 columns: give one for each"),
        ("# word_bits = 4\nx,output\n0,0\n16,0\n", ", line 4, column 'x': word 16 is out of range 0 to 15"),
        (
            "# word_bits = 4\nx,output\n0,\n",
            ", line 3, column 'output': '' is not a word: give a decimal number 0 to 15",
        ),
        ("# word_bits = 4\nx,output\n0,1|16\n", ", line 3, column 'output': word 16 is out of range 0 to 15"),
        ("# word_bits = 4\nx,output\n0,-1\n", "'-1' is not a word"),
        (
            "# word_bits = 4\nx,output\n0," + "9" * 5000 + "\n",
            "word 999999999... (5000 characters) is out of range 0 to 15",
        ),
        ("# word_bits = 4\nx,train,output\n0,yes,1\n", ", line 3, column 'train': 'yes' is neither 1"),
        ("# word_bits = 4\nx,train,output\n0,0,1\n", "give at least one training lane"),
        ("# word_bits = 3\nx,output\n0,1\n0,2\n", ", line 4: the same inputs stand in lane 0 already: keep one"),
        ("# word_bits = 3\no,q,output\n0,1,1\n\n1,1,0\n0,1,1\n", ", line 6: the same inputs stand in lane 0"),
        ("# word_bits = 16\nx,output\n" + "0,0\n" * 5, "at most 64 fit, give 4 lanes or fewer"),
        ('# word_bits = 4\nx,output\n"0"0,1\n', ", line 3: not a line of CSV"),
        ('# word_bits = 4\nx,output\n0,"1\n', "not a line of CSV"),
        (b"# word_bits = 4\nx,output\n\xff,1\n", "cannot be read"),
    ],
)
def test_a_bad_csv_world_is_refused(text: str | bytes, said: str, tmp_path: Path) -> None:
    assert said in refusal(tmp_path / "bad.csv", text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the field 'word_bits' is missing: give it"),
        ("word_bits = 4\n", "the field 'output' is missing"),
        ("word_bits = \n", "line 1"),
        ("word_bits = 17\noutput = [0]\n", "a word of 17 bits is out of range: choose 2 to 16"),
        ('word_bits = "4"\noutput = [0]\n', "field 'word_bits': it is of type str where int is wanted"),
        (
            "word_bits = 4\nlanes = [0]\noutput = [true]\n",
            "field 'output[0]': it is of type bool where int | array is wanted",
        ),
        (
            "word_bits = 4\nlanes = [0]\noutput = [0]\nsize = 3\n",
            "unknown field 'size': choose among word_bits, output, columns",
        ),
        ('word_bits = 4\nlanes = [0]\noutput = [0]\nname = "a\\nb"\n', "field 'name': the text breaks a line"),
        ('word_bits = 4\nlanes = [0]\noutput = [0]\ndialect = "lisp"\n', "unknown dialect 'lisp': choose one of arith"),
        ("word_bits = 4\noutput = [0]\n", "1 lanes of words for 16 lanes"),
        ("word_bits = 4\nlanes = [0]\noutput = [16]\n", "lane 0: give at least one word, each 0 to 15"),
        ("word_bits = 4\nlanes = [0]\noutput = [[]]\n", "lane 0: give at least one word, each 0 to 15"),
        ("word_bits = 4\nlanes = [16]\noutput = [0]\n", "lane 0: word 16 is out of range 0 to 15"),
        ("word_bits = 4\nlanes = []\noutput = []\n", "at least one lane"),
        ("word_bits = 4\nlanes = [[0, 1]]\noutput = [0]\n", "lane 0 has 2 words for 1 columns"),
        ('word_bits = 4\ncontext = ["o"]\nlanes = [0]\noutput = [0]\n', "context column 'o' is not an input column"),
        ("word_bits = 4\ncolumns = []\nlanes = [[]]\noutput = [0]\n", "at least one column"),
        ("word_bits = 4\nlanes = [0]\noutput = [0]\ntrain = []\n", "give at least one training lane"),
        ("word_bits = 4\nlanes = [0]\noutput = [0]\ntrain = [1]\n", "there is no lane 1: choose 0 to 0"),
        (
            "word_bits = 4\nlanes = [3, 0, 3]\noutput = [0, 0, 1]\n",
            ": field 'lanes', lane 2: the same inputs stand in lane 0",
        ),
        ("word_bits = 16\nlanes = [0, 0, 0, 0, 0]\noutput = [0, 0, 0, 0, 0]\n", "at most 64 fit"),
        ("word_bits = 4\noutput = " + "[" * 5000, ""),
        ("word_bits = 4\noutput = [" + "9" * 5000 + "]\n", ""),
    ],
)
def test_a_bad_toml_world_is_refused(text: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(tmp_path / "bad.toml", text)


@pytest.mark.parametrize("name", ["missing.csv", "missing.toml", "folder.csv"])
def test_a_file_that_cannot_be_read_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(WorldError, match=r"\.(csv|toml): cannot be read \((No such file|Is a directory)"):
        find_world(str(tmp_path / name))


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"a world file ends in \.csv or \.toml"):
        load_world(tmp_path / "world.xlsx")
    with pytest.raises(WorldError, match="cannot be read"):
        load_world("nul\0.csv")


@settings(deadline=None)
@given(text=st.text("#=,|\"\n01x[] \\-'outpwrd_bsain", max_size=60), suffix=st.sampled_from([".csv", ".toml"]))
def test_no_text_raises_anything_but_our_own_errors(
    text: str, suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_text("word_bits = 2\n" * (suffix == ".toml") + "# word_bits = 2\n" + text, encoding="utf-8")
    try:
        load_world(path)
    except PriorsimError as error:
        assert len(str(error).splitlines()) == 1


SEVEN = "x,output\n0,7\n1,6\n"
"""A world of two lanes, without its settings."""


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("# word_bits = 3,\n# description = seven less x,\nx,output\n0,7\n1,6\n", "seven less x"),
        ('"# word_bits = 3"\n"# description = a, b"\n"x","output"\n"0","7"\n"1","6"\n', "a, b"),
        ('# word_bits = 3,,\n"# description = a, ""b""",,\nx,output,\n0,7,\n1,6,\n', 'a, "b"'),
        ("# word_bits = 3,,\n# description = a, b, c\nx,output,\n0,7,\n1,6,\n", "a, b, c"),
        (",,\n# word_bits = 3,,\n,,\nx,output,\n,,\n0,7,\n1,6,\n,,\n", ""),
        ('\ufeff"# word_bits = 3"\r\n' + SEVEN.replace("\n", "\r\n"), ""),
        ("# word_bits = 3\r" + SEVEN.replace("\n", "\r"), ""),
        ("# word_bits = 3\n# description = a \"b\" #, 'c'\n" + SEVEN, "a \"b\" #, 'c'"),
        (
            "# word_bits = 3\n# description = page 2\u2028of\x0b the\x85 notes\n" + SEVEN,
            r"page 2\u2028of\x0b the\x85 notes",
        ),
        ("# word_bits = 3\n# description = red \x1b[31m \u202eback\n" + SEVEN, r"red \x1b[31m \u202eback"),
        ("# word_bits = 3\n# description = größtes Wort über x — θ\n" + SEVEN, "größtes Wort über x — θ"),
    ],
)
def test_what_spreadsheets_and_others_add_changes_no_world(text: str, description: str, tmp_path: Path) -> None:
    path = tmp_path / "seven.csv"
    path.write_bytes(text.encode())
    world = load_world(path)
    assert world.domain == Domain(3, ((0,), (1,)))
    assert world.acceptable == (frozenset({7}), frozenset({6}))
    assert (world.name, world.description) == ("seven", description)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_cells_are_separated_by_commas_alone(separator: str, tmp_path: Path) -> None:
    text = "# word_bits = 3\n" + SEVEN.replace(",", separator)
    assert ", line 2: cells are separated by commas" in refusal(tmp_path / "bad.csv", text)
    text = f"# word_bits = 3{separator}\n{SEVEN}0{separator}7\n"
    assert ", line 5: cells are separated by commas" in refusal(tmp_path / "bad.csv", text)


@pytest.mark.parametrize("name", ["größe_θ", "नमस्ते", "สวัสดี", "日本", "e\u0301te\u0301", "a.b +c-1"])
@pytest.mark.parametrize("suffix", [".csv", ".toml"])
def test_a_name_may_be_of_any_script_with_its_marks(name: str, suffix: str, tmp_path: Path) -> None:
    settings = {".csv": f"# word_bits = 3\n# name = {name}\n{SEVEN}", ".toml": f'name = "{name}"\n{TOML}'}
    path = tmp_path / f"world{suffix}"
    path.write_text(settings[suffix], encoding="utf-8")
    assert load_world(path).name == normalize("NFC", name)


TOML = "word_bits = 3\nlanes = [0, 1]\noutput = [7, 6]\n"


@pytest.mark.parametrize("name", ["$x$", "a/b", "\x1b[31m", "a\u202eb", "x" * 201, "\N{PILE OF POO}"])
def test_a_name_that_could_be_something_else_is_refused_escaped(name: str, tmp_path: Path) -> None:
    message = refusal(tmp_path / "bad.toml", f"name = {json.dumps(name, ensure_ascii=False)}\n{TOML}")
    assert "name" in message and message == shown(message)


@pytest.mark.parametrize(
    "text", [f"# word_bits = 3\n{SEVEN}", TOML, f"\n# a remark\n\n{TOML}", f'"# word_bits = 3"\n{SEVEN}']
)
def test_standard_input_holds_a_world_of_either_format(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    world = find_world("-")
    assert (world.name, world.domain.lanes) == ("standard input", ((0,), (1,)))


LONG = "9" * 100_000


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".csv", f"# word_bits = {LONG}\n{SEVEN}"),
        (".csv", f"# {LONG} = 3\n{SEVEN}"),
        (".csv", f"# word_bits = 3\n# dialect = {LONG}\n{SEVEN}"),
        (".csv", f"# word_bits = 3\n# name = {LONG}\n{SEVEN}"),
        (".csv", f"# word_bits = 3\n# family = {LONG}\n{SEVEN}"),
        (".csv", f"# word_bits = 3\nx,{LONG}\n0,0\n"),
        (".csv", f"# word_bits = 3\n{LONG},output\n0,0\n"),
        (".csv", f"# word_bits = 3\nx:context,{'y' * 100_000}:context,y,output\n0,{LONG},0,0\n"),
        (".csv", f"# word_bits = 3\n{'x,' * 50_000}output\n{'0,' * 50_000}0\n"),
        (".csv", f"# word_bits = 3\nx,output\n{LONG},0\n"),
        (".csv", f"# word_bits = 3\nx,output\n0,{'x' * 100_000}\n"),
        (".csv", f"# word_bits = 3\nx,output\n0,{'1|' * 100_000}\n"),
        (".csv", "# word_bits = 3\nx,output\n" + "0,0\n" * 100_000),
        (".csv", f"# word_bits = 3\nx,train,output\n0,{LONG},0\n"),
        (".toml", f"{TOML}{LONG} = 1\n"),
        (".toml", f"{TOML}{'x' * 100_000} = 1\n"),
        (".toml", f"{TOML}a{'.a' * 100_000} = 1\n"),
        (".toml", f"{TOML}[a{'.a' * 100_000}]\n"),
        (".toml", f"{TOML}a = {'[' * 100_000}\n"),
        (".toml", f"{TOML}a = {'{a=' * 100_000}\n"),
        (".toml", f"word_bits = {LONG}\noutput = [0]\n"),
        (".toml", f"word_bits = 0x{LONG}\noutput = [0]\n"),
        (".toml", f"word_bits = 3\nlanes = [0x{LONG}]\noutput = [0]\n"),
        (".toml", f"word_bits = 3\nlanes = [0]\noutput = [0]\ntrain = [0x{LONG}]\n"),
        (".toml", f"word_bits = 3\nlanes = [0]\noutput = [0]\ntrain = [1{'0' * 4000}]\n"),
        (".toml", f'{TOML}columns = ["{LONG}"]\n'),
        (".toml", f'{TOML}columns = ["a"]\ncontext = ["{LONG}"]\n'),
        (".toml", f'{TOML}dialect = "{LONG}"\n'),
        (".toml", f'{TOML}description = "{LONG}"\n'),
    ],
)
def test_no_size_of_a_file_takes_long_or_is_repeated_whole(suffix: str, text: str, tmp_path: Path) -> None:
    with within(10):
        assert len(refusal(tmp_path / f"bad{suffix}", text)) < 500


def test_a_description_of_dots_is_no_name_of_a_field(tmp_path: Path) -> None:
    path = tmp_path / "dots.toml"
    path.write_text(f'# don\'t {"." * 200}\n{TOML}description = "{"." * 200}"\n')
    assert load_world(path).description == "." * 200


@pytest.mark.parametrize(
    "train",
    [
        "\N{ARABIC-INDIC DIGIT ZERO}",
        "0-\N{FULLWIDTH DIGIT ONE}",
        "²",
        "9" * 5000,
        "0-" + "9" * 5000,
        "0-1-2",
        "1-0",
        "",
        "-1",
        "0,,1",
    ],
)
def test_training_lanes_are_written_in_short_ascii_numbers(train: str) -> None:
    with pytest.raises(WorldError, match="--train") as refused:
        parse_lanes(train, Domain.default(3))
    assert len(str(refused.value)) < 300
