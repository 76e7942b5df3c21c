"""Runs that outlive a mishap: a directory with one shard for each finished level and a manifest.

A shard is written whole or not at all, then entered into the manifest with its checksum; the manifest
names the task by content, so a directory is never continued with another one. Killed at any moment
and started again, a run continues behind the last level that is whole. A directory with other things
in it is never taken, and of one that was only its own files are removed.
"""

import hashlib
import json
import platform
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.errors import CensusError
from priorsim.storage import atomic_file, write_text

MANIFEST = "manifest.json"
_WRITTEN = r"(manifest\.json|level-[0-9]{3}\.npy)"
_OWN = re.compile(rf"{_WRITTEN}|\.{_WRITTEN}\.\w+")
"""Names of what a run writes, whole, or under its temporary name when the run was killed."""


class RunDirectory:
    """The shards of one task, by length of the terms in them.

    Raises
    ------
    CensusError
        When the directory belongs to another task, its manifest is damaged, or it has none and is not empty.
    """

    def __init__(self, path: Path, header: AtlasHeader, engine: str) -> None:
        from priorsim import __version__

        self.path = path
        task = {"engine": engine, "code_version": __version__, **header.to_json()}
        identity = hashlib.sha256(json.dumps(task, sort_keys=True).encode()).hexdigest()
        self._manifest: dict[str, Any] = {"identity": identity, "task": task, "software": _software(), "shards": {}}
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CensusError(f"{path}: cannot be made to keep the run's levels ({error.strerror})") from None
        if (path / MANIFEST).exists():
            self._manifest["shards"] = self._read(identity)
        else:
            _check_unused(path)
            self._write()

    def _read(self, identity: str) -> dict[str, Any]:
        place = self.path / MANIFEST
        try:
            found = json.loads(place.read_text())
            same, shards = found["identity"] == identity, dict(found["shards"])
        except (OSError, ValueError, KeyError, TypeError):
            raise CensusError(f"{place}: not a manifest: remove the directory or give another one") from None
        if not same:
            raise CensusError(
                f"{self.path}: it holds a run of another task (language, domain, bound, accounting or version): "
                "remove it or give another directory"
            )
        return shards

    def load(self, length: int) -> NDArray[np.uint64] | None:
        """The rows of one level, or None where its shard is missing or damaged."""
        entry = self._manifest["shards"].get(str(length))
        place = self.path / _shard_name(length)
        if entry is None or not place.is_file() or _checksum(place) != entry["sha256"]:
            return None
        rows: NDArray[np.uint64] = np.load(place, allow_pickle=False)
        return rows

    def save(self, length: int, rows: NDArray[np.uint64]) -> None:
        """Keep the rows of one level."""
        place = self.path / _shard_name(length)
        with atomic_file(place) as file:
            np.save(file, rows, allow_pickle=False)
        self._manifest["shards"][str(length)] = {"rows": len(rows), "sha256": _checksum(place)}
        self._write()

    def _write(self) -> None:
        write_text(self.path / MANIFEST, json.dumps(self._manifest, indent=1) + "\n")


def remove_run(path: Path) -> None:
    """Remove what a run wrote there, and the directory unless it holds something else."""
    for file in path.iterdir():
        if _OWN.fullmatch(file.name):
            file.unlink()
    if not any(path.iterdir()):
        path.rmdir()


def _check_unused(path: Path) -> None:
    if not all(_OWN.fullmatch(file.name) for file in path.iterdir()):
        raise CensusError(
            f"{path}: a folder of that name is there that no run made, and finished levels would be kept in it: "
            "rename it or choose another place"
        )


def _shard_name(length: int) -> str:
    return f"level-{length:03d}.npy"


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _software() -> dict[str, str]:
    import numba

    return {"python": platform.python_version(), "numpy": np.__version__, "numba": numba.__version__}
