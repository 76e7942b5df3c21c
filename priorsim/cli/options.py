"""The command line's options: their types, and the things that they name. Everything heavy is imported late."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from priorsim.errors import PriorsimError

if TYPE_CHECKING:
    from priorsim.census.witness import TermFinder
    from priorsim.measure.histogram import Histogram
    from priorsim.mu.dialect import Language
    from priorsim.priors import Prior
    from priorsim.storage import IsOwn, Place
    from priorsim.worlds import World


def check_atlas(path: Path | None) -> Path | None:
    """Refuse standard input as an atlas: rows are read where a question needs them, and again for the next one."""
    if str(path) == "-":
        raise PriorsimError("an atlas cannot be read from standard input (-): save it to a file, and name that")
    return path


AtlasFile = Annotated[
    Path | None, typer.Option("--atlas", callback=check_atlas, help="A census made by 'priorsim census'.")
]
AtlasNeeded = Annotated[Path, typer.Option("--atlas", callback=check_atlas, help="A census made by 'priorsim census'.")]
HistogramFile = Annotated[
    Path | None, typer.Option("--histogram", help="A world's exported histogram, in place of --atlas and --world.")
]
TrustOtherCode = Annotated[
    bool,
    typer.Option("--trust-other-code", help="Take an atlas or histogram that other code counted; damage is refused."),
]
WorldName = Annotated[
    str | None,
    typer.Option("--world", help="A name ('priorsim worlds'), a .csv or .toml file, or - for standard input."),
]
Train = Annotated[str | None, typer.Option("--train", help="Training lanes, as 0-11 or 0-3,8.")]
ClassBy = Annotated[
    str | None,
    typer.Option(
        "--class-by", help="lesion, or form: has a search node at all.  [default: lesion]", show_default=False
    ),
]
PriorName = Annotated[
    str,
    typer.Option("--prior", help="solomonoff, levin, schmidhuber, kind-of-speed, linear, capped or tempered."),
]
Beta = Annotated[float | None, typer.Option("--beta", help="Bits of penalty for a bit of length.")]
Gamma = Annotated[float | None, typer.Option("--gamma", help="Bits for a doubling of the mean steps.")]
Lambda = Annotated[float | None, typer.Option("--lambda", help="Bits for a mean step.")]
Delta = Annotated[float | None, typer.Option("--delta", help="Search tax: bits for a search node.")]
Cap = Annotated[float | None, typer.Option("--cap", help="Most mean steps that still count.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Dialect = Annotated[str, typer.Option("--dialect", help="arith, logic or loops.")]
WorldDialect = Annotated[str | None, typer.Option("--dialect", help="arith, logic or loops.  [default: the world's]")]
WordBits = Annotated[int, typer.Option("--word-bits", help="Bits of a word, 2 to 16.")]
Depth = Annotated[int | None, typer.Option("--depth", help="How deep binders nest, 1 or 2.  [default: the domain's]")]
Columns = Annotated[str, typer.Option("--columns", help="Names of the input columns, by commas.")]
MaxBits = Annotated[
    int | None,
    typer.Option("--max-bits", help="Another bound than the atlas's; a larger one is counted for this world alone."),
]
SmallerBound = Annotated[int | None, typer.Option("--max-bits", help="A smaller bound than the atlas's, in bits.")]
Yes = Annotated[bool, typer.Option("--yes", help="Start even what will take hours.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write instead of standard output, which is - too.")]
Force = Annotated[bool, typer.Option("--force", help="Replace even files that this command did not make.")]


def language_of(dialect: str, word_bits: int, depth: int | None, columns: int) -> "Language":
    """The language of these options; the depth is the default domain's where none is given."""
    from priorsim.mu.dialect import Language
    from priorsim.mu.domain import Domain

    depth = Domain.default(word_bits).default_depth if depth is None else depth
    return Language.named(dialect, word_bits, depth=depth, columns=columns)


def prior_of(
    name: str,
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    delta: float | None = None,
    cap: float | None = None,
) -> "Prior":
    """The named prior, with the penalties given in place of its own."""
    from priorsim.priors import named_prior

    return named_prior(name, beta=beta, gamma=gamma, lam=lam, delta=delta, cap=cap)


def world_of(name: str, train: str | None) -> "World":
    """The world of that name or file, on other training lanes where they are given."""
    from priorsim.worlds import find_world, parse_lanes

    world = find_world(name)
    return world if train is None else world.trained_on(parse_lanes(train, world.domain))


INCHES = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}


def width_of(text: str) -> float:
    """A figure's width in inches from a text such as 3.25in, 8cm or 82mm.

    Raises
    ------
    FigureError
        When it cannot be read, or is out of range.

    Examples
    --------
    >>> width_of("3.25in"), round(width_of("82mm"), 3)
    (3.25, 3.228)
    """
    from priorsim.errors import FigureError
    from priorsim.figures.page import NARROWEST, WIDEST
    from priorsim.reading import MOST_SHOWN, parse_float, quoted, shown

    unit = next((unit for unit in INCHES if text.endswith(unit)), None)
    try:
        inches = parse_float(text.removesuffix(unit or "")) * INCHES[unit or ""]
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


