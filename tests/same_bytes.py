"""The gate for a change that must not change results: SHA-256 of every file in a results folder.

Run ``priorsim paper --preset quick --out before`` on the old code and ``--out after`` on the new code, then
``python -m tests.same_bytes before after``. Every file whose bytes differ, or that only one folder has, is named;
the exit code is 1 where there is one. Atlases and provenance carry the digest of the code that made them, so
their files may be left out with --but PATTERN.
"""

import argparse
import hashlib
import sys
from fnmatch import fnmatch
from pathlib import Path


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by relative path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def differences(before: Path, after: Path, left_out: list[str]) -> list[str]:
    """A line for each file that is not the same in both folders."""
    old, new = digests(before), digests(after)
    lines = []
    for name in sorted(old.keys() | new.keys()):
        if any(fnmatch(name, pattern) for pattern in left_out) or old.get(name) == new.get(name):
            continue
        what = "only before" if name not in new else "only after" if name not in old else "differs"
        lines.append(f"{name}: {what}")
    return lines


def main() -> None:
    """Compare the two folders named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--but", action="append", default=[], metavar="PATTERN", help="files to leave out")
    given = parser.parse_args()
    lines = differences(given.before, given.after, given.but)
    print("\n".join(lines) or f"all {len(digests(given.before))} files are the same")  # noqa: T201
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
