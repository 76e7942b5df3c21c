"""Why a program has its class, as text for a terminal."""

from collections.abc import Sequence
from itertools import compress
from typing import Any

from priorsim.formats import counted, format_lanes, number
from priorsim.measure.explain import ExplainAnswer, NodeAnswer, OutputAnswer, on_lanes
from priorsim.terminal import fitted, format_table
from priorsim.worlds import World

Line = tuple[str, Sequence[Any]]
"""What stands left of a line, and a cell for each lane."""


def explain_text(found: ExplainAnswer, world: World) -> str:
    """The class and why, the outputs lane by lane, every node that a lesion acts on, and what its searches do."""
    parts = [_head(found, world), _outputs(found, world)]
    parts += [_node(number, node) for number, node in enumerate(found.nodes, start=1)]
    return "\n\n".join([*parts, _searches(found)])


def _head(found: ExplainAnswer, world: World) -> str:
    held_out = "no lane is held out"
    if found.faithful is not None:
        held_out = "right on the held-out lanes" if found.faithful else "not right on the held-out lanes"
    fits = "fits" if found.fits else "does not fit"
    return fitted(
        f"{found.program}\n"
        f"{found.bits} bits; class {found.kind}{'; dormant' if found.dormant else ''}. {found.why}\n"
        f"world {world.name}: {world.description or 'no description'}\n"
        f"{fits} it on its training lanes, {format_lanes(world.train)}; {held_out}"
    )


def _outputs(found: ExplainAnswer, world: World) -> str:
    """The inputs, the output, actual and lesioned, and what is wanted, lane by lane."""
    columns = zip(*world.domain.lanes, strict=True)
    lines: list[Line] = list(zip(world.domain.columns, columns, strict=True))
    lines += [("output", found.output.actual), *_lesioned(found.output)]
    lines.append(("wanted", ["|".join(map(str, sorted(words))) for words in world.acceptable]))
    lines.append(("wrong", ["*" if lane in found.wrong else "" for lane in range(len(world.acceptable))]))
    return _by_lane(lines if found.wrong else lines[:-1])


def _lesioned(words: OutputAnswer | NodeAnswer) -> list[Line]:
    """The lesioned words of the output or of a node; one line where both lesions give the same."""
    if words.strict == words.wide:
        return [("lesioned", words.strict)]
    return [("strict", words.strict), ("wide", words.wide)]


def _node(number: int, node: NodeAnswer) -> str:
    """Where a node stands, what the lesions do to it, and its words or how many of them change, lane by lane."""
    several = f", under {', '.join(node.bound)}: {len(node.actual[0])} words on each lane" if node.bound else ""
    lines = [fitted(f"[{number}] {node.term}"), fitted(f"    {node.place}{several}; {_effect(node)}")]
    if not node.bound:
        lines.append(_by_lane(_words(node)))
    elif node.changed_wide or node.changed_strict:
        lines.append(_by_lane(_changes(node)))
    return "\n".join(lines)


def _words(node: NodeAnswer) -> list[Line]:
    """The one word of a node on each lane, actual and lesioned."""

    def words(some: Sequence[Any]) -> list[int]:
        return [each for (each,) in some]

    return [("actual", words(node.actual)), *((name, words(each)) for name, each in _lesioned(node))]


def _changes(node: NodeAnswer) -> list[Line]:
    """How many words of a node a lesion changes on each lane."""

    def changes(some: Sequence[Any]) -> list[int]:
        return [sum(map(int.__ne__, *pair)) for pair in zip(node.actual, some, strict=True)]

    return [(f"{name}: changed", changes(each)) for name, each in _lesioned(node)]


def _effect(node: NodeAnswer) -> str:
    """What the lesions do to a node."""
    told = {"strict lesion": node.changed_strict, "wide lesion": node.changed_wide}
    if node.strict == node.wide:
        told = {"lesion": node.changed_strict}
    changing = list(compress(told, told.values()))
    if changing:
        return "; ".join(f"changed by the {name} {on_lanes(told[name])}" for name in changing)
    if node.form == "iter":
        return "kept by both lesions"
    return f"kept: it gives {node.actual[0][0]} everywhere"


def _searches(found: ExplainAnswer) -> str:
    """What the searches take, and whether they look for another goal as well."""
    spent = (
        f"steps: {sum(found.steps)} on all lanes, of which {sum(found.unchosen)} ({number(found.effort, '.3f')}) were "
        "spent on candidates that were not chosen"
    )
    return fitted(f"{spent}\nretargeting: {_retargeting(found)}")


def _retargeting(found: ExplainAnswer) -> str:
    if found.program.startswith("(data "):
        return "undefined, as the program has data"
    if found.retargeting is None:
        return "undefined, as there is no other world on these lanes"
    several, share = counted(len(found.goals), "other world"), number(found.retargeting, ".3f")
    right = f"right for {found.retargeting * len(found.goals)} of {several} ({share})"
    return f"{right} once a search node returns the words of that world"


def _by_lane(lines: Sequence[Line]) -> str:
    """Lines with a cell for each lane, as many lanes beside each other as there is room for.

    >>> print(_by_lane([("x", range(3)), ("output", (0, 10, 2))]))
    lane    0   1  2
    x       0   1  2
    output  0  10  2
    """
    head = ("lane", *map(str, range(len(lines[0][1]))))
    return format_table([(name, *cells) for name, cells in lines], head=head)
