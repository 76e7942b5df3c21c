"""The command line's options: their types, and the things that they name. What is heavy is imported when used."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

import priorsim
from priorsim.cli.command import refuse_idle
from priorsim.errors import FigureError, PriorsimError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from priorsim.census.stored import Selectable
    from priorsim.census.witness import TermFinder
    from priorsim.measure.histogram import Histogram
    from priorsim.run_directory import RunDirectory
    from priorsim.shards import Shards
    from priorsim.storage import IsOwn, Place


def check_atlas(path: Path | None) -> Path | None:
    """Refuse standard input as an atlas: rows are read where a question needs them, and again for the next one."""
    if str(path) == "-":
        raise PriorsimError("an atlas cannot be read from standard input (-): save it to a file, and name that")
    return path


_ATLAS = Option(
    "--atlas", callback=check_atlas, help="A census made by 'priorsim census'.  [default: one from the cache]"
)
AtlasFile = Annotated[Path | None, _ATLAS]
OtherCode = Annotated[
    bool, Option("--trust-other-code", help="Take an atlas or histogram that other code counted, but no damaged one.")
]
WorldName = Annotated[
    str | None, Option("--world", help="A name ('priorsim worlds'), a .csv or .toml file, or - for standard input.")
]
_WORLDS = Option("--world", help="A name ('priorsim worlds'), a .csv or .toml file, or -; several make one table.")
WorldNames = Annotated[list[str] | None, _WORLDS]
OneWorld = Annotated[str, Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")]
Train = Annotated[str | None, Option("--train", help="Training lanes, as 0-11 or 0-3,8.  [default: the world's]")]
ClassBy = Annotated[
    str | None,
    Option(
        "--class-by",
        help="What makes a program a search: lesion; or form, that it has a find or argmax.  [default: lesion]",
        show_default=False,
    ),
]
AsJson = Annotated[bool, Option("--json", help="Print one JSON object.")]
DIALECTS = "arith, logic or another (docs/languages.md)"
Dialect = Annotated[str, Option("--dialect", help=f"{DIALECTS}.")]
WorldDialect = Annotated[str | None, Option("--dialect", help=f"{DIALECTS}.  [default: the world's]")]
WordBits = Annotated[int, Option("--word-bits", help="Bits of a word, 2 to 16.")]
Depth = Annotated[int | None, Option("--depth", help="How deep binders nest, 1 or 2.  [default: the domain's]")]
Columns = Annotated[str, Option("--columns", help="Names of the input columns, separated by commas.")]
Length = Annotated[int, Option("--max-bits", help="Count every program up to this length.")]
QuickLength = Annotated[
    int | None,
    Option("--max-bits", help="Count every program up to this length.  [default: one that takes seconds]"),
]
DryRun = Annotated[bool, Option("--dry-run", help="Estimate rows, time and memory; count and write nothing.")]
SmallerBound = Annotated[int | None, Option("--max-bits", help="A bound in bits below the atlas's.")]
Yes = Annotated[bool, Option("--yes", help="Start even a run that will take hours.")]
Workers = Annotated[int, Option("--workers", help="Number of processes.")]
Threads = Annotated[int, Option("--workers", help="Number of threads or processes.")]
Memory = Annotated[
    str | None, Option("--memory", help="Memory that the quotient engine may use, as 500MiB.  [default: 8GiB]")
]
TimePrice = Annotated[float, Option("--gamma", help="Price of time: bits for a doubling of the mean steps.")]
BinBits = Annotated[
    int | None, Option("--bin-bits", help="Width in bits of a bin of complexity.  [default: 1 without --gamma, else 2]")
]
RESULTS_OF = "[default: results-quick; results with --preset full]"
Results = Annotated[
    Path | None, Option("--results", help=f"Folder of the atlases; those that are missing are made.  {RESULTS_OF}")
]
Out = Annotated[Path | None, Option("--out", help="File to write, or - for standard output.  [default: -]")]
Force = Annotated[bool, Option("--force", help="Replace even files that this command did not make.")]


@dataclass(frozen=True, kw_only=True)
class TakingOptions:
    """How a census is taken that neither a file nor the cache of atlases holds."""

    context: typer.Context
    memory: Memory = None
    workers: Threads = 2
    yes: Yes = False
    dry_run: DryRun = False

    def limits(self) -> dict[str, Any]:
        """The processes and the memory that a census may take, as `take_census` has them."""
        from priorsim.census.effort import QUOTIENT, check_engine, parse_memory

        check_engine(QUOTIENT, self.workers)
        memory = {} if self.memory is None else {"memory_bytes": parse_memory(self.memory)}
        return {"workers": self.workers, **memory}

    def refuse_with_atlas(self) -> None:
        """Refuse what is of taking a census, as one is given."""
        refuse_idle(self.context, "memory workers", "with --atlas: no census is taken")


@dataclass(frozen=True, kw_only=True)
class ClusterOptions:
    """The cluster that works for a command, and where what it finishes is kept."""

    context: typer.Context
    cluster: Annotated[
        str | None,
        Option(
            "--cluster",
            help="Work on a Dask cluster: tcp://HOST:PORT, a scheduler file, or local:N for N processes here.",
        ),
    ] = None
    store: Annotated[
        str | None,
        Option(
            "--store",
            help="With --cluster: a folder or URL that all workers can write, where finished parts stay.  [default: "
            "beside the output until it is written]",
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.cluster is None:
            refuse_idle(self.context, "store", "without --cluster")

    @contextmanager
    def executor(self, memory_bytes: int | None = None, *, idle: str = "workers") -> "Iterator[Executor | None]":
        """The executor of the cluster, with which the options `idle` have no effect; None without a cluster.

        Each process of a local cluster takes so much memory at most.
        """
        if self.cluster is None:
            yield None
            return
        refuse_idle(self.context, idle, "with --cluster, which has its own")

        from priorsim.executors import open_executor

        with open_executor(self.cluster, memory_bytes) as executor:
            yield executor

    @contextmanager
    def shards(self, out: Path | None) -> "Iterator[Shards | None]":
        """The shards of --store, which stay; else those beside `out`, removed once the block ends well or made none.

        None without a cluster, or where there is no such place.
        """
        from priorsim.shards import Shards, shards_beside

        if self.store is not None:
            yield Shards.open(self.store)
        elif self.cluster is not None and out is not None:
            with shards_beside(out) as shards:
                yield shards
        else:
            yield None


def kept_in(run: "RunDirectory | None", shards: "Shards | None") -> str | Path | None:
    """Where finished parts are kept."""
    return shards.url if shards is not None else None if run is None else run.path


@dataclass(frozen=True, kw_only=True)
class PriorOptions:
    """A prior by its name, with penalties in place of its own."""

    prior: Annotated[
        str,
        Option("--prior", help="solomonoff, levin, schmidhuber, kind-of-speed, linear, capped or tempered."),
    ] = "solomonoff"
    beta: Annotated[float | None, Option("--beta", help="Price of length: bits for a bit of length.")] = None
    gamma: Annotated[float | None, Option("--gamma", help="Price of time: bits for a doubling of the mean steps.")] = (
        None
    )
    lam: Annotated[float | None, Option("--lambda", help="Price of a step: bits for a mean step.")] = None
    tax: Annotated[float | None, Option("--tax", "--delta", help="Search tax: bits for each find or argmax.")] = None
    cap: Annotated[float | None, Option("--cap", help="Programs with more mean steps weigh nothing.")] = None

    def make(self, **swept: float) -> "priorsim.Prior":
        """The prior; with values of a grid for penalties, of which none may be given as well."""
        given = asdict(self)
        for name, value in swept.items():
            field = "lam" if name == "lambda" else name
            if given[field] is not None:
                raise PriorsimError(f"--grid {name}=... and --{name} {given[field]:g} both set {name}: leave out one")
            given[field] = value
        return priorsim.named_prior(given.pop("prior"), **given)


@dataclass(frozen=True, kw_only=True)
class WorldOptions:
    """A world, on other training lanes where they are given."""

    world: OneWorld
    train: Train = None

    def find(self) -> "priorsim.World":
        """The world of that name or file."""
        return world_of(self.world, self.train)


@dataclass(frozen=True, kw_only=True)
class WorldsOptions:
    """One world or several, on other training lanes where they are given."""

    worlds: Annotated[list[str], _WORLDS]
    train: Train = None

    def find(self) -> "list[priorsim.World]":
        """The worlds of these names or files."""
        return [world_of(name, self.train) for name in self.worlds]


@dataclass(frozen=True, kw_only=True)
class CountOptions(TakingOptions):
    """How the programs that fit a world are counted."""

    class_by: ClassBy = None
    max_bits: Annotated[
        int | None,
        Option(
            "--max-bits", help="Another bound in bits; beyond the census's, programs are counted for this world alone."
        ),
    ] = None
    trust: OtherCode = False

    def __post_init__(self) -> None:
        if self.max_bits is None:
            refuse_idle(self.context, "yes", "without --max-bits")

    def count(self, atlas: Path | None, world: "priorsim.World") -> "tuple[Histogram, TermFinder | None]":
        """The world's histogram, and what finds programs beyond the atlas where the bound is beyond the atlas's.

        A wide world, which no atlas holds, is counted alone where no atlas is given. A dry run ends the command here.
        """
        from priorsim.cli.asking import atlas_of, say_plan
        from priorsim.measure.histogram import check_class_by, check_world, histogram

        if self.dry_run:
            say_plan(self.plan(atlas, world))
        if atlas is not None:
            self.refuse_with_atlas()
        if atlas is None and world.domain.is_wide:
            return self._count_alone(world)
        by, stored = check_class_by(self.class_by), atlas_of(world, atlas, self.trust, taking=self)
        check_world(stored.header, world)
        with counted_up_to(stored, self.max_bits, allow_long=self.yes) as counted:
            return histogram(counted, world, class_by=by), getattr(counted, "find_terms", None)

    def plan(self, atlas: Path | None, world: "priorsim.World") -> str:
        """What counting would take, in lines."""
        from priorsim.cli.asking import world_plan

        if atlas is not None:
            self.refuse_with_atlas()
        return world_plan(world, atlas, self.max_bits, self.trust, self)

    def _count_alone(self, world: "priorsim.World") -> "tuple[Histogram, TermFinder]":
        """The histogram of a wide world, which no atlas holds, and what finds its programs."""
        from priorsim.cli.progress_bar import progress_bar
        from priorsim.measure.histogram import check_class_by
        from priorsim.measure.wide import count_wide

        refuse_idle(self.context, "memory", "on a wide world, of which no census is taken")
        max_bits, by, workers = bound_alone(world, self.max_bits, self.trust), self.class_by, self.limits()["workers"]
        with progress_bar("programs") as progress:
            found = count_wide(
                world,
                max_bits,
                class_by=check_class_by(by),
                allow_long=self.yes,
                workers=workers,
                progress=progress,
            )
        typer.echo(found.told, err=True)
        return found.histogram, found.counted.find_terms


@dataclass(frozen=True, kw_only=True)
class OddsOptions:
    """Which programs are weighed, and under which prior."""

    atlas: AtlasFile = None
    histogram: Annotated[
        Path | None, Option("--histogram", help="A world's exported histogram, in place of --atlas and --world.")
    ] = None
    worlds: WorldNames = None
    train: Train = None
    weight: PriorOptions
    counted: CountOptions

    def apart(self) -> "list[OddsOptions]":
        """The same question of each world alone."""
        return [replace(self, worlds=[name]) for name in self.worlds or []] or [self]

    def plans(self) -> "list[str]":
        """What counting would take for each world, in lines."""
        return [self.counted.plan(self.atlas, world_of(name, self.train)) for name in self._named()]

    def _named(self) -> list[str]:
        """The worlds' names, of which there is one at least."""
        if not self.worlds:
            raise PriorsimError("give --world NAME, or --histogram FILE")
        return self.worlds

    def cells(self) -> "tuple[Histogram, TermFinder | None]":
        """The histogram asked for, exported or counted, and what finds programs beyond an atlas."""
        if self.histogram is not None:
            refuse_idle(self.counted.context, "dry_run", "with --histogram")
            from priorsim.measure.histogram_file import load_histogram

            told = (self.atlas, self.worlds, self.train, self.counted.class_by, self.counted.max_bits)
            if any(given is not None for given in told):
                raise PriorsimError(
                    "--histogram holds a world with its lanes, classes and bound: "
                    "leave out --atlas, --world, --train, --class-by and --max-bits"
                )
            found = load_histogram(self.histogram, trust_other_code=self.counted.trust)
            return found, finder_of(found)
        name, *more = self._named()
        if more:
            raise PriorsimError(f"--world is given {1 + len(more)} times: this command asks of one, give it once")
        return self.counted.count(self.atlas, world_of(name, self.train))


