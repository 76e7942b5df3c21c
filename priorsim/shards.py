"""Shards: finished parts of long work on storage that many machines share, each written whole and once.

A shard's name is the digest of the task that it is the result of, with the code that counts: whoever does the task
again writes the same shard. Its head names its sections with their digests, so that nothing altered is ever taken up.
The storage is any that fsspec reaches: a folder, or an object store by its URL.
"""

import hashlib
import json
import os
import re
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from numpy.typing import NDArray

from priorsim.errors import StorageError
from priorsim.processes import Workers, run_tasks
from priorsim.provenance import counting_digest
from priorsim.terminal import tell

Found = TypeVar("Found")

MARK = "shards.json"
"""The file by which a worker knows that it sees the storage that is meant."""
ENDING = ".shard"
OWN = re.compile(rf"[0-9a-f]{{64}}\{ENDING}(\.[0-9a-f]{{8}})?")
"""The name of a shard, or of one that is being written."""
READ_AHEAD = 1 << 16
"""Bytes that an object store is asked for beyond what is read: most heads are shorter; fsspec would ask for 100 MiB."""


class AlteredError(StorageError):
    """A shard that is missing where it is needed, or not what was written."""

    def __init__(self, place: str, identity: str) -> None:
        super().__init__(place, identity)
        self.place, self.identity = place, identity

    def __str__(self) -> str:
        return f"{self.place}/{self.identity}{ENDING}: is missing, or is not what was written: start again"


class Section(msgspec.Struct, frozen=True):
    """Where a section of a shard begins behind the head, how many bytes it has, and their SHA-256."""

    begin: int
    bytes: int
    digest: str


class Receipt(msgspec.Struct, frozen=True):
    """What is told of a shard: the digest of its task, figures of its content, and its sections by name."""

    identity: str
    figures: dict[str, int]
    sections: dict[str, Section]


Content = bytes | NDArray[Any]
"""What a section is written from; of an array its memory."""


class Task(Protocol):
    """Work that makes a shard; the same task makes the same bytes, wherever and how often it is done."""

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""

    def make(self, shards: "Shards") -> tuple[Mapping[str, Content], Mapping[str, int]]:
        """The sections and the figures."""


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards in a folder, or under a URL."""

    url: str

    @classmethod
    def open(cls, url: str) -> "Shards":
        """Those of storage that can be written; StorageError where it cannot be."""
        shards = cls(url if "://" in url else str(Path(url).absolute()))
        shards._put(MARK, [b"{}\n"])
        return shards

    def check_seen(self) -> None:
        """StorageError where this process does not see what `open` saw."""
        with self._reaching("read"):
            storage, root = self._storage()
            is_there = storage.exists(f"{root}/{MARK}")
        if not is_there:
            raise StorageError(
                f"{self.url}: the worker on {socket.gethostname()} does not see it: name a folder, or the URL of "
                "storage, that all workers share"
            )

    def receipt(self, identity: str) -> Receipt | None:
        """What is told of a shard by its head, None where it is not there; AlteredError where that is damaged."""
        with self._reaching("read"), suppress(FileNotFoundError), self._opened(identity) as file:
            return self._head(identity, file)
        return None

    def read(self, identity: str, names: Iterable[str]) -> Iterator[tuple[str, bytearray]]:
        """Those of these sections that a shard has, with their names; AlteredError where one is not what was written.

        What is read can be written to.
        """
        with self._reaching("read"), suppress(FileNotFoundError), self._opened(identity) as file:
            head = self._head(identity, file)
            start = file.tell()
            for name in names:
                if name in head.sections:
                    yield name, self._section(identity, file, start, head.sections[name])
            return
        raise AlteredError(self.url, identity)

    def _opened(self, identity: str) -> Any:
        """A shard's file, open to be read; FileNotFoundError where it is not there."""
        storage, root = self._storage()
        return storage.open(f"{root}/{identity}{ENDING}", "rb", block_size=READ_AHEAD)

    def _section(self, identity: str, file: Any, start: int, section: Section) -> bytearray:
        file.seek(start + section.begin)
        content = bytearray(section.bytes)
        left = memoryview(content)
        while got := file.readinto(left):
            left = left[got:]
        if left or hashlib.sha256(content).hexdigest() != section.digest:
            raise AlteredError(self.url, identity)
        return content

    def _head(self, identity: str, file: Any) -> Receipt:
        """The head of a shard that is open, which is read up to its sections."""
        checksum, head = file.readline().strip().decode(errors="replace"), file.readline()
        with suppress(msgspec.MsgspecError):
            found = msgspec.json.decode(head, type=Receipt)
            if checksum == hashlib.sha256(head).hexdigest() and found.identity == identity:
                return found
        raise AlteredError(self.url, identity)

    def write(self, identity: str, content: Mapping[str, Content], figures: Mapping[str, int]) -> Receipt:
        """Write a shard, whole or not at all."""
        parts = {name: memoryview(part).cast("B") for name, part in content.items()}  # type: ignore[arg-type]
        sections, begin = {}, 0
        for name, part in parts.items():
            sections[name] = Section(begin, len(part), hashlib.sha256(part).hexdigest())
            begin += len(part)
        told = Receipt(identity, dict(figures), sections)
        head = msgspec.json.encode(told) + b"\n"
        checksum = hashlib.sha256(head).hexdigest().encode()
        self._put(f"{identity}{ENDING}", [checksum, b"\n", head, *parts.values()])
        return told

    def remove(self, identities: Iterable[str]) -> None:
        """Remove shards, of which some may be gone."""
        with self._reaching("removed"):
            storage, root = self._storage()
            for identity in identities:
                with suppress(FileNotFoundError):
                    storage.rm_file(f"{root}/{identity}{ENDING}")

    def remove_all(self) -> None:
        """Remove all shards, the mark, and the folder where nothing else is in it."""
        storage, root = self._storage()
        with self._reaching("removed"):
            for path in self.paths():
                name = path.rpartition("/")[2]
                if name == MARK or OWN.fullmatch(name):
                    storage.rm_file(path)
        with suppress(OSError):
            storage.rmdir(root)

    def paths(self) -> list[str]:
        """All that is where the shards are, as the storage names it."""
        storage, root = self._storage()
        with self._reaching("read"):
            return list(storage.ls(root, detail=False, refresh=True))

    def _put(self, name: str, content: Sequence[bytes | memoryview]) -> None:
        """Write a file, whole or not at all; StorageError where it cannot be written."""
        with self._reaching("written"):
            storage, root = self._storage()
            if "file" in storage.protocol:
                _write_file(Path(root, name), content)
            else:
                # An object store writes whole files by itself.
                storage.pipe_file(f"{root}/{name}", b"".join(content))

    @contextmanager
    def _reaching(self, done: str) -> Iterator[None]:
        """StorageError where storage fails, of which every kind has errors of its own, and shards cannot be `done`."""
        try:
            yield
        except (StorageError, MemoryError):
            raise
        except Exception as error:
            reason = " ".join(str(error).split())[:160] or type(error).__name__
            raise StorageError(
                f"{self.url}: shards cannot be {done} there ({reason}): name a folder, or the URL of storage, that all "
                "workers can write"
            ) from None

    def _storage(self) -> tuple[Any, str]:
        """The file system of fsspec, one a process, and the path of the shards in it."""
        from fsspec.core import url_to_fs

        storage, root = url_to_fs(self.url)
        return storage, root.rstrip("/")


