"""What can be said of one program by running it, with the plain interpreter and no census; all of it exact.

Its numbers in a world, what its searches do (retargeting and effort, docs/measures.md), and n*: how many queries one
context must be asked before the program that searches once is the cheaper one. Under the amortised accounting
(docs/language.md, section 4) n queries in a context take once + n * each steps.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from priorsim.census.atlas import RowKey
from priorsim.measure import keys
from priorsim.measure.histogram import Histogram
from priorsim.measure.mass import End, Share, shortest
from priorsim.mu.code import length
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.files import head_comments, parse_source, read_source
from priorsim.mu.interpreter import Evaluation, evaluate, run, run_lane, shared_steps
from priorsim.mu.lesions import classify, is_dormant, uses_data
from priorsim.mu.syntax import Apply, Const, Program, Term, count_searches, format_program, parse
from priorsim.worlds.world import World


def measure_program(path: Path, world: World) -> tuple[Program, Mapping[str, object]]:
    """Read a program and run it on every lane of a world, in the dialect that its head comment names, or the world's.

    The mapping holds JSON values: program (text), world, dialect, train, bits, words (one a lane), steps (by
    accounting), searches, class, uses_data, dormant, fits (acceptable on the training lanes) and faithful (on the
    held-out lanes; None where there are none). PriorsimError where the file cannot be read or holds no program.
    """
    program, language = read_program(path, world)
    domain, dialect = world.domain, language.dialect.name
    result = run(program, domain)
    return program, {
        "program": format_program(program, domain.columns),
        "world": world.name,
        "dialect": dialect,
        "train": list(world.train),
        "bits": length(program, language),
        "words": list(result.words),
        "steps": {str(name): steps for name, steps in result.steps.items()},
        "searches": count_searches(program),
        "class": str(classify(program, domain)),
        "uses_data": uses_data(program, domain),
        "dormant": is_dormant(program, domain, world.train),
        "fits": world.accepts(result.words, world.train),
        "faithful": world.accepts(result.words, world.held_out) if world.held_out else None,
    }


def read_program(path: Path | str, world: World, dialect: str | None = None) -> tuple[Program, Language]:
    """The program of a file, over a world's columns: in this dialect, else the one its head names, else the world's."""
    text = read_source(path)
    language = language_in(world, dialect or head_comments(text).get("dialect"))
    return parse_source(text, path, language, world.domain.columns), language


def language_in(world: World, dialect: str | None = None) -> Language:
    """The language of programs on a world's domain, in the world's own dialect by default; CodeError if none is so."""
    domain, name = world.domain, dialect or world.dialect
    return Language.named(name, domain.word_bits, depth=domain.depth_in(name), columns=len(domain.columns))


# --- retargeting and effort -------------------------------------------------------------------


def other_worlds(world: World, known: Iterable[World]) -> tuple[World, ...]:
    """The known worlds on a world's domain in which other words are right, each once."""

    def place(each: World) -> tuple[object, ...]:
        return each.domain.word_bits, each.domain.columns, each.domain.lanes

    found: dict[object, World] = {}
    for each in known:
        if place(each) == place(world) and each.acceptable != world.acceptable:
            found.setdefault(each.acceptable, each)
    return tuple(found.values())


def run_lanes(program: Program, domain: Domain) -> list[Evaluation]:
    """The program's evaluation on every lane."""
    return [run_lane(program, domain, lane) for lane in range(len(domain.lanes))]


def effort(lanes: Sequence[Evaluation]) -> Fraction:
    """The share of all steps that were spent on candidates that were not chosen.

    >>> root = parse("(find (c) (eq x (mul c c)))", Language.named("arith", 2))
    >>> effort(run_lanes(root, Domain.default(2)))
    Fraction(45, 59)
    """
    return Fraction(sum(lane.unchosen for lane in lanes), sum(lane.steps for lane in lanes))


def retargeting(program: Program, lanes: Sequence[Evaluation], goals: Sequence[World]) -> Fraction | None:
    """The share of other worlds whose goal, put in the place of a search's own, makes the output theirs.

    A `find` or `argmax` whose body says that the candidate is a right word returns the least right word, whatever it is
    in the scope of. So the node is replaced by that word, lane by lane. `lanes` are the evaluations of `program`, code
    alone; goals that it is right for as it is are left out. It is the share of the search node with the largest; 0
    without a search node, None without a goal.
    """
    goals = open_goals(lanes, goals)
    return Fraction(max(map(len, goals_reached(program, goals)), default=0), len(goals)) if goals else None


