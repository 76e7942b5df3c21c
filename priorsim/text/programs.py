"""What commands print of programs, run or walked to; light, so that these commands are quick."""

from collections.abc import Iterable, Mapping
from typing import Any

from priorsim.mu.interpreter import Accounting, TraceLine
from priorsim.text.templates import render
from priorsim.worlds import World


def walk_text(report: Mapping[str, Any]) -> str:
    """What `priorsim walk` prints, from the object that --json prints."""
    return render("walk.txt", **report)


def run_text(report: Mapping[str, Any], world: World) -> str:
    """What `priorsim run` prints of a program in a world, from the object that --json prints."""
    return render("run.txt", **{**report, "world": world, "accountings": list(Accounting)})


def trace_text(lines: Iterable[TraceLine]) -> str:
    """A trace, indented by nesting: each evaluated term with its word and steps."""
    return render("trace.txt", lines=lines)
