"""What a census costs: seconds and peak memory of each engine against its bound."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from priorsim.figures import page
from priorsim.figures.page import SIDES
from priorsim.formats import counted

GIB = 2**30


class Cost(NamedTuple):
    """One measured census: seconds of the whole process, the median of the repeats, kernels compiled before.

    Memory is the peak of the largest process, in bytes; bits are the bound.
    """

    engine: str
    workers: int
    bits: int
    programs: int
    rows: int
    seconds: float
    memory: int


def draw(costs: Sequence[Cost], *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw seconds and peak memory against the bound, on logarithmic scales, of the most workers of each engine."""
    with page.style():
        panels = page.new_figure(width, 2.6).subplots(1, 2)
        handles: list[Artist] = []
        for engine, (look, _) in zip(dict.fromkeys(cost.engine for cost in costs), SIDES, strict=False):
            workers = max(cost.workers for cost in costs if cost.engine == engine)
            own = sorted((cost for cost in costs if cost[:2] == (engine, workers)), key=lambda cost: cost.bits)
            style = look.style(4, label=f"{engine}, {counted(workers, 'worker')}")
            bits = [cost.bits for cost in own]
            panels[0].plot(bits, [cost.seconds for cost in own], **style)
            handles += panels[1].plot(bits, [cost.memory / GIB for cost in own], **style)
        for panel, label in zip(panels, ("time of the whole process (s)", "peak memory (GiB)"), strict=True):
            panel.set_yscale("log")
            panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            panel.yaxis.set_minor_locator(NullLocator())
            panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            panel.set(xlabel="bound of the census (bits)", ylabel=label)
            page.whole_numbers(panel, "x")
        page.legend_below(panels[0], handles, ncols=2)
        return tuple(panels)
