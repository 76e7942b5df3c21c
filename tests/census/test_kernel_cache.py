"""Compiled kernels are used again by the very same code only, and no fault of their folder costs more than time."""

import ast
import os
import resource
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest
from numba.core import config

from priorsim.census import kernel_cache
from priorsim.census.compiled import kernel
from priorsim.census.engine import packed
from priorsim.provenance import COUNTING_PACKAGES, SHORT, counting_digest

pytestmark = pytest.mark.engine
PACKAGE = Path(packed.__file__).parents[2]
COMPILING = "Compiling the counting kernels"
PROBE = """
from priorsim.census.engine.packed import U, eq, kernel

@kernel
def probe(a, b, high, word_bits):
    return eq(a, b, high, word_bits)

if __name__ == "priorsim.census.probe":
    print(probe(U(0b001010), U(0b011010), U(0b100100), 3), sum(probe.stats.cache_hits.values()))
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that compiled kernels are kept in, as if this process were new."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    kernel_cache.kernel_folder.cache_clear()
    kernel_cache._told.clear()
    yield tmp_path / "cache"
    kernel_cache.kernel_folder.cache_clear()


def compiled() -> bool:
    """Whether a kernel of two words has to be compiled; it is right in any case."""
    kernel_cache.kernel_folder.cache_clear()
    fresh = kernel(packed.shl.py_func)
    assert fresh(np.uint64(0b011010), np.uint64(0b100100)) == 0b110100
    return not sum(fresh.stats.cache_hits.values())


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on standard error since the last call; the next trouble is told again."""
    kernel_cache._told.clear()
    return capsys.readouterr().err.splitlines()


def kept(root: Path) -> Path:
    """The one kernel that is kept."""
    (file,) = root.glob("kernels-*/*.kernel")
    return file


def test_a_kernel_is_compiled_once_and_that_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (compiled(), [line.partition(",")[0] for line in said(capsys)]) == (True, [COMPILING])
    assert (compiled(), said(capsys)) == (False, [])
    assert kept(root).parent.name == f"kernels-{counting_digest()[:SHORT]}"


