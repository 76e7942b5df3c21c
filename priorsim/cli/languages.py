"""Command: one question to many reference machines. What is heavy is imported when used."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from priorsim.cli import asking
from priorsim.cli import options as opt

if TYPE_CHECKING:
    from priorsim.census.atlas import AtlasHeader
    from priorsim.census.stored import Counted


def languages(
    taking: opt.TakingOptions,
    sets: Annotated[
        list[str] | None,
        Option("--set", help="named, codes, subsets or knockouts; may be given several times.  [default: all four]"),
    ] = None,
    number: Annotated[int, Option("--number", help="How many random codes, and random subsets of operators.")] = 16,
    word_bits: opt.WordBits = 3,
    max_bits: Annotated[int, Option("--max-bits", help="Count every program of each language up to this length.")] = 30,
    claims: Annotated[
        list[str] | None,
        Option("--claim", help="Judge this claim in every language; may be given several times.  [default: five]"),
    ] = None,
    keep: Annotated[
        bool, Option("--keep", help="Keep every atlas in the cache, so that an interrupted run goes on from there.")
    ] = False,
    *,
    elsewhere: opt.ClusterOptions,
    as_json: opt.AsJson = False,
    out: Annotated[Path | None, Option("--out", help="CSV file to write, or - : a line for each language.")] = None,
    force: opt.Force = False,
) -> None:
    """Say how much of the answer depends on the reference machine: ask it in many languages.

    The sets are: seven named languages; arith with random codes; random subsets of all operators; and arith without
    each of its operators. In each language the command counts all programs, says how often search comes first as
    worlds get more complex, compares log-odds and masses with those of arith, and judges claims over all behaviours.
    With --cluster each language is a task of its own, which takes up to --memory in the worker that does it. What is
    said of it is kept where --store says, or else beside --out, and the same command goes on from there.

    On two cores the default takes a minute and 0.5 GiB; --number 64 --max-bits 36 takes some 15 minutes and 3 GiB.
    """
    from priorsim.census.progress import Progress
    from priorsim.claims.judge import find_claims
    from priorsim.claims.languages import HEADLINES, is_languages
    from priorsim.claims.languages import languages as measured
    from priorsim.claims.populations import QUICK
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.languages import SETS, members, reference

    opt.check_one_answer(as_json, out, "--out")
    groups = {name: members(name, number, word_bits, max_bits) for name in dict.fromkeys(sets or SETS)}
    first, asked = reference(word_bits, max_bits), find_claims(claims or HEADLINES)
    headers = list(dict.fromkeys([first, *(header for some in groups.values() for header in some)]))
    _check(headers, taking)
    done = iter(range(1, len(headers) + 1))
    with (
        opt.place_of(out, is_languages, force=force) as place,
        elsewhere.shards(None if place is None else out) as shards,
    ):
        kept = opt.kept_in(None, shards)
        with progress_bar("languages", kept=kept) as progress, elsewhere.executor() as there:

            def told() -> None:
                progress(Progress(next(done), len(headers), "languages"))

            opener = _opener(taking, keep=keep, alone=there is None)
            found = measured(groups, first, opener, asked, QUICK, told, there or 1, shards).answer
        opt.say_or_write(found, as_json, "languages.txt", out, place)


def _check(headers: "Sequence[AtlasHeader]", taking: opt.TakingOptions) -> None:
    """Refuse what would take too long or too much memory; a dry run says what it would take, and ends the command."""
    from priorsim.census.effort import check_effort
    from priorsim.census.recurrence import program_counts
    from priorsim.study.cache import cache_folder
    from priorsim.study.plan import censuses_plan

    if taking.dry_run:
        asking.say_plan(censuses_plan(headers, cache_folder()))
    largest = max(headers, key=lambda header: sum(program_counts(header.language, header.max_bits)))
    check_effort(largest, allow_long=taking.yes, censuses=len(headers), **taking.limits())


def _opener(taking: opt.TakingOptions, *, keep: bool, alone: bool) -> "Callable[[AtlasHeader], Counted]":
    """What takes the census of a header, on one thread but where it is alone, and keeps it in the cache if asked."""
    from priorsim.census.take import take_census
    from priorsim.study.cache import open_cached

    limits = taking.limits() if alone else {**taking.limits(), "workers": 1}
    return partial(open_cached if keep else take_census, **limits)
