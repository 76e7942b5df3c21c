"""Which census is asked, and what that would take: options and their meaning. What is heavy is imported when used."""

from collections.abc import Callable, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer import Option

import priorsim
from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle
from priorsim.errors import PriorsimError


@dataclass(frozen=True, kw_only=True)
class CensusOptions(opt.TakingOptions):
    """The census that is asked, up to a bound: an atlas file, or one from the cache of atlases."""

    atlas: opt.AtlasFile = None
    max_bits: Annotated[
        int | None,
        Option("--max-bits", help="A bound in bits below the atlas's; without --atlas, any bound."),
    ] = None
    trust: opt.OtherCode = False

    def __post_init__(self) -> None:
        if self.atlas is not None:
            self.refuse_with_atlas()
            refuse_idle(self.context, "dry_run", "with --atlas: nothing is counted")
        if self.atlas is not None or self.max_bits is None:
            refuse_idle(self.context, "yes", "without --max-bits" if self.atlas is None else "with --atlas")

    def of_world(self, world: "priorsim.World") -> "priorsim.StoredAtlas":
        """The census of a world's domain, as far as the bound or farther."""
        return atlas_of(world, self.atlas, self.trust, self.max_bits, self)

    def bound_alone(self, world: "priorsim.World") -> int | None:
        """The bound of a wide world, which is counted without an atlas; None of any other world."""
        if self.atlas is not None or not world.domain.is_wide:
            return None
        refuse_idle(self.context, "memory", "on a wide world, of which no census is taken")
        return opt.bound_alone(world, self.max_bits, self.trust)

    def plan(self, world: "priorsim.World", lane_sets: Callable[["priorsim.World"], Sized]) -> str:
        """What counting for a question about a world would take: a census, or all sets of lanes of a wide world."""
        from priorsim.census.wide import wide_header
        from priorsim.study.plan import census_plan, question_plan

        bound = self.bound_alone(world)
        if bound is not None:
            return question_plan(wide_header(world.dialect, bound, world.domain), len(lane_sets(world)))
        opt.check_trust(self.trust, None)
        return census_plan(_header(world.domain, world.dialect, self.max_bits)[0], **self.limits())


@dataclass(frozen=True, kw_only=True)
class LanguageOptions(CensusOptions):
    """The same, of a language on its default domain."""

    dialect: Annotated[
        str | None,
        Option("--dialect", help=f"Without --atlas: {opt.DIALECTS}.  [default: arith]"),
    ] = None
    word_bits: Annotated[
        int | None, Option("--word-bits", help="Without --atlas: bits of a word, 2 to 16.  [default: 3]")
    ] = None

    def open(self, like: "priorsim.World | None" = None) -> "priorsim.StoredAtlas":
        """The census, as far as the bound or farther; of a world's domain and dialect where no other is given."""
        if self.atlas is not None:
            refuse_idle(self.context, "dialect word_bits", "with --atlas")
            return opt.open_atlas(self.atlas, self.trust)
        opt.check_trust(self.trust, None)
        if self.word_bits is None and like is not None:
            domain = like.domain
        else:
            domain = priorsim.Domain.default(3 if self.word_bits is None else self.word_bits)
        usual = "arith" if like is None else like.dialect
        dialect = usual if self.dialect is None else self.dialect
        return cached(domain, dialect, self.max_bits, self)


@dataclass(frozen=True, kw_only=True)
class OwnLanguageOptions:
    """A language of one's own."""

    operators: Annotated[
        str | None, Option("--operators", help="In place of --dialect: operators in code order, as add,mul,eq,find.")
    ] = None
    code: Annotated[
        str | None, Option("--code", help="Code of --dialect or --operators: default, fitted, or random:SEED.")
    ] = None
    without: Annotated[str | None, Option("--without", help="Operators to leave out, separated by commas.")] = None
    language: Annotated[
        Path | None, Option("--language", help="TOML file with the fields operators, code and without.")
    ] = None

    def chosen(self, context: typer.Context, dialect: str | None) -> tuple[str | None, tuple[str, ...]]:
        """The dialect by name, None where a world has it, and what is knocked out."""
        from priorsim.mu.dialect import dialect_named, dialect_of
        from priorsim.mu.language_file import load_language

        if self.language is not None:
            refuse_idle(context, "dialect operators code without", "with --language")
            found, knocked_out = load_language(self.language)
            return found.name, knocked_out
        knocked_out = () if self.without is None else tuple(self.without.split(","))
        if self.operators is not None:
            refuse_idle(context, "dialect", "with --operators")
            return dialect_of(self.operators.split(","), self.code or "default").name, knocked_out
        if self.code is None:
            return dialect, knocked_out
        if dialect is None:
            raise PriorsimError("--code is of a dialect: give --dialect NAME, or --operators")
        return dialect_of(dialect_named(dialect).operators, self.code).name, knocked_out


