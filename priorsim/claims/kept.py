"""Finished parts of the claims, kept in a run directory, or as shards, until the verdicts are written.

A part is what a census, or walks at a word size and radius, were found to say. It is kept under the digest of all code
that decides a number, and read back as the numbers it was, bit by bit; the verdicts are the same as of a run in one go.
What other code kept of the same claims is of no more use, and is removed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from priorsim.claims.claim import Claim
from priorsim.claims.populations import Preset, populations
from priorsim.durable import decoded, encoded, run_kept
from priorsim.processes import Workers
from priorsim.provenance import SHORT, measuring_digest
from priorsim.run_directory import RunDirectory
from priorsim.shards import Shards

Task = TypeVar("Task")
Part = TypeVar("Part")


@contextmanager
def claims_run(folder: Path, preset: Preset, claims: Sequence[Claim]) -> Iterator[RunDirectory]:
    """Where these claims keep their finished parts, in the folder of results; removed once the block ends well.

    Runs that ask for other claims, or have another preset, have another directory. What a run of other code, or with
    other bounds, has left of these claims is thrown away. StorageError where the folder cannot be made, or another run
    is at work on the same claims.
    """
    names = [claim.name for claim in claims]
    task = {
        "claims": names,
        "preset": preset.name,
        "populations": [[each.population, each.header.to_json()] for each in populations(preset)],
        "measured_by": measuring_digest(),
    }
    digest = hashlib.sha256(json.dumps(names).encode()).hexdigest()[:SHORT]
    with RunDirectory(folder / f"claims-{preset.name}-{digest}.run", task, renew=True) as run:
        yield run
        run.remove()


def each_part(
    function: Callable[[Task], Part],
    tasks: Sequence[Task],
    kind: str,
    part_type: type[Part],
    told: Callable[[Task], Mapping[str, Any]],
    *,
    workers: Workers = 1,
    done: Callable[[], None] = lambda: None,
    run: RunDirectory | None = None,
    shards: Shards | None = None,
) -> list[Part]:
    """The part of each task: those that are kept, the others when they are done, and kept.

    The function is at the top of a module. Parts of one kind are kept under its name in the run; or as shards where
    there are some, whose tasks are told apart by what is `told` of them. `done` is called after each.
    """
    names = [f"{kind}-{number:03d}" for number in range(len(tasks))]
    parts: dict[int, Part] = {}
    for number, name in enumerate(names):
        content = None if run is None else run.load(name)
        if content is not None:
            parts[number] = decoded(content, part_type)
            done()
    missing = [number for number in range(len(tasks)) if number not in parts]
    for place, part in run_kept(function, [tasks[number] for number in missing], workers, shards, part_type, told):
        parts[missing[place]] = part
        if run is not None and shards is None:
            run.save(names[missing[place]], encoded(part))
        done()
    return [parts[number] for number in range(len(tasks))]
