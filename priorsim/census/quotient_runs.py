"""Runs that outlive a mishap: a directory with one shard for each finished level and a manifest.

A shard is written whole or not at all, then entered into the manifest with its checksum; the manifest
names the task by content, so a directory is never continued with another one. Killed at any moment
and started again, a run continues behind the last level that is whole.
"""

import hashlib
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.errors import CensusError
from priorsim.storage import atomic_path, write_text

MANIFEST = "manifest.json"


class RunDirectory:
    """The shards of one task, by length of the terms in them.

    Raises
    ------
    CensusError
        When the directory belongs to another task or its manifest is damaged.
    """

    def __init__(self, path: Path, header: AtlasHeader, engine: str) -> None:
        from priorsim import __version__

        self.path = path
        task = {"engine": engine, "code_version": __version__, **header.to_json()}
        identity = hashlib.sha256(json.dumps(task, sort_keys=True).encode()).hexdigest()
        self._manifest: dict[str, Any] = {"identity": identity, "task": task, "software": _software(), "shards": {}}
        path.mkdir(parents=True, exist_ok=True)
        if (path / MANIFEST).exists():
            self._manifest["shards"] = self._read(identity)

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
        with atomic_path(place) as temporary, temporary.open("wb") as file:
            np.save(file, rows, allow_pickle=False)
        self._manifest["shards"][str(length)] = {"rows": len(rows), "sha256": _checksum(place)}
        write_text(self.path / MANIFEST, json.dumps(self._manifest, indent=1) + "\n")


def _shard_name(length: int) -> str:
    return f"level-{length:03d}.npy"


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _software() -> dict[str, str]:
    import numba

    return {"python": platform.python_version(), "numpy": np.__version__, "numba": numba.__version__}