@pytest.mark.parametrize("setting", kernel_cache.SETTINGS)
def test_machine_code_of_other_settings_is_not_used(root: Path, setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled()
    monkeypatch.setattr(config, setting, {"OPT": config._OptLevel(1)}.get(setting, 1 - (getattr(config, setting) or 0)))
    assert compiled()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 16
    file.write_bytes(content)


def replace_by_another(file: Path) -> None:
    fresh = kernel(packed.shr.py_func)
    fresh(np.uint64(0b011010), np.uint64(0b001001))
    (other,) = set(file.parent.glob("*.kernel")) - {file}
    other.replace(file)


@pytest.mark.parametrize("damage", [empty, cut, flip, replace_by_another])
def test_a_damaged_kernel_is_compiled_anew_and_one_line_says_so(
    root: Path, damage: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    compiled()
    damage(kept(root))
    said(capsys)
    assert compiled()
    (line,) = said(capsys)
    assert "compiled kernels are damaged" in line
    assert not compiled()


def test_every_flipped_bit_is_found(root: Path) -> None:
    fresh = kernel(packed.shl.py_func)
    fresh(np.uint64(0b011010), np.uint64(0b100100))
    (overload,) = fresh.overloads.values()
    identity = fresh._cache._identity(overload.signature.args, overload.library.codegen)
    place = kept(root)
    whole = place.read_bytes()
    assert kernel_cache._read(place, identity) == (whole[32:], None)
    for bit in [*range(33 * 8), *range(33 * 8, len(whole) * 8, 997)]:
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        place.write_bytes(changed)
        assert kernel_cache._read(place, identity) == (None, "are damaged")


@pytest.mark.skipif(os.name != "posix", reason="a limit on the size of files is POSIX's")
def test_a_full_disk_costs_a_compilation_and_one_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        assert compiled()
        (line,) = said(capsys)
        assert compiled()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "in every run, since they cannot be kept" in line and str(root) in line and "File too large" in line
    assert not list(root.glob("kernels-*/*"))


def test_a_file_where_the_folder_should_be_costs_a_compilation_and_one_line(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root.write_text("mine")
    assert compiled()
    (line,) = said(capsys)
    assert "cannot be kept" in line and "set NUMBA_CACHE_DIR to a folder that can be written" in line
    assert root.read_text() == "mine"


def test_an_unreadable_kernel_costs_a_compilation_and_one_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compiled()
    place = kept(root)
    place.unlink()
    place.mkdir()  # Not even root can read that as a file.
    said(capsys)
    assert compiled()
    (line,) = said(capsys)
    assert "compiled kernels cannot be read (Is a directory)" in line


def test_only_the_last_folders_are_kept_and_nothing_else_is_removed(root: Path) -> None:
    others = [root / f"kernels-{number:0{SHORT}x}" for number in range(6)]
    for age, folder in enumerate(others):
        folder.mkdir(parents=True)
        (folder / "priorsim.census.engine.packed.eq-0123456789abcdef.kernel").touch()
        os.utime(folder, (age, age))
    (others[1] / "letter.txt").touch()
    os.utime(others[1], (1, 1))
    (root / "kernels-mine").mkdir()
    (root / f"kernels-{'f' * SHORT}").symlink_to(root / "kernels-mine")
    assert compiled()
    left = {path.name for path in root.iterdir()}
    new = f"kernels-{counting_digest()[:SHORT]}"
    assert left == {others[1].name, *(path.name for path in others[3:]), "kernels-mine", f"kernels-{'f' * SHORT}", new}
    assert (others[1] / "letter.txt").exists()


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert kernel_cache._is_private(tmp_path.lstat())
    for mode in (0o720, 0o702):
        tmp_path.chmod(mode)
        assert not kernel_cache._is_private(tmp_path.lstat())
    tmp_path.chmod(0o700)
    (tmp_path / "link").symlink_to(tmp_path)
    assert not kernel_cache._is_private((tmp_path / "link").lstat())
    values = list(tmp_path.lstat())
    values[stat.ST_UID] = os.geteuid() + 1
    assert not kernel_cache._is_private(os.stat_result(values))


def test_without_a_setting_the_users_cache_directory_is_used_else_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    name = f"kernels-{counting_digest()[:SHORT]}"

    def folder(home: Path) -> Path | None:
        monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: home)
        kernel_cache.kernel_folder.cache_clear()
        return kernel_cache.kernel_folder()[0]

    temporary = tmp_path / f"priorsim-{os.getuid()}" / name
    (tmp_path / "file").touch()
    assert folder(tmp_path / "home" / "priorsim") == tmp_path / "home" / "priorsim" / name
    assert folder(tmp_path / "file" / "priorsim") == temporary
    assert folder(Path("~/.cache/priorsim")) == temporary
    assert temporary.parent.stat().st_mode & 0o777 == 0o700
    temporary.parent.chmod(0o777)
    assert folder(tmp_path / "file" / "priorsim") is None
    kernel_cache.kernel_folder.cache_clear()


def test_kernels_need_nothing_that_their_digest_leaves_out() -> None:
    """A file with kernels takes nothing but errors from packages that are not in its kernels' digest."""
    files = [path for path in PACKAGE.rglob("*.py") if "import" in path.read_text() and "@kernel\n" in path.read_text()]
    assert len(files) > 5
    for path in files:
        package = path.relative_to(PACKAGE).parts[0]
        allowed = {*COUNTING_PACKAGES, package, "errors"}
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("priorsim"):
                assert str(node.module).split(".")[1] in allowed, f"{path}: {node.module}"


# --- in a copy of the package ------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the package in it, and a kernel more that calls one of another file."""
    target = tmp_path / "copy"
    shutil.copytree(PACKAGE, target / "priorsim", ignore=shutil.ignore_patterns("__pycache__"))
    (target / "priorsim" / "census" / "probe.py").write_text(PROBE)
    return target


def environment_of(copy: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    return {**kept, "PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(copy.parent / "cache")}


def python(copy: Path, *args: str) -> str:
    """What Python prints, started outside the copy, with the copy before any installed package."""
    done = subprocess.run(
        [sys.executable, *args],
        env=environment_of(copy),
        cwd=copy.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def change(copy: Path, old: str, new: str) -> None:
    """Change a kernel file but not its size; Python itself goes by size and time, so the time is another one."""
    file = copy / "priorsim" / "census" / "engine" / "packed.py"
    text, times = file.read_text(), file.stat()
    assert text.count(old) == 1 and len(old) == len(new)
    file.write_text(text.replace(old, new))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns + 2_000_000_000))


RIGHT = "nonzero(a ^ b, high) ^ high"
WRONG = "nonzero(a & b, high) ^ high"


def test_a_change_in_a_file_whose_kernels_are_called_is_noticed_and_so_is_its_return(copy: Path) -> None:
    ask = "-c", "import priorsim.census.probe"
    assert python(copy, *ask) == "1 0\n"
    assert python(copy, *ask) == "1 1\n"
    change(copy, RIGHT, WRONG)
    assert python(copy, *ask) == "0 0\n"
    change(copy, WRONG, RIGHT)
    assert python(copy, *ask) == "1 1\n"


def test_code_that_was_replaced_while_it_ran_leaves_nothing_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*packages: str) -> str:
        raise FileNotFoundError

    for digest in (lambda *packages: "of newer files", gone):
        monkeypatch.setattr(kernel_cache, "digest_of_files", digest)
        assert compiled()
    assert not list(root.glob("kernels-*/*"))


# --- whole censuses ------------------------------------------------------------------------------

CENSUS = ("census", "--dialect", "arith", "--word-bits", "3", "--max-bits", "20", "--workers", "1", "--out")
ROWS = 1330


def census(executable: Path | str, out: Path, **settings: str) -> tuple[int, list[str]]:
    """How many rows a census has, and the lines on standard error."""
    code = "from priorsim.cli import main; main()"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    done = subprocess.run(
        [executable, "-c", code, *CENSUS, out],
        env={**inherited, **settings},
        cwd=out.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-2]), done.stderr.splitlines()


@pytest.mark.slow
def test_a_census_by_changed_kernels_has_other_rows_and_changed_back_the_old_ones(copy: Path) -> None:
    settings = {"PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(copy.parent / "cache")}
    before, after = copy.parent / "before.parquet", copy.parent / "after.parquet"
    assert census(sys.executable, before, **settings)[0] == ROWS
    change(copy, RIGHT, WRONG)
    assert census(sys.executable, after, **settings)[0] != ROWS
    change(copy, WRONG, RIGHT)
    assert census(sys.executable, after, **settings) == (ROWS, [])
    assert after.read_bytes() == before.read_bytes()


@pytest.mark.slow
def test_a_census_after_an_upgrade_has_the_rows_of_the_new_code(copy: Path) -> None:
    folder = copy.parent
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PACKAGE.parent / name, copy)
    for wheel, (old, new) in {"old": (RIGHT, WRONG), "new": (WRONG, RIGHT)}.items():
        change(copy, old, new)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / wheel], cwd=copy, check=True
        )
    python_there = folder / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    # The libraries are those of the running environment, and no priorsim is among them: a path in a file ending
    # in .pth has no such files of its own read.
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    found = []
    for wheel in ("old", "new"):
        (file,) = (folder / wheel).iterdir()
        pip: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python_there,
            "install",
            "--force-reinstall",
            "--no-deps",
            "--no-index",
        ]
        subprocess.run([*pip, "--quiet", file], check=True)
        found.append(census(python_there, folder / "upgraded.parquet", NUMBA_CACHE_DIR=str(folder / "cache"))[0])
    assert found[0] != ROWS == found[1]


