"""Which walks a figure shows, and chances in per cent."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from priorsim.figures.page import set_title


@dataclass(frozen=True, slots=True)
class Walks:
    """Edit walks in a world.

    Attributes
    ----------
    world, dynamics : str
    radius, bound_bits : int
        Bits of an edit, and the most bits of a program.
    """

    world: str
    dynamics: str
    radius: int
    bound_bits: int

    def title(self, ax: Axes) -> None:
        """Say above these axes which walks they show."""
        set_title(ax, self.world, f"{self.dynamics}, radius {self.radius} bits, up to {self.bound_bits} bits")


def percent(share: float) -> str:
    """A share of 1 to two figures, or, near 1, what is missing to it.

    >>> percent(0.123), percent(0.9985), percent(1.0), percent(0.99999), percent(2.1e-7)
    ('12 %', '99.85 %', '100 %', '99.999 %', '2.1e-05 %')
    """
    if share < 0.9:
        return f"{100 * share:.2g} %"
    return f"{100 - float(f'{100 * (1 - share):.2g}'):.10g} %"
