"""What a program's searches do, one program at a time: retargeting and effort (docs/measures.md).

Both run the plain interpreter and are exact.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from priorsim.mu.dialect import FORMS
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Evaluation, evaluate, run_lane
from priorsim.mu.syntax import Apply, Const, Program, Term
from priorsim.worlds.world import World


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

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.syntax import parse
    >>> root = parse("(find (c) (eq x (mul c c)))", Language.named("arith", 2))
    >>> effort(run_lanes(root, Domain.default(2)))
    Fraction(45, 59)
    """
    return Fraction(sum(lane.unchosen for lane in lanes), sum(lane.steps for lane in lanes))


def retargeting(program: Program, lanes: Sequence[Evaluation], goals: Sequence[World]) -> Fraction | None:
    """The share of other worlds whose goal, put in the place of a search's own, makes the output theirs.

    The goal of a world is that the candidate is a word that is right: a `find` or `argmax` with that for a body
    returns the least right word, whatever it is in the scope of. So the node is replaced by that word, lane by lane.

    Parameters
    ----------
    program : Program
        Code alone.
    lanes : sequence of Evaluation
        Its evaluations.
    goals : sequence of World
        On one domain; those that the program is right for on all lanes as it is are left out.

    Returns
    -------
    Fraction or None
        Of the search node with the largest share; 0 where there is no search node, None without a goal.
    """
    everywhere = range(len(lanes))
    words = [lane.word for lane in lanes]
    goals = [goal for goal in goals if not goal.accepts(words, everywhere)]
    if not goals:
        return None
    reached = [sum(map(_becomes(put, goals[0].domain), goals)) for put in _searches(program.term)]
    return Fraction(max(reached, default=0), len(goals))


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
    known: dict[tuple[int, int], int] = {}

    def output(lane: int, word: int) -> int:
        if (lane, word) not in known:
            known[lane, word] = evaluate(put(Const(word, literal=True)), domain.lanes[lane], domain.word_bits).word
        return known[lane, word]

    return lambda goal: all(output(lane, min(right)) in right for lane, right in enumerate(goal.acceptable))
