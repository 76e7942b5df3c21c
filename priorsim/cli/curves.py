"""Commands: what changes as worlds get more complex, or larger. What is heavy is imported when used."""

from pathlib import Path
from typing import Annotated, Any

from typer import Option

import priorsim
from priorsim.cli import asking
from priorsim.cli import options as opt


def growth(
    asked: asking.LanguageOptions,
    gamma: opt.TimePrice = 0,
    worlds: Annotated[
        list[str] | None, Option("--world", help="Say where this world is on the curve; may be given several times.")
    ] = None,
    train: Annotated[
        str | None, Option("--train", help="Lanes on which two worlds have to differ to count as two.  [default: all]")
    ] = None,
    bin_bits: opt.BinBits = None,
    programs: Annotated[
        int | None, Option("--programs", help="Say of so many worlds how their shortest programs search.")
    ] = None,
    class_by: opt.ClassBy = None,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None, Option("--out", help="CSV file with a line for each bin, or - for standard output.")
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say in what share of worlds the cheapest program is a search, as worlds get more complex.

    Every behaviour of the census is a world. Its complexity is the least l + gamma log2 t of the programs that fit it,
    of l bits and t mean steps a lane. For every world of complexity up to the census's bound the command knows all
    cheapest programs, so that the bound hides none of them. Only search's share of the mass depends on the bound.

    On two cores a census of 42 bits at w = 3 takes 3 seconds and 0.4 GiB, one of 44 bits 9 seconds and 0.6 GiB;
    --programs 2000 takes half a minute more at 36 bits.
    """
    from priorsim.measure.growth import growth as measured
    from priorsim.measure.growth import is_growth
    from priorsim.measure.histogram import check_class_by
    from priorsim.worlds import parse_lanes

    opt.check_one_answer(as_json, out, "--out")
    by, named = check_class_by(class_by), [opt.world_of(name, None) for name in worlds or []]
    with opt.place_of(out, is_growth, force=force, read=(asked.atlas, *(worlds or []))) as place:
        stored = asked.open(named[0] if named else None)
        lanes = None if train is None else parse_lanes(train, stored.header.domain)
        found = measured(
            stored,
            gamma=gamma,
            class_by=by,
            max_bits=asked.max_bits,
            train=lanes,
            bin_bits=bin_bits,
            worlds=named,
            programs=programs,
        )
        opt.say_or_write(found, as_json, "growth.txt", out, place)


def influence(
    asked: asking.LanguageOptions,
    gamma: opt.TimePrice = 0,
    order: Annotated[
        str, Option("--order", help="Order of the lanes: listed; random:N, a mean over N orders; or worst.")
    ] = ("listed"),
    class_by: opt.ClassBy = None,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None,
        Option("--out", help="CSV file with a line for each number of lanes seen, or - for standard output."),
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say how malign the prior is, in bits: what search among its programs costs predictions, and what it saves.

    The lanes of a world are seen one after the other, and the next word is predicted by all programs that agree with
    the words so far, or by direct code alone. The command gives the most that all programs can lose to direct code
    on any world, what they lose and save on average, and how often search has more than half of the mass.

    --order worst looks at every set of up to 8 lanes, and says how much one prediction can cost. On two cores a
    census of 36 bits at w = 3 takes 2 seconds, and 5 seconds with --order worst.
    """
    from priorsim.measure.histogram import check_class_by
    from priorsim.measure.influence import influence as measured
    from priorsim.measure.influence import is_influence

    opt.check_one_answer(as_json, out, "--out")
    by = check_class_by(class_by)
    with opt.place_of(out, is_influence, force=force, read=(asked.atlas,)) as place:
        found = measured(asked.open(), gamma=gamma, class_by=by, max_bits=asked.max_bits, order=order)
        opt.say_or_write(found, as_json, "influence.txt", out, place)


def knockouts(
    dialect: opt.Dialect = "arith",
    word_bits: opt.WordBits = 3,
    max_bits: opt.QuickLength = None,
    gamma: opt.TimePrice = 0,
    bin_bits: opt.BinBits = None,
    *,
    taking: opt.TakingOptions,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None, Option("--out", help="CSV file with a line for each operator and bin, or - for standard output.")
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say which operators the cheapest programs cannot do without, as worlds get more complex.

    For each operator of the dialect, and for find and argmax together, the command gives the share of worlds whose
    cheapest programs all use it, by complexity as in 'priorsim growth'. To find it, it counts all programs without the
    operator, while the lengths of all other programs stay the same. At w = 3 in the dialect arith 36 bits take some 20
    seconds on two cores, 40 bits a minute and 1.2 GiB.
    """
    from priorsim.census.effort import check_effort
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.knockouts import headers, is_knockouts
    from priorsim.measure.knockouts import knockouts as measured
    from priorsim.study.cache import header_of
    from priorsim.study.plan import census_plan

    opt.check_one_answer(as_json, out, "--out")
    header, limits = header_of(priorsim.Domain.default(word_bits), dialect, max_bits), taking.limits()
    censuses = len(headers(header))
    if taking.dry_run:
        asking.say_plan(census_plan(header, censuses=censuses, **limits))
    with opt.place_of(out, is_knockouts, force=force) as place:
        check_effort(header, allow_long=taking.yes, censuses=censuses, **limits)
        with progress_bar("programs") as progress:
            found = measured(header, gamma=gamma, bin_bits=bin_bits, progress=progress, **limits)
        opt.say_or_write(found, as_json, "knockouts.txt", out, place)


def scaling(
    question: Annotated[
        list[str] | None, Option("--question", help="isqrt, root, inverse, log2 or half; may be given several times.")
    ] = None,
    sizes: Annotated[str, Option("--sizes", help="Bits of a word, among 2, 3, 4, 5, 6 and 8.")] = "2,3,4,5,6,8",
    max_bits: Annotated[int, Option("--max-bits", help="Count every program up to this length.")] = 34,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None, Option("--out", help="CSV file with a line for each size, or - for standard output.")
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say how long search and direct code are for one question at several word sizes, and where they cross.

    A question is asked of all words of w bits. No atlas is read: for each world only the programs that fit it are
    counted. On two cores 30 bits take half a minute, 34 bits two minutes and 0.6 GiB.
    """
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.scaling import QUESTIONS, find_question, is_scaling, parse_sizes
    from priorsim.measure.scaling import scaling as measured

    opt.check_one_answer(as_json, out, "--out")
    asked, words = [find_question(name) for name in question or []] or QUESTIONS, parse_sizes(sizes)
    with opt.place_of(out, is_scaling, force=force) as place:
        with progress_bar("worlds") as progress:
            found = measured(asked, words, max_bits, progress=progress)
        opt.say_or_write(found, as_json, "scaling.txt", out, place)


def finite_size(
    sizes: Annotated[str, Option("--sizes", help="Bits of a word of the constants, among 10 to 16.")] = "10,11,12",
    max_bits: Annotated[
        int, Option("--max-bits", help="Count inverse worlds and all behaviours up to this length.")
    ] = 36,
    workers: opt.Threads = 2,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None,
        Option("--out", help="CSV file with a line for each size, price of time and end, or - for standard output."),
    ] = None,
    force: opt.Force = False,
) -> None:
    """Test whether gamma* = (1 - c/L) / alpha, a law of two programs, may be extrapolated to larger worlds.

    By the law log-odds / L is (1 - c/L) - alpha gamma, where L, c and alpha are those of the shortest direct and the
    shortest search program. The command shows by how much the masses of all programs depart from it as worlds grow: for
    constants, for inverse worlds on all words, and for all behaviours of words of 3 bits. It also gives the sizes at
    which search outweighs direct code. On two cores this takes ten seconds, and with --sizes 10,11,12,13,14,15,16 two
    minutes and 3 GiB.
    """
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.finite_size import finite_size as measured
    from priorsim.measure.finite_size import is_finite_size, parse_constant_sizes

    opt.check_one_answer(as_json, out, "--out")
    words = parse_constant_sizes(sizes)
    with opt.place_of(out, is_finite_size, force=force) as place:
        with progress_bar("censuses") as progress:
            found = measured(words, max_bits, workers=workers, progress=progress)
        opt.say_or_write(found, as_json, "finite_size.txt", out, place)


def diversity(
    rules: Annotated[str, Option("--rules", help="Numbers of rules, 1 to as many as there are words.")] = "2,4,8",
    word_bits: Annotated[int, Option("--word-bits", help="Bits of a word, 3 or 4.")] = 3,
    observe: Annotated[
        str, Option("--observe", help="How rules are observed: next, skew and others, or all for all eight.")
    ] = "next,skew",
    max_bits: Annotated[int, Option("--max-bits", help="Count every code-only program up to this length.")] = 30,
    code_bits: Annotated[
        int, Option("--code-bits", help="Count programs with data up to so many bits, without their payload.")
    ] = 16,
    gamma: opt.TimePrice = 0,
    workers: opt.Threads = 2,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None, Option("--out", help="CSV file with a line for each flip, or - for standard output.")
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say after how many examples tables, direct code or search weigh most, by the number of rules of a task.

    Every world of the task has a number of hidden rules; each rule shows in one observation and answers queries.
    Code and programs with data are weighed together. A flip is a change of the heaviest class, and N* is the number
    of examples at which it happens. The command compares the exponent of N* in the number of rules with exponents
    that were published for in-context learning. On two cores this takes ten seconds, and with --observe all a minute.
    """
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.diversity import diversity as measured
    from priorsim.measure.diversity import is_diversity, parse_observations, parse_rules

    opt.check_one_answer(as_json, out, "--out")
    numbers, seen = parse_rules(rules), parse_observations(observe)
    bounds: dict[str, Any] = {"max_bits": max_bits, "code_bits": code_bits, "gamma": gamma, "workers": workers}
    with opt.place_of(out, is_diversity, force=force) as place:
        with progress_bar("numbers of rules") as progress:
            found = measured(numbers, word_bits, observations=seen, progress=progress, **bounds)
        opt.say_or_write(found, as_json, "diversity.txt", out, place)


def nested(
    word_bits: Annotated[int, Option("--word-bits", help="Bits of a word, 2 to 8: 2^w inner programs.")] = 8,
    max_bits: Annotated[int, Option("--max-bits", help="List every program up to this length.")] = 28,
    gamma: Annotated[
        list[float] | None,
        Option("--gamma", help="Price of time; may be given several times.  [default: 0, 0.5, 1, 1.5, 2, 3 and 4]"),
    ] = None,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None,
        Option("--out", help="CSV file with a line for each form and price of time, or - for standard output."),
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say whether a speed prior is passed on: which programs are chosen by programs that search for programs.

    In the dialect nested a search may run over the programs of an inner language. For each price of time the command
    says how long and how slow the inner programs are that such searches choose, how often these search themselves, and
    at what price of time they would be chosen without an outer search. At w = 8 28 bits take 4 seconds, 30 bits 11
    seconds.
    """
    from priorsim.measure.nested import GAMMAS, is_nested
    from priorsim.measure.nested import nested as measured

    opt.check_one_answer(as_json, out, "--out")
    with opt.place_of(out, is_nested, force=force) as place:
        opt.say_or_write(measured(word_bits, max_bits, gamma or GAMMAS), as_json, "nested.txt", out, place)