@pytest.mark.slow
def test_a_census_with_an_emptied_cache_has_the_same_bytes_and_one_line(tmp_path: Path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out.parquet"
    rows, (line,) = census(sys.executable, out, NUMBA_CACHE_DIR=str(cache))
    assert (rows, line.partition(",")[0]) == (ROWS, COMPILING)
    whole = out.read_bytes()
    for file in cache.glob("kernels-*/*.kernel"):
        empty(file)
    rows, (line,) = census(sys.executable, out, NUMBA_CACHE_DIR=str(cache))
    assert "compiled kernels are damaged" in line
    assert census(sys.executable, out, NUMBA_CACHE_DIR=str(cache)) == (ROWS, [])
    assert out.read_bytes() == whole


@pytest.mark.slow
def test_a_census_without_a_home_keeps_its_kernels_in_a_temporary_folder(tmp_path: Path) -> None:
    places = {"HOME": "/dev/null/nobody", "TMPDIR": str(tmp_path)}
    rows, (line,) = census(sys.executable, tmp_path / "out.parquet", **places)
    assert (rows, line.partition(",")[0]) == (ROWS, COMPILING)
    assert list(tmp_path.glob("priorsim-*/kernels-*/*.kernel"))
    assert census(sys.executable, tmp_path / "out.parquet", **places) == (ROWS, [])


@pytest.mark.slow
def test_processes_that_fill_one_cache_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    outs = [tmp_path / f"{number}.parquet" for number in range(3)]
    with ThreadPoolExecutor() as pool:
        ask = partial(census, sys.executable, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
        assert [rows for rows, _ in pool.map(ask, outs)] == [ROWS] * 3
    assert len({out.read_bytes() for out in outs}) == 1
    assert ask(outs[0]) == (ROWS, [])
    assert all(path.suffix == ".kernel" for path in tmp_path.glob("cache/kernels-*/*"))
