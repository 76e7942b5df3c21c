"""What a command prints arrives whole, or is one line on standard error and an exit code."""

import errno
import fcntl
import os
import resource
import select
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from priorsim import worlds
from tests.test_cli import COMMAND, priorsim

LISTING = ["worlds", "--family", "inverse"]
ROOM = 4096
"""Bytes that fit; the listing has more."""


def run(args, *, environment=None, **options):
    return subprocess.run(
        [*COMMAND, *map(str, args)],
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        check=False,
        **options,
    )


def assert_one_line(done, words):
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert words in done.stderr.decode()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_is_cut_short_is_an_error_whatever_the_buffering(unbuffered, tmp_path):
    def fill_the_disk_soon():
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))

    out = tmp_path / "listing"
    with out.open("wb") as file:
        done = run(LISTING, environment={"PYTHONUNBUFFERED": unbuffered}, stdout=file, preexec_fn=fill_the_disk_soon)
    assert out.stat().st_size == ROOM
    assert_one_line(done, "priorsim: the answer cannot be written (File too large): choose another place")


@pytest.mark.parametrize("args", [["worlds"], ["--help"], [], ["theory"]], ids=" ".join)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_nothing_printed_is_lost_on_a_full_device(args, unbuffered):
    with Path("/dev/full").open("wb") as full:
        done = run(args, environment={"PYTHONUNBUFFERED": unbuffered}, stdout=full)
    assert_one_line(done, "the answer cannot be written (No space left on device)")


def test_a_closed_standard_output_is_an_error():
    assert_one_line(run(["worlds"], preexec_fn=lambda: os.close(1)), "standard output is closed")


def test_a_full_standard_error_takes_nothing_from_the_exit_code():
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, "frobnicate"], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.returncode == 2


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_leaves_ends_the_command_in_silence(unbuffered):
    reader, writer = os.pipe()
    os.close(reader)
    done = run(LISTING, environment={"PYTHONUNBUFFERED": unbuffered}, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_slow_reader_of_a_pipe_that_does_not_block_gets_everything():
    whole = run(LISTING, stdout=subprocess.PIPE).stdout
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    while True:  # Until the pipe is full, so that the command finds no room.
        try:
            os.write(writer, b"#" * 1024)
        except BlockingIOError:
            break
    done = []
    command = threading.Thread(target=lambda: done.append(run(LISTING, stdout=writer)))
    command.start()
    time.sleep(1.5)
    got = b""
    with open(reader, "rb") as file:
        while len(got.lstrip(b"#")) < len(whole):
            got += os.read(file.fileno(), 1 << 16)
        command.join(30)
    os.close(writer)
    assert done[0].returncode == 0, done[0].stderr
    assert got.lstrip(b"#") == whole


def test_an_interrupted_command_does_not_wait_for_a_reader(tmp_path):
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, ROOM)
    process = subprocess.Popen([*COMMAND, *LISTING], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert select.select([reader], [], [], 30)[0]  # It has begun to print, and has no room for the rest.
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    os.close(reader)
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors


@pytest.mark.parametrize(("page", "shown"), [("cp1252", "\\u03b8 is an angle"), ("utf-8", "θ is an angle")])
def test_a_character_that_the_code_page_lacks_is_shown_as_an_escape(page, shown, tmp_path):
    world = tmp_path / "mine.toml"
    world.write_text('word_bits = 2\ndescription = "θ is an angle"\noutput = [0, 1, 2, 3]\n', encoding="utf-8")
    done = run(["worlds", world], environment={"PYTHONIOENCODING": page}, stdout=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert f"mine: {shown}" in done.stdout.decode(page)


def test_nothing_printed_steers_a_terminal(tmp_path):
    world = tmp_path / "mine.toml"
    world.write_text(
        'word_bits = 2\ndescription = "a \\u202E b \\u0007 c \\u001B[31m d"\noutput = [0, 1, 2, 3]\n',
        encoding="utf-8",
    )
    done = run(["worlds", world], stdout=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert "mine: a \\u202e b \\x07 c" in done.stdout.decode()
    assert b"\x1b" not in done.stdout
    assert_one_line(run(["worlds", tmp_path / "\x1b[31m\u202e.toml"]), "\\x1b[31m\\u202e.toml: ")


def test_a_failure_of_the_work_is_not_said_of_the_answer(monkeypatch):
    for error, words in (
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "(No space left on device)"),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE), "some/file"), "some/file: "),
    ):

        def fail(error=error):
            raise error

        monkeypatch.setattr(worlds, "catalogue", fail)
        code, out, err = priorsim("worlds")
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert words in err
        assert "answer" not in err