def histogram_of(
    atlas: Path | None,
    exported: Path | None,
    world: str | None,
    train: str | None,
    class_by: str | None,
    max_bits: int | None,
    allow_long: bool,
    trust_other_code: bool,
) -> "tuple[Histogram, TermFinder | None]":
    """The histogram asked for, and what finds programs beyond an atlas where it goes beyond one."""
    from priorsim.census.stored import StoredAtlas, cut
    from priorsim.measure.histogram import check_class_by
    from priorsim.measure.histogram import histogram as count
    from priorsim.measure.histogram_file import load_histogram

    if exported is not None:
        if any(given is not None for given in (atlas, world, train, class_by, max_bits)):
            raise PriorsimError(
                "--histogram holds a world with its lanes, classes and bound: "
                "leave --atlas, --world, --train, --class-by and --max-bits"
            )
        return load_histogram(exported, trust_other_code=trust_other_code), None
    if atlas is None or world is None:
        raise PriorsimError("give --atlas FILE and --world NAME, or --histogram FILE")
    where, by = world_of(world, train), check_class_by(class_by)
    stored = StoredAtlas.open(atlas, trust_other_code=trust_other_code)
    if max_bits is None or max_bits <= stored.header.max_bits:
        return count(cut(stored, max_bits), where, class_by=by), None

    from priorsim.census.beyond import TargetedAtlas
    from priorsim.cli.progress_bar import progress_bar

    with progress_bar("programs") as progress:
        targeted = TargetedAtlas(stored, max_bits, allow_long=allow_long, progress=progress)
        return count(targeted, where, class_by=by), targeted.find_terms


def language_and_code(
    world: "World", atlas: Path | None, dialect: str | None, depth: int | None, trust_other_code: bool
) -> "tuple[Language, Histogram | None]":
    """The language to count programs with data in, and the atlas's code that fits the world where one is given."""
    domain = world.domain
    check_trust(trust_other_code, atlas)
    if atlas is None:
        depth = domain.default_depth if depth is None else depth
        return language_of(dialect or world.dialect, domain.word_bits, depth, len(domain.columns)), None
    if dialect is not None or depth is not None:
        raise PriorsimError("--atlas has a dialect and a depth: leave --dialect and --depth")

    from priorsim.census.stored import StoredAtlas
    from priorsim.measure.data_joint import check_joinable
    from priorsim.measure.histogram import histogram as count

    code = count(StoredAtlas.open(atlas, trust_other_code=trust_other_code), world)
    check_joinable(code)
    return code.header.language, code


STANDARD_OUTPUT = ("-", "/dev/stdout")
"""The names of standard output."""


def check_trust(trust_other_code: bool, atlas: Path | None) -> None:
    """Refuse --trust-other-code where no atlas is given that it could be about."""
    if trust_other_code and atlas is None:
        raise PriorsimError("--trust-other-code is about an atlas: give --atlas, or leave it")


@contextmanager
def place_of(
    out: Path | None, is_own: "IsOwn", *, force: bool, read: Sequence[Path | str | None] = ()
) -> Iterator["Place | None"]:
    """The place of --out, held from before long work until it is written; None where that is standard output.

    Parameters
    ----------
    out : Path, optional
        Standard output where it is not given.
    is_own : callable
        Which files the command made, and may replace.
    force : bool
        Whether it may replace all the same what it did not make.
    read : sequence of Path or str
        What the command reads, and never replaces; names that are of no file are passed over.
    """
    from priorsim.storage import hold

    if out is None or str(out) in STANDARD_OUTPUT:
        yield None
        return
    for each in read:
        if each is not None and out.exists() and Path(each).exists() and out.samefile(each):
            raise PriorsimError(f"--out {out} is a file that this command reads: choose another place")
    with hold(out, None if force else is_own) as place:
        yield place


def write_out(text: str, place: "Place | None") -> None:
    """Write a text to a place, or to standard output where there is none."""
    if place is None:
        typer.echo(text, nl=False)
        return
    place.write_text(text)
    typer.echo(f"{place.path}: written")


@contextmanager
def writing(place: "Place | None") -> Iterator[BinaryIO]:
    """The file of a place, or standard output where there is none, for what is no text."""
    if place is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
    else:
        with place.writing() as file:
            yield file


def check_folder(out: Path) -> None:
    """Refuse a name of standard output where a folder is to be written."""
    if str(out) in STANDARD_OUTPUT:
        raise PriorsimError(f"--out {out} is standard output, and this command writes a folder: name one")
