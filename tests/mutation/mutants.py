"""Mutation sampling: small faults, put into a copy of the package one at a time, that a test has to notice.

    make mutants
    python -m tests.mutation.mutants --number 40 "measure/*.py" prior.py

cosmic-ray makes the mutants. Places in the source files are drawn with a fixed seed, and each is changed in one
way; `guards.py` says which tests run then. Each mutant's end is kept in build/mutants/found.jsonl, so that a run
that is started again goes on where it stopped. A survivor that no test can see stands in `equivalent.toml`, with
the reason. What the kernels compile to is kept in build/mutants/kernels; `kernels.py` says how.
"""

import argparse
import ast
import hashlib
import json
import os
import random
import shlex
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from difflib import unified_diff
from fnmatch import fnmatch
from importlib import import_module
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

import pytest
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from cosmic_ray.util import restore_contents

from tests.mutation.guards import guard

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "mutants"
TREE, FOUND, KERNELS = BUILD / "tree", BUILD / "found.jsonl", BUILD / "kernels"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
COPIED = ("priorsim", "tests", "programs", "docs", "README.md", "CHANGELOG.md", "CITATION.cff", "pyproject.toml")
GUARDING = ("frozen", "slots", "eq", "strict")
"""Flags of dataclasses and of `zip` that stop a wrong program, and change nothing in a right one."""
KERNEL = ("@kernel", "@inner", "@inlined")
COMPILING = 180
"""Seconds that the kernels of both engines may take on a busy machine."""
KEEPER = "census/kernel_cache.py"
"""The one file whose tests need the package's own way to keep kernels."""
BY_FILE = "KERNELS_BY_FILE"
SWITCH = f"""
import os

if "{BY_FILE}" in os.environ:
    from tests.mutation.kernels import KernelCache
"""
"""What the copy of census/compiled.py ends in."""


@dataclass(frozen=True)
class Mutant:
    """One change of one source file, named below `priorsim`, and the tests that have to notice it."""

    source: str
    line: int
    operator: str
    occurrence: int
    tests: str

    @property
    def name(self) -> str:
        """What the end is kept under: a source file that was changed since has other mutants."""
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]
        return f"{self.source}:{self.line} {self.operator} {self.occurrence} {digest}"

    @property
    def path(self) -> Path:
        return TREE / "priorsim" / self.source

    @property
    def is_kernel(self) -> bool:
        return any(mark in self.path.read_text() for mark in KERNEL)

    @property
    def changed(self) -> str | None:
        """The source with the change; None where cosmic-ray cannot make it (dotted names of exceptions)."""
        try:
            changed: str | None = mutate_code(self.path.read_text(), get_operator(self.operator)(), self.occurrence)
        except AttributeError:
            return None
        return changed


def copy_tree() -> None:
    """A fresh copy to change, whose kernels are kept by file."""
    shutil.rmtree(TREE, ignore_errors=True)
    for name in COPIED:
        source, target = ROOT / name, TREE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
    with (TREE / "priorsim" / "census" / "compiled.py").open("a") as compiled:
        compiled.write(SWITCH)


def meaning(source: str) -> str | None:
    """The program without what is for readers, for mypy or against misuse; None where it is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.Call):
            node.keywords = [each for each in node.keywords if each.arg not in GUARDING]
    return ast.dump(tree)


def sample(seed: int, patterns: list[str]) -> Iterator[Mutant]:
    """Places drawn one after the other from all of the files that fit, and for each of them one change."""
    root, order = TREE / "priorsim", random.Random(seed)
    sources = sorted(str(path.relative_to(root)) for path in root.rglob("*.py"))
    chosen = [source for source in sources if any(fnmatch(source, pattern) for pattern in patterns)]
    guards = {source: tests for source in chosen if (tests := guard(source))}
    places = [place for source in guards for place in places_in(source)]
    order.shuffle(places)
    for source, line, ways in places:
        operator, occurrence = order.choice(ways)
        mutant = Mutant(source, line, operator, occurrence, guards[source])
        changed = meaning(mutant.changed or "")
        if changed and changed != meaning(mutant.path.read_text()):
            yield mutant


def places_in(source: str) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Each place of a file that can be changed: its line, and by which operators at which of their occurrences."""
    nodes = list(ast_nodes(get_ast_from_path(TREE / "priorsim" / source)))
    ways: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for name in operator_names():
        if not get_operator(name).arguments():
            found = chain.from_iterable(map(get_operator(name)().mutation_positions, nodes))
            for occurrence, (start, _) in enumerate(found):
                ways.setdefault(start, []).append((name, occurrence))
    return [(source, line, some) for (line, _), some in sorted(ways.items())]