def open_goals(lanes: Sequence[Evaluation], goals: Sequence[World]) -> list[World]:
    """Those of these worlds that the program with these evaluations is not right for as it is."""
    words = [lane.word for lane in lanes]
    return [goal for goal in goals if not goal.accepts(words, range(len(words)))]


def goals_reached(program: Program, goals: Sequence[World]) -> list[list[World]]:
    """For each find and argmax node, in preorder, the goals that make the output theirs there; see `retargeting`."""
    return [list(filter(_becomes(put, goals[0].domain), goals)) if goals else [] for put in _searches(program.term)]


Put = Callable[[Term], Term]
"""From what stands in the place of a node to the whole term."""


def _searches(term: Term) -> Iterator[Put]:
    """The place of every find and argmax node of a term, in preorder."""
    if not isinstance(term, Apply):
        return
    if FORMS[term.form].is_search:
        yield lambda node: node
    for place, arg in enumerate(term.args):
        for put in _searches(arg):
            before, after = term.args[:place], term.args[place + 1 :]
            yield lambda node, put=put, before=before, after=after: Apply(  # type: ignore[misc]
                term.form, (*before, put(node), *after)
            )


def _becomes(put: Put, domain: Domain) -> Callable[[World], bool]:
    """Whether the output is right for a goal on all lanes once a node has the goal's words."""

    @cache
    def output(lane: int, word: int) -> int:
        return evaluate(put(Const(word, literal=True)), domain.lanes[lane], domain.word_bits).word

    return lambda goal: all(output(lane, min(right)) in right for lane, right in enumerate(goal.acceptable))


# --- amortisation -----------------------------------------------------------------------------


class Shares(NamedTuple):
    """The mean steps of a program: over contexts those paid once in each, over lanes those paid for each query."""

    once: Fraction
    each: Fraction

    @classmethod
    def of(cls, program: Program, domain: Domain) -> "Shares":
        """Run a program on a domain.

        >>> domain = Domain(4, ((9, 0), (9, 1), (4, 2)), ("o", "q"), ("o",))
        >>> text = "(mul q (find (r) (eq o (mul r r))))"
        >>> Shares.of(parse(text, Language.named("arith", 4, columns=2), ("o", "q")), domain)
        Shares(once=Fraction(37, 2), each=Fraction(2, 1))
        """
        steps = shared_steps(program, domain)
        return cls(Fraction(steps.once, len(domain.setting_lanes)), Fraction(steps.each, len(domain.lanes)))


class AmortisationFlip(msgspec.Struct, frozen=True):
    """What two programs take, one that searches and one that does not, and where the first gets the cheaper one."""

    once_search: Annotated[Share, keys.says("mean steps a context, paid once")]
    each_search: Annotated[Share, keys.says("mean steps a query")]
    once_direct: Share
    each_direct: Share
    queries: Annotated[int | Literal["never"], keys.says('n*, or `"never"`')]


def compare_shares(search: Shares, direct: Shares) -> AmortisationFlip:
    """n*: the queries in a context from which on the search takes fewer steps, 1 where it always does.

    >>> compare_shares(Shares(Fraction(60), Fraction(3)), Shares(Fraction(0), Fraction(11))).queries
    8
    >>> compare_shares(Shares(Fraction(60), Fraction(3)), Shares(Fraction(0), Fraction(3))).queries
    'never'
    """
    dearer_once, saved_each = search.once - direct.once, direct.each - search.each
    queries: int | Literal["never"] = 1 if saved_each == 0 and dearer_once < 0 else "never"
    if saved_each > 0:
        queries = max(1, dearer_once // saved_each + 1)
    return AmortisationFlip(*search, *direct, queries)


def amortisation_flip(
    histogram: Histogram, end: End, witnesses: Mapping[RowKey, str] | None
) -> AmortisationFlip | None:
    """n* of the shortest search and the shortest direct program at one end, which are among the witnesses.

    None where a side is empty, no witnesses are known, or the world has no context columns.
    """
    language, domain = histogram.header.language, histogram.world.domain
    search, direct = shortest(histogram, end.search), shortest(histogram, end.direct)
    if search is None or direct is None or witnesses is None or not domain.context:
        return None
    found = (parse(witnesses[key], language, domain.columns) for key in (search, direct))
    return compare_shares(*(Shares.of(program, domain) for program in found))
