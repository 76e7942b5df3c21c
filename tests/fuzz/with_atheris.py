"""Fuzz every parser with atheris, which follows the branches of the code: `python tests/fuzz/with_atheris.py`.

The first byte of an input chooses the parser. Options are libFuzzer's, as -max_total_time=300; a fault is written to
a file crash-... in the working directory.
"""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["priorsim", "tomllib", "msgspec", "csv"]):
    from tests.fuzz.parsers import PARSERS, new_folder

CHOICES = list(PARSERS.values())
FOLDER = new_folder()


def one_input(content: bytes) -> None:
    """Try one parser on what comes after the first byte."""
    if content:
        CHOICES[content[0] % len(CHOICES)].try_on(content[1:], Path(FOLDER.name))


def main() -> None:
    """Start from the texts that the parsers take."""
    corpus = Path(FOLDER.name) / "seeds"
    corpus.mkdir()
    for number, parser in enumerate(CHOICES):
        for place, seed in enumerate(parser.seeds):
            (corpus / f"{number}-{place}").write_bytes(bytes([number]) + seed.encode())
    atheris.Setup([*sys.argv, str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
