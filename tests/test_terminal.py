"""What every command prints fits the terminal, breaks no word, and has colours where the terminal has them."""

import io
import os
import pty
import re
import shlex
import subprocess
import time
from contextlib import redirect_stdout
from itertools import count

import pytest

from priorsim import terminal
from priorsim.cli import app
from priorsim.terminal import COLOURED, fitted, format_table
from tests.once import measured_once
from tests.test_cli import COMMAND, PROGRAMS, output, small_atlas

WORLD = "--world square-w3"
NO_TEXT = {"histogram", "sweep", "census", "paper"}
"""Commands that print CSV, or write files."""
COMMANDS = (
    f"odds --atlas ATLAS {WORLD}",
    f"odds --atlas ATLAS {WORLD} --prior capped --cap 1",
    f"odds --atlas ATLAS {WORLD} --world root-w3",
    f"heldout --atlas ATLAS {WORLD}",
    f"heldout --atlas ATLAS {WORLD} --world root-w3",
    f"definitions --atlas ATLAS {WORLD} --programs 20",
    f"programs --atlas ATLAS {WORLD} --class any --most 10",
    f"claims --atlas ATLAS {WORLD}",
    f"claims much-simpler treacherous --atlas ATLAS {WORLD}",
    f"claims much-simpler --atlas ATLAS {WORLD}",
    f"growth --atlas ATLAS {WORLD} --programs 5",
    "influence --atlas ATLAS",
    "influence --atlas ATLAS --order worst",
    "population --atlas ATLAS",
    "info ATLAS",
    "estimate --max-bits 44 --from 24",
    "objectives --world root-w3 --max-bits 24",
    "data --world third-w3 --code-bits 16 --train 0-3 --atlas ATLAS",
    "knockouts --dialect arith --word-bits 2 --max-bits 18",
    "scaling --max-bits 14 --sizes 2,3",
    "finite-size --sizes 10 --max-bits 14",
    "diversity --rules 2 --max-bits 12 --code-bits 10",
    "nested --word-bits 3 --max-bits 18",
    "languages --number 2 --max-bits 16 --word-bits 2 --claim much-simpler",
    "stack --max-bits 18 --word-bits 2",
    f"walk {WORLD} --dynamics metropolis --radius 4 --max-bits 12",
    f"walk {WORLD} --dynamics first --radius 4 --max-bits 12 --walks 20",
    f"walk {WORLD} --dynamics first --radius 4 --max-bits 12 --trace",
    "theory",
    "theory --bits-search 500 --steps-search 2^2000 --bits-direct 2000 --steps-direct 1",
    "worlds",
    "worlds in-context-root-sum-w4",
    *(f"worlds --family {family}" for family in ("inverse", "bayes", "video")),
    "run PROGRAMS/root-find.mu --world root-w4",
    "run PROGRAMS/root-find.mu --world root-w4 --trace --lane 3",
    "explain PROGRAMS/root-find.mu --world root-w4",
    "encode '(find (c) (eq x (mul c c)))'",
    "decode 0110000100111",
    "figure",
    "cite",
    "cache",
)


BLUE, YELLOW, RED = (f"\x1b[{code}m" for code in (34, 33, 31))


class Terminal(io.StringIO):
    """Standard output that is a terminal."""

    def isatty(self):
        return True


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    return small_atlas(tmp_path_factory.mktemp("atlas"))


def arguments(command, atlas):
    places = {"ATLAS": atlas, "PROGRAMS": PROGRAMS}
    return [re.sub("ATLAS|PROGRAMS", lambda found: str(places[found[0]]), word) for word in shlex.split(command)]


def assert_fits(text, width, words):
    """No line is longer, but a word alone may be, and there are these words, each of them whole."""
    assert [line for line in text.splitlines() if len(line) > width and len(line.split()) > 1] == []
    assert set(text.split()) == words


def test_every_command_that_prints_text_is_asked():
    names = {command.callback.__name__.replace("_", "-") for command in app.registered_commands}
    assert {command.split()[0] for command in COMMANDS} == names - NO_TEXT


@pytest.mark.engine
@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_prints_fits_the_width_and_breaks_no_word(command, atlas, monkeypatch):
    asked = arguments(command, atlas)
    measured_once(monkeypatch)
    # A clock by which the same work takes the same time.
    monkeypatch.setattr(time, "process_time", count().__next__)
    narrow = output(*asked)
    monkeypatch.setattr(terminal, "WIDTH", 10_000)
    words = set(output(*asked).split())
    assert_fits(narrow, 80, words)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(io, "StringIO", Terminal)
    assert_fits(COLOURED.sub(r"\2", output(*asked)), 120, words)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_terminal_says_how_wide_it_is(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    text = "seven more words that go on and on " * 10
    assert max(map(len, fitted(text).splitlines())) <= 80
    with redirect_stdout(Terminal()):
        longest = max(map(len, fitted(text).splitlines()))
    assert columns - 6 <= longest <= columns


def laid_out(width, head, *rows, keys=1):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "WIDTH", width)
        return format_table(rows, head=head, keys=keys).splitlines()