@contextmanager
def counted_up_to(atlas: "priorsim.StoredAtlas", max_bits: int | None, *, allow_long: bool) -> "Iterator[Selectable]":
    """The atlas up to a bound, its own by default; beyond that it has `find_terms`, and its progress is shown."""
    from priorsim.census.stored import cut

    if max_bits is None or max_bits <= atlas.header.max_bits:
        yield cut(atlas, max_bits)
        return

    from priorsim.census.beyond import TargetedAtlas
    from priorsim.cli.progress_bar import progress_bar

    with progress_bar("programs") as progress:
        yield TargetedAtlas(atlas, max_bits, allow_long=allow_long, progress=progress)


def bound_alone(world: "priorsim.World", max_bits: int | None, trust_other_code: bool) -> int:
    """The bound up to which a wide world is counted without an atlas: one that takes seconds where none is given."""
    from priorsim.census.wide import wide_header
    from priorsim.study.cache import default_bits

    check_trust(trust_other_code, None)
    return default_bits(wide_header(world.dialect, 2, world.domain, None)) if max_bits is None else max_bits


def finder_of(histogram: "Histogram") -> "TermFinder | None":
    """What finds the programs of a histogram that was read, where that is no census's walk from its rows."""
    if not histogram.header.domain.is_wide:
        return None

    from functools import partial

    from priorsim.measure.wide import find_terms

    return partial(find_terms, histogram)


