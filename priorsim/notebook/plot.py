"""The figures of one world, drawn into axes of one's own or into a figure made here; each gives its axes.

In a figure of one's own, legend and labels stand within the axes. A figure made here is `ax.figure`.
"""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from priorsim.claims.populations import QUICK
from priorsim.errors import FigureError
from priorsim.figures import against_length, cloud, held_out, log_odds
from priorsim.notebook import arguments
from priorsim.notebook.arguments import AnyAtlas, AnyWorld, ClassedBy, Lanes, Penalty
from priorsim.notebook.documented import documented
from priorsim.priors import Prior
from priorsim.study.folder import Study
from priorsim.worlds import World

__all__ = [
    "cloud_of_programs",
    "learning_curves",
    "mass_against_length",
    "odds_against_gamma",
    "odds_against_lessons",
    "phase",
    "well_tuned",
]


def _asked(
    world: AnyWorld,
    atlas: AnyAtlas | None,
    train: Lanes | None,
    class_by: ClassedBy | None,
    max_bits: int | None,
    prior: Prior | None = None,
    grid: Mapping[str, Sequence[float]] | None = None,
) -> tuple[Study, Sequence[World]]:
    """What a figure of one world asks: a study of its own census, and the world."""
    where, by = arguments.world(world, train=train), arguments.class_by_of(class_by)
    own = arguments.census_up_to(atlas, where, max_bits)
    return Study(QUICK, QUICK.folder, own=own, prior=prior, grid=grid, class_by=by), [where]


def _over_gamma(prior: Prior | str, **penalties: float | None) -> Prior:
    """The prior of a figure that is over gamma; FigureError where it sets nothing else."""
    weight = arguments.prior_of(prior, **penalties)
    if weight.gamma and weight.is_length_and_time:
        raise FigureError(f"the figure is over gamma, and {weight.name} sets nothing else: leave out prior")
    return weight


@documented
def odds_against_gamma(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    ax: Axes | None = None,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Axes:
    """Draw the log-odds in bits against the price of time, with the prices at which they are 0.

    Parameters
    ----------
    {world}
    {atlas}
    {ax}
    {prior}
    {penalties_over_gamma}
    {train}
    {class_by}
    {max_bits}

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> ps.plot.odds_against_gamma("inverse-w3", atlas).get_xlabel() != ""
    True
    """
    weight = _over_gamma(prior, beta=beta, lam=lam, tax=tax, cap=cap)
    return log_odds.draw_gamma(log_odds.gamma_data(*_asked(world, atlas, train, class_by, max_bits, weight)), ax=ax)


@documented
def odds_against_lessons(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    ax: Axes | None = None,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Axes:
    """Draw the log-odds in bits after each training lane or rule.

    Parameters
    ----------
    {world}
    {atlas}
    {ax}
    {prior}
    {penalties}
    {train}
    {class_by}
    {max_bits}

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> ps.plot.odds_against_lessons("isqrt-w3", atlas).get_xlabel() != ""
    True
    """
    weight = arguments.prior_of(prior, beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    return log_odds.draw_odds(log_odds.odds_data(*_asked(world, atlas, train, class_by, max_bits, weight)), ax=ax)


@documented
def learning_curves(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    ax: Axes | None = None,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Axes:
    """Draw the held-out accuracy of each class after each training lane or rule.

    Parameters
    ----------
    {world}
    {atlas}
    {ax}
    {prior}
    {penalties}
    {train}
    {class_by}
    {max_bits}

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FigureError
        If the world holds out no lane.
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> ps.plot.learning_curves("isqrt-w3", atlas, train=range(4)).get_xlabel() != ""
    True
    """
    weight = arguments.prior_of(prior, beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    return log_odds.draw_accuracy(
        log_odds.accuracy_data(*_asked(world, atlas, train, class_by, max_bits, weight)), ax=ax
    )


@documented
def mass_against_length(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    ax: Axes | None = None,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Axes:
    """Draw the mass of each class up to each length in bits, with its extrapolation.

    Parameters
    ----------
    {world}
    {atlas}
    {ax}
    {prior}
    {penalties}
    {train}
    {class_by}
    {max_bits}

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> ps.plot.mass_against_length("inverse-w3", atlas).get_xlabel() != ""
    True
    """
    weight = arguments.prior_of(prior, beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    return against_length.draw(against_length.data(*_asked(world, atlas, train, class_by, max_bits, weight)), ax=ax)


@documented
def cloud_of_programs(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    ax: Axes | None = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Axes:
    """Draw all fitting programs by length in bits and time, with their lower hull.

    Parameters
    ----------
    {world}
    {atlas}
    {ax}
    {train}
    {class_by}
    {max_bits}

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> ps.plot.cloud_of_programs("inverse-w3", atlas).get_xlabel() != ""
    True
    """
    return cloud.draw(cloud.data(*_asked(world, atlas, train, class_by, max_bits)), ax=ax)


@documented
def phase(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    prior: Prior | str = "solomonoff",
    beta: Penalty = None,
    gamma: Penalty = None,
    lam: Penalty = None,
    tax: Penalty = None,
    cap: Penalty = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> tuple[Axes, ...]:
    """Draw which side has more of the mass over beta and gamma, and the held-out loss where lanes are held out.

    Two other penalties are drawn where each is given as a list of evenly spaced values.

    Parameters
    ----------
    {world}
    {atlas}
    {prior}
    beta, gamma, lam, tax, cap : float or list of float, optional
        Parameters of a prior that is given by its name, in place of its own: bits for each bit of length, bits for each
        doubling of the mean steps a lane, bits for each step, bits for each search node, and the most mean steps a
        lane. Two of them with several values, evenly spaced, are what the diagram is over.
    {train}
    {class_by}
    {max_bits}

    Returns
    -------
    tuple of matplotlib.axes.Axes
        The one or two panels of a new figure.

    Raises
    ------
    FigureError
        If no program fits.
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> len(ps.plot.phase("inverse-w3", atlas, train=range(4)))
    2
    """
    grid, fixed = arguments.swept(beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    if not grid and (prior != "solomonoff" or beta is not None or gamma is not None):
        raise FigureError("the diagram is over beta and gamma: leave out prior, beta and gamma, or give two lists")
    weight, over = arguments.prior_over(prior, grid, fixed), arguments.by_parameter(grid) or None
    return held_out.draw_phase(held_out.phase_of(*_asked(world, atlas, train, class_by, max_bits, weight, over)))


@documented
def well_tuned(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> tuple[Axes, ...]:
    """Draw the held-out loss, the mass of search that defects and the excess defection against gamma.

    Parameters
    ----------
    {world}
    {atlas}
    {prior}
    {penalties_over_gamma}
    {train}
    {class_by}
    {max_bits}

    Returns
    -------
    tuple of matplotlib.axes.Axes
        The three panels of a new figure.

    Raises
    ------
    FigureError
        If no program fits, or no lane is held out.
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> len(ps.plot.well_tuned("inverse-w3", atlas, train=range(4)))
    3
    """
    weight = _over_gamma(prior, beta=beta, lam=lam, tax=tax, cap=cap)
    return held_out.draw_tuned(held_out.tuned_data(*_asked(world, atlas, train, class_by, max_bits, weight)))