def _write_file(path: Path, content: Iterable[bytes | memoryview]) -> None:
    """Write a file in a folder, which is made where it is not there, under another name until the file is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as file:
            file.writelines(content)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


@contextmanager
def shards_beside(out: Path) -> Iterator[Shards]:
    """The shards in a folder beside what is written in the end, removed once the block ends well, or without any."""
    shards = Shards.open(str(out.with_name(f"{out.name}.shards")))
    try:
        yield shards
    except BaseException:
        with suppress(StorageError):
            if shards.paths() == [f"{shards.url}/{MARK}"]:
                shards.remove_all()
        raise
    shards.remove_all()


def identity_of(**told: Any) -> str:
    """The digest of what tells a task apart from every other, as JSON values; the code that counts is added."""
    return hashlib.sha256(json.dumps({"code": counting_digest(), **told}, sort_keys=True).encode()).hexdigest()


def run_durable(tasks: Sequence[Task], shards: Shards, workers: Workers) -> Iterator[tuple[int, Receipt]]:
    """Number and receipt of each task as its shard is there, in any order; a shard that is there is not made again.

    AlteredError where a shard is damaged, by its head or where a task reads it; see `mending`.
    """
    return run_tasks(partial(_made_once, shards), tasks, workers)


def mending(work: Callable[[], Found], shards: Shards) -> Found:
    """What work comes to; a shard that it finds altered is told of and removed, so that the work makes it again."""
    altered: set[str] = set()
    while True:
        try:
            return work()
        except AlteredError as error:
            if error.identity in altered:
                raise
            altered.add(error.identity)
            shards.remove([error.identity])
            tell(f"{shards.url}/{error.identity}{ENDING}: missing or altered, and made again")


def _made_once(shards: Shards, task: Task) -> Receipt:
    """In a worker: the receipt of a shard, made where it is not there; AlteredError where its head is damaged."""
    shards.check_seen()
    return shards.receipt(task.identity) or shards.write(task.identity, *task.make(shards))