def language_of(dialect: str, word_bits: int, depth: int | None, columns: int) -> "priorsim.Language":
    """The language of these options; the depth is the default domain's where none is given."""
    depth = priorsim.Domain.default(word_bits).depth_in(dialect) if depth is None else depth
    return priorsim.Language.named(dialect, word_bits, depth=depth, columns=columns)


def world_of(name: str, train: str | None) -> "priorsim.World":
    """The world of that name or file, on other training lanes where they are given."""
    from priorsim.worlds import find_world, parse_lanes

    world = find_world(name)
    return world if train is None else world.trained_on(parse_lanes(train, world.domain))


def open_atlas(file: Path, trust_other_code: bool) -> "priorsim.StoredAtlas":
    """The atlas of that file."""
    return priorsim.StoredAtlas.open(file, trust_other_code=trust_other_code)


def width_of(text: str) -> float:
    """A figure's width in inches from a text such as 3.25in, 8cm or 82mm; FigureError where it is none in range.

    >>> width_of("3.25in"), round(width_of("82mm"), 3)
    (3.25, 3.228)
    """
    from priorsim.figures.page import NARROWEST, WIDEST
    from priorsim.reading import MOST_SHOWN, parse_float, quoted, shown

    try:
        inches = parse_float(text[:-2]) * {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}[text[-2:]]
    except (ValueError, KeyError):
        raise FigureError(
            f"--width {quoted(text)} cannot be read: write a number and in, cm or mm, as 3.25in or 82mm"
        ) from None
    if not NARROWEST <= inches <= WIDEST:
        raise FigureError(
            f"--width {shown(text, MOST_SHOWN)} is out of range: give {NARROWEST:g}in to {WIDEST:g}in "
            f"({10 * NARROWEST * 2.54:.0f}mm to {10 * WIDEST * 2.54:.0f}mm)"
        )
    return inches


