"""Text from elsewhere: what is read of any file, what is refused in one line, and what a message shows of it."""

import io
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import bidirectional, category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorsim.errors import PriorsimError, WorldError
from priorsim.mu.domain import Domain
from priorsim.mu.files import MOST_BYTES as MOST_BYTES_OF_A_PROGRAM
from priorsim.reading import MOST_BYTES, parse_float, quoted, read_text, reading, shown
from tests.bounds import within
from tests.test_cli import output, priorsim

BIDIRECTIONAL = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def refusal(path: Path | str, *, most: int = MOST_BYTES) -> str:
    with within(10), pytest.raises(PriorsimError) as refused:
        read_text(path, most=most)
    message = str(refused.value)
    assert len(message.splitlines()) == 1
    return message


@given(st.text(st.characters(), max_size=30))
def test_what_is_shown_neither_controls_a_terminal_nor_breaks_the_line(text: str) -> None:
    safe = shown(text)
    assert not any(category(character) in ("Cc", "Cs", "Zl", "Zp", "Cn") for character in safe)
    assert not any(bidirectional(character) in BIDIRECTIONAL for character in safe)
    assert len(safe.splitlines()) <= 1
    assert shown(safe) == safe
    safe.encode("utf-8")


@pytest.mark.parametrize(
    "text", ["größe_θ", "नमस्ते", "می‌روم", "日本語", "a\N{NO-BREAK SPACE}b", "e\u0301", "C:\\new\\x1b"]
)
def test_what_is_safe_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


def test_long_texts_are_shown_cut_with_their_length() -> None:
    assert quoted("\x1b" * 100_000) == "'" + r"\x1b" * 15 + "... (100000 characters)'"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_end_in_three_ways_and_in_no_other(end: str, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(f"{mark}a{end}b\u2028\x0b\x0c\x85c{end}".encode())
    assert read_text(path) == "a\nb\u2028\x0b\x0c\x85c\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\r\nb\rc\xe9\n", r"byte 7, in line 3, is 0xe9, which is no text in UTF-8): save it as UTF-8"),
        (b"a\n\0", "byte 3, in line 2, is 0x00"),
        ("x,output\n".encode("utf-16"), "a text in UTF-16): save it as UTF-8"),
        ("x,output\n".encode("utf-16-be"), "byte 1, in line 1, is 0x00"),
        (b"\xfe\xff" + "x".encode("utf-16-be"), "a text in UTF-16"),
        ("x,output\n".encode("utf-32"), "a text in UTF-32"),
        (b"\xed\xa0\x80", "byte 1, in line 1, is 0xed"),
    ],
)
def test_what_is_no_utf_8_is_refused_by_byte_and_line(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(content)
    assert said in refusal(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "cannot be read (No such file or directory)"),
        (Path.mkdir, "cannot be read (Is a directory)"),
        (os.mkfifo, "cannot be read (a pipe, socket or device): name a file"),
        (lambda path: path.symlink_to("/dev/zero"), "cannot be read (a pipe, socket or device)"),
        (lambda path: path.symlink_to(path), "cannot be read (Too many levels of symbolic links)"),
        (make_socket, "cannot be read (No such device or address)"),
    ],
    ids=["missing", "folder", "pipe", "endless device", "link to itself", "socket"],
)
def test_what_is_no_file_is_refused_at_once(make: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    path = tmp_path / "text"
    make(path)
    assert said in refusal(path)


@pytest.mark.parametrize("name", ["nul\0.csv", "\udcff\x1b[31m.csv", "a" * 5000])
def test_names_that_no_file_has_are_refused(name: str) -> None:
    message = refusal(name)
    assert "cannot be read (" in message
    assert message == shown(message)


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"")
    os.truncate(path, 1 << 40)
    assert refusal(path).endswith(f"(it has {1 << 40} bytes): give a file of at most {MOST_BYTES} bytes")
    path.write_bytes(b"12345")
    assert read_text(path, most=5) == "12345"
    assert "it has 5 bytes" in refusal(path, most=4)


def test_the_limits_are_those_that_the_documents_state() -> None:
    documented = (Path(__file__).parents[1] / "docs" / "worlds.md").read_text(encoding="utf-8")
    worlds, programs = (most / (1 << 20) for most in (MOST_BYTES, MOST_BYTES_OF_A_PROGRAM))
    assert f"at most {worlds:g} MiB; a program's file has at most {programs:g} MiB" in documented


