"""No text makes a parser raise anything but one safe line, take long, or take much memory."""

import resource
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bounds import within
from tests.fuzz.parsers import PARSERS

SECONDS = 60
"""Of wall-clock time, on a machine that does other things too; the slowest text takes some six of a processor."""
MOST_GROWTH_KIB = 1 << 20
"""By how much the most memory that the process ever had may grow; of this the largest texts take half."""
ATHERIS_SECONDS = 300

TOKENS = [
    *"()[]{}#=,;:|\"'\\\n\r\t\0 ._-^/+",
    *(
        "\ufeff",
        "\u2028",
        "\x1b[31m",
        "\u202e",
        "\N{ARABIC-INDIC DIGIT THREE}",
        "\N{FULLWIDTH DIGIT ONE}",
        "e\u0301",
        "日",
    ),
    *(
        "0",
        "1",
        "9",
        "16",
        "0x",
        "1_0",
        "1e9",
        "nan",
        "inf",
        "-1",
        "2^2000000",
        "1/0",
        "true",
        '"""',
        "''",
        "[[",
        "{a=",
    ),
    *(
        "word_bits",
        "output",
        "train",
        "lanes",
        "name",
        "x",
        "a.",
        "(add ",
        "(data ",
        "(find (c) ",
        "in-context.",
        "w4-",
    ),
]
COUNTS = [1, 1, 1, 2, 200, 5_000, 70_000]


@st.composite
def contents(draw: st.DrawFn, seeds: list[str]) -> bytes:
    """A text that the parser takes, with some pieces put in or taken out; at times bytes of any kind."""
    content = draw(st.sampled_from(seeds)).encode()
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content)))
        end = place + draw(st.sampled_from([0, 0, 1, 3, 20]))
        piece = draw(
            st.sampled_from(TOKENS).map(str.encode) | st.text(max_size=5).map(str.encode) | st.binary(max_size=3)
        )
        content = content[:place] + piece * draw(st.sampled_from(COUNTS)) + content[end:]
    return content


def check(name: str, examples: int, folder: Path) -> None:
    parser = PARSERS[name]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(content=contents(list(parser.seeds)))
    def tried(content: bytes) -> None:
        with within(SECONDS):
            parser.try_on(content, folder)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        assert grown < MOST_GROWTH_KIB, f"{grown} KiB"

    tried()


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_answers_or_refuses_any_text(name: str, tmp_path: Path) -> None:
    check(name, 30, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_answers_or_refuses_many_texts(name: str, tmp_path: Path) -> None:
    check(name, 4000, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("atheris") is None,
    reason="atheris, which follows the branches of the code, is not installed: pip install .[fuzz]",
)
def test_a_parser_answers_or_refuses_what_atheris_finds(tmp_path: Path) -> None:
    script = Path(__file__).with_name("with_atheris.py")
    command = [sys.executable, str(script), f"-max_total_time={ATHERIS_SECONDS}", "-rss_limit_mb=2048", "-timeout=60"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=3 * ATHERIS_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
