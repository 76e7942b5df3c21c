"""Plain text for lists, worlds and runs of programs; light, so that commands that count nothing are quick."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from priorsim.mu.interpreter import Accounting, TraceLine
from priorsim.worlds import Family, World

if TYPE_CHECKING:
    from priorsim.figures.entry import Entry


def format_table(rows: Iterable[Sequence[object]], *, head: Sequence[str]) -> str:
    """Columns aligned, text to the left and numbers to the right, two spaces between."""
    cells = [list(map(str, head)), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]

    def is_number(text: str) -> bool:
        return text[:1].isdigit() or text[:1] in "-+[." or text in ("inf", "none")

    to_right = [all(is_number(row[column]) for row in cells[1:]) for column in range(len(head))]
    lines = []
    for row in cells:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, to_right, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def figures_text(figures: "Iterable[Entry]") -> str:
    """Every figure with what it shows, a line each, and whether it can be drawn of any world."""
    rows = [(entry.name, entry.shows, "any: --world" if entry.is_of_one else "") for entry in figures]
    return format_table(rows, head=("figure", "what it shows", "world"))


def format_lanes(lanes: Sequence[int]) -> str:
    """Lanes as ranges, the way --train takes them.

    >>> format_lanes((0, 1, 2, 5))
    '0-2,5'
    """
    runs: list[list[int]] = []
    for lane in lanes:
        if runs and runs[-1][-1] == lane - 1:
            runs[-1].append(lane)
        else:
            runs.append([lane])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def worlds_text(worlds: Iterable[World]) -> str:
    """Worlds, a line each."""
    rows = [
        (world.name, world.family, world.dialect, world.domain.word_bits, len(world.domain.lanes), world.description)
        for world in worlds
    ]
    return format_table(rows, head=("world", "family", "dialect", "bits", "lanes", "description"))


def family_text(family: Family) -> str:
    """A family: what it is, its knobs, and its members."""
    knobs = [(knob.name, knob.description) for knob in family.knobs]
    lines = [f"{family.name}: {family.description}", "", format_table(knobs, head=("knob", "what it may be")), ""]
    return "\n".join([*lines, worlds_text(family.members())])


def world_text(world: World) -> str:
    """One world: what it is, and its lanes."""
    rows = [
        (
            lane,
            *words,
            "|".join(map(str, sorted(world.acceptable[lane]))),
            "train" if lane in world.train else "held out",
        )
        for lane, words in enumerate(world.domain.lanes)
    ]
    return "\n".join(
        [
            f"{world.name}: {world.description or 'no description'}",
            f"family {world.family}; at home in {world.dialect}; words of {world.domain.word_bits} bits",
            "",
            format_table(rows, head=("lane", *world.domain.columns, "output", "")),
        ]
    )


def run_text(report: Mapping[str, object], world: World) -> str:
    """What `priorsim run` prints of a program in a world, from the object that --json prints."""
    words = report["words"]
    steps = report["steps"]
    assert isinstance(words, list) and isinstance(steps, dict)
    held_out = f"{'' if report['faithful'] else 'not '}right on the held-out lanes"
    if report["faithful"] is None:
        held_out = "no lane is held out"
    rows = []
    for lane, inputs in enumerate(world.domain.lanes):
        right = world.acceptable[lane]
        mark = "" if words[lane] in right else "wrong"
        side = "train" if lane in world.train else "held out"
        rows.append((lane, *inputs, words[lane], "|".join(map(str, sorted(right))), side, mark))
    lines = [
        str(report["program"]),
        f"{report['bits']} bits; class {report['class']}" + ("; dormant" if report["dormant"] else ""),
        "steps: " + ", ".join(f"{name} {steps[name]}" for name in Accounting),
        f"{'fits' if report['fits'] else 'does not fit'} {world.name} on its training lanes; {held_out}",
        "",
        format_table(rows, head=("lane", *world.domain.columns, "output", "wanted", "", "")),
    ]
    return "\n".join(lines)


def data_text(report: Mapping[str, Any]) -> str:
    """What `priorsim data` prints, from the object that --json prints."""
    rows = [
        (name, _number(of["log2_mass"]), of["programs"], _number(of["faithful_share"]), _length(of["l_min"]))
        for name, of in report["classes"].items()
    ]
    unclassed, code_bits = report["unclassed"], report["code_bits"]
    lines = [
        f"world {report['world']}: {report['description']}",
        f"trained on lanes {format_lanes(report['train'])} of {report['lanes']}; prior {report['prior']['name']}; "
        f"{report['dialect']} programs with data, up to {code_bits} bits of header, index and body",
        "",
        format_table(rows, head=("class", "log2 mass", "programs", "faithful", "L_min")),
        "",
        f"log-odds search : direct   {_interval(report['log_odds'])} bits, among programs with data",
        f"L_min direct and tables    {_length(report['l_min_direct'])}",
        f"L_min search and hybrids   {_length(report['l_min_search'])}",
        f"unexplored mass            {report['unexplored']:.6f} of 0.5",
        f"fits but was not classed   {unclassed['programs']} programs, in the unexplored mass",
        f"A length above {code_bits} is an interval: shorter code may do the same.",
    ]
    lines += [f"{f'shortest {name}':<26} {text}" for name, text in report["witnesses"].items() if text is not None]
    return "\n".join(lines if report["joint"] is None else [*lines, "", *_joint_lines(report["joint"])])


def _joint_lines(joint: Mapping[str, Any]) -> list[str]:
    """Code and data together, from the object that --json prints."""
    rows = [
        (name, _number(of["log2_mass"]), _share(of["share"]), of["programs"], _length(of["l_min"]))
        for name, of in joint["classes"].items()
    ]
    ends = [
        (name, *(show(joint[key][end]) for end in ("low", "high")))
        for name, key, show in (
            ("L_min direct and tables", "l_min_direct", _length),
            ("L_min search and hybrids", "l_min_search", _length),
            ("Delta L", "delta_l", _interval),
        )
    ]
    return [
        f"together with every code-only program up to {joint['bound_bits']} bits",
        "",
        format_table(rows, head=("class", "log2 mass", "share", "programs", "L_min")),
        "",
        f"log-odds search : direct   {_interval(joint['log_odds'])} bits, tables with direct code, hybrids with search",
        f"  without those with data  {_interval(joint['log_odds_code'])}",
        f"  hybrid : table           {_interval(joint['log_odds_data'])}",
        f"unexplored mass            {joint['unexplored']:.6f} of 1",
        "",
        format_table(ends, head=("disguised programs count", "as direct", "as search")),
    ]


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _number(value: Any) -> str:
    """A number with two decimals; -inf and inf as they are, none where there is none."""
    return f"{value:.2f}" if isinstance(value, float) else "none" if value is None else str(value)


def _interval(interval: Mapping[str, Any]) -> str:
    low, high = interval["low"], interval["high"]
    if low is None or high is None:
        return "unknown" if low is high else f"at most {high}" if low is None else f"at least {low}"
    return _number(low) if low == high else f"[{_number(low)}, {_number(high)}]"


def _length(interval: Mapping[str, Any]) -> str:
    """A least length, known or in an interval; none up to where all programs were counted."""
    low, high = interval["low"], interval["high"]
    return f"none up to {low - 1}" if high is None else str(low) if low == high else f"[{low}, {high}]"


def objectives_text(report: Mapping[str, Any]) -> str:
    """What `priorsim objectives` prints, from the object that --json prints."""
    bound, number = report["bound_bits"], report["number"]
    lines = [
        f"world {report['world']}: {report['description'] or 'no description'}",
        f"trained on lanes {format_lanes(report['train'])} of {report['lanes']}; every code-only program up to {bound} "
        f"bits; dialect {report['dialect']}, words of {report['word_bits']} bits, depth {report['depth']}",
        "",
    ]
    if not number:
        return "\n".join([*lines, f"no fitting program of up to {bound} bits has a search at its root"])
    return "\n".join(
        [
            *lines,
            f"objectives  {number}: distinct tables of what is searched through",
            f"programs    {report['programs']} that fit and whose root is a find or argmax",
            f"log2 mass   {_number(report['log2_mass'])}, exactly {report['exact_mass']} under 2^-l",
            "",
            format_table(report["by_bits"], head=("bits", "programs")),
        ]
    )


def trace_text(lines: Iterable[TraceLine]) -> str:
    """A trace, indented by nesting: each evaluated term with its word and steps."""
    return "\n".join(
        f"{'  ' * line.level}{line.text} = {line.word}  [{line.steps} step{'s' * (line.steps > 1)}]" for line in lines
    )


def tables_text(tables: Iterable[tuple[Sequence[str], Iterable[Sequence[object]]]]) -> str:
    """Several tables, each a head and its rows, with a blank line between.

    >>> print(tables_text([(("prior", "L*"), [("levin", 7)])]))
    prior  L*
    levin   7
    """
    return "\n\n".join(format_table(rows, head=head) for head, rows in tables)


def walk_text(report: Mapping[str, Any]) -> str:
    """What `priorsim walk` prints, from the object that --json prints."""
    losses = "wrong training lanes" if report["loss_by"] == "lanes" else "wrong bits on the training lanes"
    lines = [
        f"world {report['world']}: {report['description'] or 'no description'}",
        f"trained on lanes {format_lanes(report['train'])} of {report['lanes']}; loss: {losses}",
        f"{report['dynamics']} walks among the {report['programs']:,} {report['dialect']} programs up to "
        f"{report['max_bits']} bits, by edits of radius {report['radius']}; start: {report['start']}",
        "",
    ]
    if "findings" in report:
        return "\n".join([*lines, *map(_finding_text, report["findings"])])
    if "walk" in report:
        rows = [
            (visit["step"], visit["loss"], visit["class"], visit["bits"], visit["program"]) for visit in report["walk"]
        ]
        return "\n".join([*lines, format_table(rows, head=("step", "loss", "class", "bits", "program"))])
    shares = [(name, *map(_share_text, parts.values())) for name, parts in report["ends"].items()]
    lines += [f"{_walks_text(report)}, by class of the program:"]
    lines += [format_table(shares, head=("class", "fits", "right on all lanes", "falls short")), ""]
    if report.get("total_variation") is not None:
        lines.append(f"distance of what fits from the posterior: {report['total_variation']:.4f} (total variation)")
    if report.get("residual"):
        lines.append(f"mass not followed to its end: at most {report['residual']:.1g}")
    for name, met in report.get("meeting", {}).items():
        lines.append(f"a fitting {name} program is met by {met['chance']:.6g} of the walks")
    for name, hit in report.get("hitting", {}).items():
        met = f"after {hit['proposals']:.6g} proposals" if hit["proposals"] is not None else "never"
        lines.append(f"first fitting {name} program: {met}, from {hit['chance']:.4f} of the starts")
    rows = [(f"{row['chance']:.4f}", row["loss"], row["class"], row["bits"], row["program"]) for row in report["most"]]
    return "\n".join([*lines, "", format_table(rows, head=("chance", "loss", "class", "bits", "program"))])


def _finding_text(finding: Mapping[str, Any]) -> str:
    """A claim about walks in a world: its quantity, whether it holds, and the details below."""
    if finding["quantity"] is None:
        told = f"{'does not hold' if finding['holds'] is False else 'undefined'}: {finding['reason']}"
    else:
        told = f"{_plain_text(finding['quantity'])}, {'holds' if finding['holds'] else 'does not hold'}"
    details = [f"    {name}: {_plain_text(value)}" for name, value in finding["details"].items()]
    return "\n".join([f"{finding['claim']}: {told}", *details])


def _plain_text(value: Any) -> str:
    if value is None:
        return "undefined"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _walks_text(report: Mapping[str, Any]) -> str:
    if "walks" in report:
        return f"{report['walks']:,} walks of seed {report['seed']}, shares with intervals of 95 %"
    if report["steps"] is not None:
        return f"where walks are after {report['steps']} steps"
    return "where walks are in the long run" if report["dynamics"] == "metropolis" else "where walks end"


def _share_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value['value']:.4f} [{value['low']:.4f}, {value['high']:.4f}]"
    return f"{value:.4f}" if value == 0 or value >= 1e-4 else f"{value:.1e}"
