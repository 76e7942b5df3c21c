"""What a census costs: seconds and peak memory of each engine against its bound."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from priorsim.figures.page import LOOKS, Columns, Width, legend_below, new_figure, style
from priorsim.formats import counted
from priorsim.mu.lesions import ProgramClass

ENGINE_LOOKS = (LOOKS[ProgramClass.DIRECT], LOOKS[ProgramClass.SEARCH])
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Cost:
    """One measured census.

    Attributes
    ----------
    engine : str
    workers : int
    bits : int
        The bound.
    programs, rows : int
    seconds : float
        Of the whole process, median of the repeats, kernels compiled before.
    memory : int
        Peak, in bytes, of the largest process.
    """

    engine: str
    workers: int
    bits: int
    programs: int
    rows: int
    seconds: float
    memory: int


def cost_columns(costs: Sequence[Cost]) -> Columns:
    """The measured numbers, column by column."""
    return {each.name: [asdict(cost)[each.name] for cost in costs] for each in fields(Cost)}


def cost_against_bits(
    costs: Sequence[Cost], *, axes: Sequence[Axes] | None = None, width: Width = "double"
) -> tuple[Axes, ...]:
    """Draw seconds and peak memory against the bound, engine by engine, on logarithmic scales.

    Parameters
    ----------
    costs : sequence of Cost
        Those of the most workers of each engine are drawn.
    axes : two Axes, optional
        For time and for memory; by default those of a new figure.
    width : 'single', 'double' or float
        Of the new figure.
    """
    with style():
        panels = new_figure(width, 2.6).subplots(1, 2) if axes is None else axes
        handles = []
        for engine, look in zip(dict.fromkeys(cost.engine for cost in costs), ENGINE_LOOKS, strict=False):
            workers = max(cost.workers for cost in costs if cost.engine == engine)
            own = sorted((c for c in costs if c.engine == engine and c.workers == workers), key=lambda c: c.bits)
            bits = [cost.bits for cost in own]
            values = ([cost.seconds for cost in own], [cost.memory / GIB for cost in own])
            for panel, numbers in zip(panels, values, strict=True):
                (line,) = panel.plot(
                    bits,
                    numbers,
                    color=look.colour,
                    marker=look.marker,
                    markerfacecolor=look.face,
                    linestyle=look.line,
                    label=f"{engine}, {counted(workers, 'worker')}",
                )
            handles.append(line)
        for panel, label in zip(panels, ("time of the whole process (s)", "peak memory (GiB)"), strict=True):
            panel.set_yscale("log")
            panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            panel.yaxis.set_minor_locator(NullLocator())
            panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            panel.set_xlabel("bound of the census (bits)")
            panel.set_ylabel(label)
            panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_below(panels[0], handles, columns=2)
        return tuple(panels)