class Endless(io.RawIOBase):
    """As /dev/zero."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return len(buffer)


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_read_to_its_end_or_to_the_limit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfa\r\n"), encoding="latin-1"))
    assert read_text(name) == "a\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Endless())))
    assert refusal(name).startswith(f"standard input: cannot be read (it has more than {MOST_BYTES} bytes)")
    monkeypatch.setattr(sys, "stdin", None)
    assert refusal(name).startswith("standard input: cannot be read (it is closed)")


def endless_recursion() -> None:
    endless_recursion()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (endless_recursion, "it is nested too deep"),
        (lambda: bytearray(1 << 62), "it needs more memory than there is"),
        (lambda: float(10**400), "it cannot be parsed (OverflowError int too large to convert to float)"),
        (lambda: int("9" * 5000), "it cannot be parsed (ValueError Exceeds the limit"),
        (lambda: dict[str, int]()["\x1b[31m"], r"it cannot be parsed (KeyError '\x1b[31m')"),
        (b"\xff".decode, "it cannot be parsed (UnicodeDecodeError"),
    ],
)
def test_whatever_a_parser_raises_becomes_one_line_that_names_the_file(fault: Callable[[], object], said: str) -> None:
    with pytest.raises(WorldError) as refused, reading("a\tb.csv", WorldError):
        fault()
    message = str(refused.value)
    assert message.startswith(r"a\tb.csv: damaged: ") and said in message
    assert len(message.splitlines()) == 1 and len(message) < 400


@pytest.mark.parametrize("raised", [PriorsimError("said already"), KeyboardInterrupt(), SystemExit(3)])
def test_the_boundary_lets_through_what_is_no_fault_of_the_file(raised: BaseException) -> None:
    with pytest.raises(type(raised)) as caught, reading("a.csv", WorldError):
        raise raised
    assert caught.value is raised


@pytest.mark.parametrize("text", ["٣", "\N{FULLWIDTH DIGIT THREE}.5", "1_000", "", "x", "2.5x"])
def test_numbers_are_of_ascii_digits_alone(text: str) -> None:
    with pytest.raises(ValueError):
        parse_float(text)


def send(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


WORLD = "# word_bits = 4\nx,output\n" + "".join(f"{x},{x * x % 16}\n" for x in range(16))
SQUARE = Path(__file__).parent.parent / "programs" / "square-direct.mu"


def test_a_dash_is_standard_input_wherever_a_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    send(monkeypatch, WORLD)
    assert "fits standard input on its training lanes" in output("run", SQUARE, "--world", "-")
    send(monkeypatch, SQUARE.read_text())
    assert output("run", "-", "--world", "square-w4") == output("run", SQUARE, "--world", "square-w4")
    send(monkeypatch, SQUARE.read_text())
    assert output("encode", "-") == output("encode", SQUARE)
    send(monkeypatch, WORLD)
    assert output("worlds", "-").startswith("standard input: no description\n")
    send(monkeypatch, "o:context,q\n0,1\n1,2\n")
    assert Domain.from_csv("-", 2) == Domain(2, ((0, 1), (1, 2)), ("o", "q"), ("o",))


def test_standard_input_holds_one_text_only() -> None:
    code, out, err = priorsim("run", "-", "--world", "-")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "standard input holds one of them" in err


BAD = "\x1b[31m\u202e" * 20_000
DIGITS = "9" * 100_000


@pytest.mark.parametrize(
    "args",
    [
        ["worlds", BAD],
        ["worlds", f"{BAD}.csv"],
        ["worlds", "--family", BAD],
        ["worlds", f"in-context.{BAD}"],
        ["run", BAD, "--world", "square-w4"],
        ["run", SQUARE, "--world", "square-w4", "--train", BAD],
        ["run", SQUARE, "--world", "square-w4", "--train", DIGITS],
        ["run", SQUARE, "--world", "square-w4", "--lane", DIGITS],
        ["encode", BAD],
        ["encode", "x", "--columns", BAD],
        ["encode", "x", "--columns", "x," * 100_000],
        ["encode", "x", "--dialect", BAD],
        ["decode", BAD],
        ["decode", "0110", "--columns", "a b"],
        ["theory", "--alpha", BAD],
        ["theory", "--alpha", "2^100000"],
        ["theory", "--bits-direct", "2^2000000"],
        ["census", "--dialect", "arith", "--word-bits", 3, "--max-bits", 9, "--out", "x", "--memory", f"{DIGITS}GiB"],
        ["census", "--dialect", "arith", "--word-bits", DIGITS, "--max-bits", 9, "--out", "x"],
        ["census", "--dialect", "arith", "--word-bits", 3, "--max-bits", 9, "--out", "x", "--domain", BAD],
        ["figure", "phase", "--width", BAD],
        [f"--{BAD}"],
        [BAD],
    ],
    ids=lambda args: " ".join(map(str, args))[:50].encode("unicode_escape").decode(),
)
def test_the_command_line_repeats_nothing_whole_or_unescaped(args: list[object]) -> None:
    with within(30):
        code, out, err = priorsim(*args)
    assert (code, out) == (2, "")
    assert err.startswith("priorsim: ") and len(err) < 1200
    assert err == f"{shown(err.removesuffix(chr(10)))}\n"