def test_headings_are_broken_first_and_stand_above_their_numbers():
    head = ("name", "a rather long heading", "what it is")
    assert laid_out(30, head, ("one", -1.5, "short"), ("two", 12, "")) == [
        "          a rather",
        "name  long heading  what it is",
        "one           -1.5  short",
        "two             12",
    ]


def test_texts_are_broken_where_headings_are_not_enough():
    head = ("name", "number", "what it is")
    assert laid_out(36, head, ("one", "none", "a text that goes on for long"), ("two", 12, "")) == [
        "name  number  what it is",
        "one     none  a text that goes on",
        "                for long",
        "two       12",
    ]


def test_a_last_text_without_room_stands_below_its_row():
    head = ("name", "number", "what it is")
    assert laid_out(30, head, ("one", "none", "a text that goes on for long"), ("two", 12, "")) == [
        "name  number",
        "    what it is",
        "one     none",
        "    a text that goes on for",
        "      long",
        "two       12",
    ]


def test_of_two_texts_without_room_neither_is_a_note():
    long = "a text that goes on for long"
    assert laid_out(36, ("name", "the first", "the second"), ("one", long, long)) == [
        "name  the first",
        "one   a text that goes on for long",
        "",
        "name  the second",
        "one   a text that goes on for long",
    ]


def test_numbers_without_room_are_parted_into_blocks_that_repeat_the_keys():
    head, row = ("world", "w", "first", "second", "third"), ("root", 3, "12345678", "12345678", "1234567890123456")
    assert laid_out(30, head, row, keys=2) == [
        "world  w     first    second",
        "root   3  12345678  12345678",
        "",
        "world  w             third",
        "root   3  1234567890123456",
    ]


def test_a_word_without_room_stays_whole():
    assert laid_out(10, ("program", "bits"), ("abcdefghijklmnop", 7)) == [
        "program           bits",
        "abcdefghijklmnop     7",
    ]
    assert fitted("word " + 100 * "x") == f"word\n  {100 * 'x'}"


def test_a_line_goes_on_below_what_stands_beside_its_label():
    assert fitted(f"  steps   {'77 ' * 30}").splitlines()[1].startswith(10 * " " + "7")
    assert fitted(f"  - a point {'77 ' * 30}").splitlines()[1].startswith(4 * " " + "7")


# --- colours ----------------------------------------------------------------------------------


def on_a_terminal(*args, **environment):
    """What a command writes to a terminal of its own."""
    own, its = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    asked = subprocess.Popen([*COMMAND, *map(str, args)], stdout=its, stderr=its, env={**clean, **environment})
    os.close(its)
    written = b""
    try:
        while piece := os.read(own, 1 << 16):
            written += piece
    except OSError:  # Linux's end of a terminal that nobody writes to any more.
        pass
    os.close(own)
    assert asked.wait(30) == 0, written
    return written.decode()


def test_the_sign_of_log_odds_has_a_colour_where_the_terminal_has(atlas):
    asked = ("odds", "--atlas", atlas, "--world", "identity-w3", "--world", "root-w3")
    assert re.search(re.escape(BLUE) + r"-[\d.]+\x1b\[0m", on_a_terminal(*asked))
    assert "\x1b" not in on_a_terminal(*asked, NO_COLOR="1")
    assert "\x1b" not in output(*asked)
    piped = subprocess.run([*COMMAND, *map(str, asked)], stdout=subprocess.PIPE, check=True)
    assert b"\x1b" not in piped.stdout


def test_verdicts_have_a_colour():
    numbers = ("--bits-search", 500, "--steps-search", "2^2000", "--bits-direct", 2000, "--steps-direct", 1)
    with redirect_stdout(Terminal()):
        assert terminal.painter("refuted, and falling", "verdict")("refuted") == f"{RED}refuted\x1b[0m"
        assert terminal.painter("refuted", "claim")("refuted") == "refuted"
    text = on_a_terminal("theory", *numbers)
    assert f"{YELLOW}search outweighs\x1b[0m" in text and f"{BLUE}direct code outweighs\x1b[0m" in text


def test_a_world_paints_nothing_but_its_own_words(tmp_path):
    world = tmp_path / "mine.toml"
    world.write_text('word_bits = 2\ndescription = "a \\u001B[2J b \\u001B[31m c"\noutput = [0, 1, 2, 3]\n')
    text = on_a_terminal("worlds", world)
    assert "\\x1b[2J b" in text and "\x1b" not in text