def preload() -> None:
    """Import what the tests need but the package, once: each run is a fork of this process, and starts at once."""
    os.environ.update({"NUMBA_CACHE_DIR": str(KERNELS), BY_FILE: "1"})
    for name in ("numba", "pyarrow.parquet", "scipy.optimize", "scipy.sparse.linalg", "hypothesis", "typer.testing"):
        import_module(name)
    # Spawned workers find the copy too; property tests draw the same examples each time.
    os.environ.update({"PYTHONPATH": str(TREE), "PYTHONDONTWRITEBYTECODE": "1", "CI": "true"})
    sys.path.insert(0, str(TREE))
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]  # The copy has its own.
    sys.dont_write_bytecode = True


def pytest_alone(tests: str, cache: str | None) -> None:
    """The whole life of a fork: in a session of its own, so that a hanging test ends with all that it started."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if cache:
        os.environ["NUMBA_CACHE_DIR"] = import_module("numba").config.CACHE_DIR = cache
        del os.environ[BY_FILE]
    with (BUILD / "output.txt").open("w") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        # Hypothesis is imported before pytest starts; elsewhere a warning is a failure.
        preloaded = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
        options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *preloaded)
        sys.exit(int(pytest.main([*options, *shlex.split(tests)])))


def passes(mutant: Mutant, limit: float | None = None) -> bool | None:
    """True where the tests that guard the mutant pass; None where they take longer than the limit."""
    with ExitStack() as stack:
        cache = stack.enter_context(tempfile.TemporaryDirectory()) if mutant.source == KEEPER else None
        process = get_context("fork").Process(target=pytest_alone, args=(mutant.tests, cache))
        process.start()
        try:
            process.join(limit)
            code = process.exitcode
        finally:
            with suppress(ProcessLookupError):
                os.killpg(int(process.pid or 0), signal.SIGKILL)
        process.join()
    return None if code is None else code == 0


def time_of(mutant: Mutant, times: dict[str, float]) -> float:
    """Seconds that its tests take on the code as it is; there they have to pass."""
    if mutant.tests not in times:
        start = time.monotonic()
        if not passes(mutant):
            raise SystemExit(f"pytest {mutant.tests}: fails on the unchanged code; see {BUILD / 'output.txt'}")
        times[mutant.tests] = time.monotonic() - start
    return times[mutant.tests]


def end_of(mutant: Mutant, times: dict[str, float]) -> dict[str, object]:
    """Killed, survived or too slow (which counts as killed), and what was changed."""
    limit = 60 + 4 * time_of(mutant, times) + (COMPILING if mutant.is_kernel else 0)
    before, after = mutant.path.read_text(), str(mutant.changed)
    start = time.monotonic()
    with restore_contents(mutant.path):
        mutant.path.write_text(after)
        end = {True: "survived", False: "killed", None: "too slow"}[passes(mutant, limit)]
    lines = list(unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    was, becomes = (" / ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return {
        "mutant": mutant.name,
        "place": f"{mutant.source}:{mutant.line}",
        "was": was,
        "becomes": becomes,
        "end": end,
        "seconds": round(time.monotonic() - start, 1),
    }


def is_equivalent(found: dict[str, object]) -> bool:
    source = str(found["place"]).split(":")[0]
    return any(
        (each["source"], each["was"], each["becomes"]) == (source, found["was"], found["becomes"])
        for each in tomllib.loads(EQUIVALENT.read_text()).get("mutant", [])
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", default=["*"], help="source files below priorsim; all that have tests")
    parser.add_argument("--number", type=int, default=200, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped: the same command goes on from here"))
    copy_tree()
    os.chdir(TREE)
    preload()
    kept = [json.loads(line) for line in FOUND.read_text().splitlines()] if FOUND.exists() else []
    ends = {found["mutant"]: found for found in kept}
    times: dict[str, float] = {}
    mutants: list[Mutant] = []
    for number, mutant in enumerate(islice(sample(given.seed, given.patterns), given.number), start=1):
        mutants.append(mutant)
        found = ends.get(mutant.name)
        if found is None or (found["end"] == "survived" and not is_equivalent(found)):
            found = ends[mutant.name] = end_of(mutant, times)
            with FOUND.open("a") as file:
                file.write(json.dumps(found) + "\n")
        print(f"{number}/{given.number} {found['end']}: {found['place']}", flush=True)
    survivors = [ends[mutant.name] for mutant in mutants if ends[mutant.name]["end"] == "survived"]
    argued = [found for found in survivors if is_equivalent(found)]
    for found in survivors:
        if found not in argued:
            print(f"\n{found['place']}\n- {found['was']}\n+ {found['becomes']}")
    killed = len(mutants) - len(survivors)
    print(f"\n{len(mutants)} mutants: {killed} killed, {len(argued)} argued, {len(survivors) - len(argued)} survive")


if __name__ == "__main__":
    main()