def language_and_code(
    world: "priorsim.World", atlas: Path | None, dialect: str | None, depth: int | None, trust_other_code: bool
) -> "tuple[priorsim.Language, Histogram | None]":
    """The language to count programs with data in, and the atlas's code that fits the world where one is given."""
    domain = world.domain
    check_trust(trust_other_code, atlas)
    if atlas is None:
        dialect = dialect or world.dialect
        depth = domain.depth_in(dialect) if depth is None else depth
        return language_of(dialect, domain.word_bits, depth, len(domain.columns)), None
    if dialect is not None or depth is not None:
        raise PriorsimError("--atlas has a dialect and a depth: leave out --dialect and --depth")

    from priorsim.measure.data import check_joinable
    from priorsim.measure.histogram import histogram

    code = histogram(open_atlas(atlas, trust_other_code), world)
    check_joinable(code)
    return code.header.language, code


STANDARD_OUTPUT = ("-", "/dev/stdout")
"""The names of standard output."""


def check_trust(trust_other_code: bool, atlas: Path | None) -> None:
    """Refuse --trust-other-code where no atlas is given that it could be about."""
    if trust_other_code and atlas is None:
        raise PriorsimError("--trust-other-code is about an atlas: give --atlas, or leave it out")


@contextmanager
def place_of(
    out: Path | None, is_own: "IsOwn", *, force: bool, read: Sequence[Path | str | None] = ()
) -> Iterator["Place | None"]:
    """The place of --out, held from before long work until it is written; None where that is standard output.

    It may replace what `is_own` says that the command made; with `force` other files, too, but never what the command
    reads: `read`, of which names that are of no file are passed over.
    """
    from priorsim.storage import hold

    if out is None or str(out) in STANDARD_OUTPUT:
        check_force(out, force)
        yield None
        return
    for each in read:
        if each is not None and out.exists() and Path(each).exists() and out.samefile(each):
            raise PriorsimError(f"--out {out} is a file that this command reads: choose another place")
    with hold(out, None if force else is_own) as place:
        yield place


