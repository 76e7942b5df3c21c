"""The hand-written programs: each does what its head comment says, and survives every round trip."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.engine.exhaustive import key_of
from priorsim.census.engine.quotient import count_quotient
from priorsim.errors import DomainError, MuSyntaxError, PriorsimError
from priorsim.mu.code import decode, encode
from priorsim.mu.dialect import Language
from priorsim.mu.files import head_comments, parse_source, read_source
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import class_of, classify, is_dormant, lesion
from priorsim.mu.syntax import Program, format_program, parse
from priorsim.reading import shown
from priorsim.worlds import World, find_world
from tests.bounds import within

PROGRAMS = sorted((Path(__file__).parent.parent / "programs").glob("*.mu"))
HEADS = {path.stem: head_comments(path.read_text(encoding="utf-8")) for path in PROGRAMS}
ARITH = Language.named("arith", 4)


def read_program(path, language, columns=("x",)):
    return parse_source(read_source(path), path, language, columns)


def open_program(path: Path) -> tuple[Program, World, Language]:
    world = find_world(HEADS[path.stem]["world"])
    domain = world.domain
    language = Language.named(
        HEADS[path.stem]["dialect"], domain.word_bits, depth=domain.default_depth, columns=len(domain.columns)
    )
    return read_program(path, language, domain.columns), world, language


each_program = pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)


@each_program
def test_a_program_behaves_as_its_head_says(path: Path) -> None:
    program, world, language = open_program(path)
    head = HEADS[path.stem]
    result = run(program, world.domain)
    assert " ".join(map(str, result.words)) == head["behaviour"]
    assert result.steps[Accounting.TOTAL] == int(head["steps"])
    assert len(encode(program, language)) == int(head["bits"])
    assert lesion(program, world.domain).actual == result.words


@each_program
def test_a_program_is_of_the_class_its_head_says(path: Path) -> None:
    program, world, _ = open_program(path)
    head = HEADS[path.stem]
    assert classify(program, world.domain) == head["class"]
    assert is_dormant(program, world.domain, world.train) == (head.get("dormant") == "yes")


@each_program
def test_a_program_survives_encoding_and_printing(path: Path) -> None:
    program, world, language = open_program(path)
    assert decode(encode(program, language), language) == (program, "")
    assert parse(format_program(program, world.domain.columns), language, world.domain.columns) == program


@each_program
def test_a_program_fits_its_world_or_says_that_it_does_not(path: Path) -> None:
    program, world, _ = open_program(path)
    head = HEADS[path.stem]
    words = run(program, world.domain).words
    assert head["dialect"] == world.dialect
    fits = world.accepts(words, range(len(world.domain.lanes)))
    admits = "does not fit" in head["description"] or "fits the training lanes only" in head["description"]
    assert fits != admits
    if "fits the training lanes only" in head["description"]:
        assert world.accepts(words, world.train)


CODE_ONLY = [path for path in PROGRAMS if HEADS[path.stem]["class"] not in ("table", "hybrid")]
COUNTED_BITS = 28


@cache
def counted(header: AtlasHeader) -> dict[RowKey, int]:
    rows = count_quotient(header)
    return {rows.key(row): int(rows.count[row]) for row in range(len(rows))}


@pytest.mark.engine
@pytest.mark.parametrize("path", CODE_ONLY, ids=lambda path: path.stem)
def test_the_engines_count_a_program_where_its_head_says(path: Path) -> None:
    program, world, language = open_program(path)
    head = HEADS[path.stem]
    header = AtlasHeader(language, world.domain, COUNTED_BITS)
    key = key_of(header, program)
    pack = world.domain.pack
    assert pack([int(word) for word in head["behaviour"].split()]) == key.behaviour
    assert (key.bits, key.steps) == (int(head["bits"]), int(head["steps"]))
    kind = "search" if key.strict != key.behaviour else "disguised" if key.wide != key.behaviour else "direct"
    assert kind == head["class"]
    if key.bits <= COUNTED_BITS and not world.domain.is_wide:
        assert counted(header)[key] >= 1


def test_the_programs_show_every_class_and_form() -> None:
    assert {head["class"] for head in HEADS.values()} == {"direct", "table", "disguised", "search", "hybrid"}
    assert any(head.get("dormant") == "yes" for head in HEADS.values())
    texts = [path.read_text(encoding="utf-8") for path in PROGRAMS]
    assert all(any(f"({form} " in text for text in texts) for form in ("iter", "find", "argmax", "data"))
    assert {head["dialect"] for head in HEADS.values()} == {"arith", "logic", "loops"}


def test_the_dormant_program_is_direct_in_training() -> None:
    (path,) = [path for path in PROGRAMS if HEADS[path.stem].get("dormant") == "yes"]
    program, world, _ = open_program(path)
    words = lesion(program, world.domain)
    assert class_of(words, world.train) == "direct"
    assert class_of(words) == "search"


def test_the_head_comment_ends_where_the_program_begins() -> None:
    text = "; first,\n;\n; and second\n;bits: 31\n; note 3: no key\n(mul x x)\n; class: search\n"
    assert head_comments(text) == {"description": "first, and second note 3: no key", "bits": "31"}
    assert head_comments("x") == {"description": ""}


@pytest.mark.parametrize(
    "break_file",
    [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff\xfe(")],
    ids=["missing", "folder", "not text"],
)
def test_a_program_file_that_cannot_be_read_is_named(break_file: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "lost.mu"
    break_file(path)
    with pytest.raises(PriorsimError, match=r"lost\.mu: cannot be read \(") as refused:
        read_program(path, ARITH)
    assert len(str(refused.value).splitlines()) == 1


def test_a_syntax_error_names_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "wrong.mu"
    path.write_text("; a remark\n(mul x y)\n")
    with pytest.raises(MuSyntaxError, match=r"wrong\.mu, line 2, column 8: 'y' is not bound") as refused:
        read_program(path, ARITH)
    assert (refused.value.line, refused.value.column) == (2, 8)
    with pytest.raises(DomainError):
        read_program(path, ARITH, ("a", "b"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_program_is_read_whatever_marks_its_beginning_and_its_lines(end: str, tmp_path: Path) -> None:
    path = tmp_path / "square.mu"
    path.write_bytes(f"\ufeff; the square\u2028of x{end}; world: square-w4{end}(mul x{end}x){end}".encode())
    assert read_program(path, ARITH) == parse("(mul x x)", ARITH)
    assert head_comments(read_source(path)) == {"description": "the square\u2028of x", "world": "square-w4"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(mul x \x1b[31m)", r"bad.mu, line 1, column 8: '\x1b[31m' is not bound"),
        ("(mul x " + "y" * 100_000 + ")", "yyy... (100000 characters)' is not bound"),
        ("(" * 500_000, "nest more than 100 deep"),
        ("x " * 200_000, "line 1, column 3: 'x' after the end"),
        ("(add x ٣)", "'٣' is not bound"),
        ("x" * 2_000_000, "give a file of at most 1048576 bytes"),
    ],
)
def test_no_program_text_is_repeated_whole_or_unescaped(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.mu"
    path.write_text(text, encoding="utf-8")
    with within(10), pytest.raises(PriorsimError) as refused:
        read_program(path, ARITH)
    message = str(refused.value)
    assert said in message and len(message) < 400 and message == shown(message)
