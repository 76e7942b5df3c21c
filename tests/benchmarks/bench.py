"""The speed table: bits, programs, rows, seconds, peak memory and programs a second, for every engine.

Every measurement is a whole process of its own that starts with compiled kernels; compilation is timed
once, with an empty cache. `make bench` prints the table and writes it to results/, with a figure.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import typer

from priorsim.figures import against_length, page
from priorsim.figures.entry import save
from priorsim.storage import write_text
from priorsim.terminal import format_table

BITS = {"exhaustive": (23, 25, 27, 29, 31), "quotient": (24, 28, 32, 36, 40, 42, 44)}
BEYOND = ("isqrt-w4", 36, (40, 42, 44, 46))
"""A world, the bound of its atlas, and the bounds it is asked for beyond it."""
WALKS = ("inverse.w3-least-cube-l8", 8, (22, 24, 26, 28), ("steepest", "metropolis"))
"""A world, the radius of edits, and the bounds and dynamics of exact answers on walks."""
ALONE_BITS = 40
"""Longer censuses are measured with two workers only."""
REPEATS = 3
LONG_SECONDS = 20
"""What takes longer is measured once."""
INTERPRETED_BITS = 14

MEASURE = """
import json, resource, sys, time
engine, bits, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
from priorsim.census.take import make_header, take_census
from priorsim.mu.domain import Domain
atlas = take_census(make_header("arith", bits, domain=Domain.default(4)), engine=engine, workers=workers)
memory = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({"programs": int(atlas.rows.count.sum()), "rows": len(atlas.rows), "memory": memory * 1024}))
"""

TARGETED = """
import json, resource, sys
world, bits, above = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
from priorsim.census.engine.fitting import FittingCensus
from priorsim.census.take import make_header
from priorsim.measure.histogram import acceptable
from priorsim.worlds import find_world
asked = find_world(world)
header = make_header(asked.dialect, bits, domain=asked.domain)
rows = FittingCensus(header, lambda behaviours: acceptable(behaviours, asked, asked.train), above=above).rows
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"programs": int(rows.count.sum()), "rows": len(rows), "memory": memory * 1024}))
"""

WALK = """
import json, resource, sys
from priorsim.walks.answer import WalkQuestion, exact_answer
from priorsim.worlds import find_world
found = exact_answer(WalkQuestion(find_world(sys.argv[1]), sys.argv[4], int(sys.argv[2]), int(sys.argv[3])))
used = resource.getrusage(resource.RUSAGE_SELF)
processor = used.ru_utime + used.ru_stime
print(json.dumps({name: found[name] for name in ("programs", "edges")} | {"memory": used.ru_maxrss * 1024,
                 "processor": processor}))
"""

INTERPRET = """
import json, sys, time
from priorsim.errors import CodeError
from priorsim.mu.code import decode
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import run
from priorsim.mu.lesions import lesion
language, domain, programs = Language.named("arith", 4), Domain.default(4), []
for number in range(0, 2 ** int(sys.argv[2]), 7):
    try:
        program, _ = decode(format(number, "0" + sys.argv[2] + "b"), language)
    except CodeError:
        continue
    if not program.has_data:
        programs.append(program)
start = time.perf_counter()
for program in programs:
    run(program, domain)
    lesion(program, domain)