def check_force(out: Path | None, force: bool) -> None:
    """Refuse --force where no file is written."""
    if force and (out is None or str(out) in STANDARD_OUTPUT):
        raise PriorsimError("--force has no effect without a file to write: give --out FILE, or leave out --force")


def say(found: Any, as_json: bool, text: str | Callable[[], str], /, **values: Any) -> None:
    """Print what a command found as one JSON object, or as text.

    The text is a template's, by its name, of the values, or of what is found where there are none; or a function's.
    """
    if not as_json and callable(text):
        typer.echo(text())
        return

    from priorsim.formats import format_json
    from priorsim.text.templates import render

    shown = found.to_json() if hasattr(found, "to_json") and (as_json or not values) else found
    typer.echo(format_json(shown).rstrip() if as_json else render(str(text), **(values or shown)))


def check_one_answer(as_json: bool, other: object, name: str) -> None:
    """Refuse --json beside another option that says what is printed."""
    if as_json and other:
        raise PriorsimError(f"--json and {name} exclude each other: give one of them")


def write_out(text: str, place: "Place | None") -> None:
    """Write a text to a place, or to standard output where there is none."""
    if place is None:
        typer.echo(text, nl=False)
        return
    place.write_text(text)
    typer.echo(f"{place.path}: written")


def say_or_write(found: Any, as_json: bool, template: str, out: Path | None, place: "Place | None") -> None:
    """Write what a command found as CSV to the place of --out where that is given; else say it."""
    if out is None:
        say(found, as_json, template)
    else:
        write_out(found.to_csv(), place)


def check_folder(out: Path) -> None:
    """Refuse a name of standard output where a folder is to be written."""
    if str(out) in STANDARD_OUTPUT:
        raise PriorsimError(f"--out {out} is standard output, and this command writes a folder: name one")