def atlas_of(
    world: "priorsim.World",
    atlas: Path | None,
    trust_other_code: bool,
    max_bits: int | None = None,
    taking: opt.TakingOptions | None = None,
) -> "priorsim.StoredAtlas":
    """The atlas of that file, else the census of a world's domain and dialect from the cache, as `cached`."""
    from priorsim.measure.histogram import check_not_wide

    if atlas is not None:
        return opt.open_atlas(atlas, trust_other_code)
    opt.check_trust(trust_other_code, None)
    check_not_wide(world)
    return cached(world.domain, world.dialect, max_bits, taking)


def cached(
    domain: "priorsim.Domain", dialect: str, max_bits: int | None, taking: opt.TakingOptions | None
) -> "priorsim.StoredAtlas":
    """The census of a domain from the cache: up to its default bound, or one that is beyond it.

    A dry run says what it takes, and ends the command.
    """
    from priorsim.census.effort import check_effort
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.study.cache import open_cached
    from priorsim.study.plan import census_plan

    limits: dict[str, Any] = {} if taking is None else taking.limits()
    header, is_beyond = _header(domain, dialect, max_bits)
    if taking is not None and taking.dry_run:
        say_plan(census_plan(header, **limits))
    if is_beyond:
        check_effort(header, allow_long=taking is not None and taking.yes, **limits)
    with progress_bar("programs") as progress:
        return open_cached(header, progress=progress, **limits)


def _header(domain: "priorsim.Domain", dialect: str, max_bits: int | None) -> "tuple[priorsim.AtlasHeader, bool]":
    """What the census from the cache counts, and whether that is beyond its default bound."""
    from priorsim.study.cache import header_of

    usual = header_of(domain, dialect)
    is_beyond = max_bits is not None and max_bits > usual.max_bits
    return header_of(domain, dialect, max_bits) if is_beyond else usual, is_beyond


def lanes_of(
    context: typer.Context, world: str | None, dialect: str | None, word_bits: int | None, domain: Path | None
) -> "tuple[priorsim.Domain, str]":
    """The domain and the dialect of a census: a world's, or those that are given."""
    if world is not None:
        refuse_idle(context, "word_bits domain", "with --world")
        found = opt.world_of(world, None)
        return found.domain, found.dialect if dialect is None else dialect
    if dialect is None or word_bits is None:
        raise PriorsimError("give --world NAME, or --dialect NAME and --word-bits N")
    lanes = priorsim.Domain.default(word_bits) if domain is None else priorsim.Domain.from_csv(domain, word_bits)
    return lanes, dialect


def world_plan(
    world: "priorsim.World",
    atlas: Path | None,
    max_bits: int | None,
    trust_other_code: bool,
    taking: opt.TakingOptions,
) -> str:
    """What counting the programs that fit a world would take, in lines."""
    from priorsim.census.wide import wide_header
    from priorsim.study.cache import header_of
    from priorsim.study.plan import census_plan, question_plan

    if atlas is None and world.domain.is_wide:
        bound = opt.bound_alone(world, max_bits, trust_other_code)
        return question_plan(wide_header(world.dialect, bound, world.domain, None))
    known = header_of(world.domain, world.dialect) if atlas is None else opt.open_atlas(atlas, trust_other_code).header
    if max_bits is not None and max_bits > known.max_bits:
        return question_plan(bounded(known, max_bits))
    if atlas is not None:
        raise PriorsimError("--dry-run has no effect up to the atlas's bound: nothing is counted")
    return census_plan(known, **taking.limits())


def bounded(header: "priorsim.AtlasHeader", max_bits: int) -> "priorsim.AtlasHeader":
    """What a census counts with another bound; CensusError where that is out of range."""
    language = header.language
    return priorsim.make_header(
        language.dialect.name,
        max_bits,
        domain=header.domain,
        depth=language.depth,
        accounting=header.accounting,
        without=language.without,
    )


def say_plan(*texts: str) -> NoReturn:
    """Print what a command would take, what several worlds have in common once, and end it."""
    from priorsim.terminal import fitted

    typer.echo(fitted("\n\n".join(dict.fromkeys(texts))))
    raise typer.Exit