print(json.dumps({"rate": len(programs) / (time.perf_counter() - start)}))
"""


def measure(code: str, *args: object, cache: str | None = None) -> dict[str, float]:
    """Run the code in a process of its own; what it printed, with the seconds of the whole process."""
    environment = {**os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {})}
    timed = (
        "import sys, time; start = time.perf_counter(); exec(compile(sys.argv.pop(1), 'bench', 'exec'));"
        "print(time.perf_counter() - start)"
    )
    command = [sys.executable, "-c", timed, code, *map(str, args)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    values, seconds = done.stdout.splitlines()
    return {**json.loads(values), "seconds": float(seconds)}


def measure_often(code: str, *args: object) -> list[dict[str, float]]:
    """Several runs, or one where that takes long."""
    runs = [measure(code, *args)]
    while len(runs) < REPEATS and runs[0]["seconds"] < LONG_SECONDS:
        runs.append(measure(code, *args))
    return runs


def beyond_table() -> str:
    """What one world costs beyond the bound of its atlas."""
    world, above, bounds = BEYOND
    rows = []
    for bits in bounds:
        runs = measure_often(TARGETED, world, bits, above)
        seconds = median(run["seconds"] for run in runs)
        programs, found, memory = (int(runs[0][name]) for name in ("programs", "rows", "memory"))
        rows.append((bits, programs, found, round(seconds, 1), f"{memory / 2**30:.2f}"))
        print(rows[-1], file=sys.stderr)
    return format_table(rows, head=("bits", "programs that fit", "rows", "seconds", "peak GiB"))


def walks_table() -> str:
    """What exact answers on edit walks cost, hitting times of metropolis included."""
    world, radius, bounds, walks = WALKS
    rows = []
    for bits in bounds:
        for dynamics in walks:
            run = measure(WALK, world, radius, bits, dynamics)
            programs, edges, memory = (int(run[name]) for name in ("programs", "edges", "memory"))
            rows.append((dynamics, bits, programs, edges, round(run["processor"], 1), f"{memory / 2**30:.2f}"))
            print(rows[-1], file=sys.stderr)
    return format_table(rows, head=("dynamics", "bits", "programs", "edits", "processor seconds", "peak GiB"))


def walks_text() -> str:
    """The section on walks."""
    return f"""
Edit walks, `priorsim walk --world {WALKS[0]} --radius {WALKS[1]} --max-bits ...`:

```
{walks_table()}
```
"""


def compile_seconds(engine: str) -> float:
    """What compiling an engine's kernels adds to a small census."""
    with tempfile.TemporaryDirectory() as cache:
        first = measure(MEASURE, engine, 12, 1, cache=cache)["seconds"]
        return first - measure(MEASURE, engine, 12, 1, cache=cache)["seconds"]


def main(out: Path = Path("results")) -> None:
    """Measure, print, and write OUT/bench.md, OUT/bench.csv and a figure."""
    costs = []
    for engine, bits in [(name, bits) for name in BITS for bits in BITS[name]]:
        for workers in (1, 2) if bits <= ALONE_BITS else (2,):
            runs = measure_often(MEASURE, engine, bits, workers)
            seconds = median(run["seconds"] for run in runs)
            programs, rows, memory = (int(runs[0][name]) for name in ("programs", "rows", "memory"))
            costs.append(against_length.Cost(engine, workers, bits, programs, rows, round(seconds, 2), memory))
            print(costs[-1], file=sys.stderr)
    head = ("engine", "workers", "bits", "programs", "rows", "seconds", "peak GiB", "programs a second")
    shown = [(*cost[:-1], f"{cost.memory / 2**30:.2f}", f"{cost.programs / cost.seconds:.0f}") for cost in costs]
    table = format_table(shown, head=head)
    compiling = ", ".join(f"{engine} {compile_seconds(engine):.0f} s" for engine in BITS)
    interpreted = measure(INTERPRET, "", INTERPRETED_BITS)["rate"]
    text = f"""# What a census costs

Made by `make bench`: arith, w = 4, depth 2, x = 0..15. Seconds of the whole process, median of {REPEATS} (one run
above {LONG_SECONDS} s), kernels compiled before; memory of the process and its largest child.

```
{table}
```

Compiling once: {compiling}. The plain interpreter, lesions included: {interpreted:.0f} programs a second.
"""
    text += f"""
One world beyond an atlas of {BEYOND[1]} bits, `priorsim odds --world {BEYOND[0]} --max-bits ...`, two workers:

```
{beyond_table()}
```
"""
    text += walks_text()
    print(text)
    write_text(out / "bench.md", text)
    columns = dict(zip(against_length.Cost._fields, map(list, zip(*costs, strict=True)), strict=True))
    figure = page.figure_of(against_length.draw_costs(costs)[0])
    save(figure, out / "figures" / "cost-against-bits", columns, caption=against_length.costs_caption(costs))


if __name__ == "__main__":
    typer.run(main)
