"""Questions about single programs: why one has its class, and which weigh most."""

from priorsim.errors import PriorsimError
from priorsim.frame import Frame
from priorsim.keys import plain
from priorsim.measure.explain import explain as explained
from priorsim.measure.heaviest import ListedProgram
from priorsim.measure.heaviest import programs as heaviest
from priorsim.measure.program import language_in
from priorsim.mu.syntax import Program, parse
from priorsim.notebook import arguments
from priorsim.notebook.arguments import AnyAtlas, AnyWorld, Lanes
from priorsim.notebook.documented import documented
from priorsim.notebook.result import Result
from priorsim.priors import Prior
from priorsim.text.explain import explain_text
from priorsim.text.templates import render


@documented
def explain(
    program: Program | str, world: AnyWorld, *, train: Lanes | None = None, dialect: str | None = None
) -> Result:
    """Why a program has its class in a world.

    Parameters
    ----------
    program : Program or str
        The program, or its S-expression, such as "(find (c) (eq 1 (mul c x)))".
    {world}
    {train}
    dialect : str, optional
        The dialect of the program, by default that of the world.

    Returns
    -------
    Result
        Its attributes are the keys of `priorsim explain --json` (docs/explain.md), and its table has a row for each
        search node.

    Raises
    ------
    MuSyntaxError
        If the text is no program of the dialect.
    CodeError
        If a Program is not of the dialect.
    WorldError
        If there is no such world or lane.

    Examples
    --------
    >>> import priorsim as ps
    >>> found = ps.explain("(find (c) (eq 1 (mul c x)))", "inverse-w3")
    >>> found, found.kind
    (<why (find (c) (eq 1 (mul c x))) is search in inverse-w3>, 'search')
    """
    where = arguments.world(world, train=train)
    if not isinstance(program, Program | str):
        raise PriorsimError(f"a program is a Program or an S-expression, and not of type {type(program).__name__}")
    language = language_in(where, dialect)
    parsed = parse(program, language, where.domain.columns) if isinstance(program, str) else program
    answer = explained(parsed, where, dialect=language.dialect.name)

    def frame() -> Frame:
        rows = [plain(node) for node in answer.nodes]
        return Frame(tuple(rows[0]) if rows else (), [tuple(row.values()) for row in rows])

    line = f"why {answer.program} is {answer.kind} in {where.name}"
    return Result(answer, line, lambda: explain_text(answer, where), frame)


@documented
def programs(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    cls: str = "search",
    most: int = 50,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    max_bits: int | None = None,
) -> Result:
    """The heaviest programs of a class that fit a world, the heaviest first.

    Parameters
    ----------
    {world}
    {atlas}
    cls : {"direct", "disguised", "search", "any"}, default "search"
        The class.
    most : int, default 50
        The most programs that are listed, 1 to 10,000.
    {prior}
    {penalties}
    {train}
    {max_bits_or_alone}

    Returns
    -------
    Result
        Its attributes are the keys of `priorsim programs --json` (docs/explain.md), and its table has a row for each
        program.

    Raises
    ------
    PriorError
        If there is no such prior, a parameter is out of its range, or the sum over all programs diverges.
    WorldError
        If there is no such world, lane or class, the world is on another domain than the atlas, or `most` is out of its
        range.
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 26, domain=ps.Domain.default(3)))
    >>> found = ps.programs("inverse-w3", atlas, most=2)
    >>> found
    <programs of class search in inverse-w3 up to 26 bits under solomonoff: 2 of 8 listed>
    >>> found.list[0].program
    '(find (c) (eq 1 (mul c x)))'
    """
    weight = arguments.prior_of(prior, beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    where = arguments.world(world, train=train)
    counted = arguments.reaching(arguments.opened(atlas, where), max_bits)
    answer = heaviest(counted, where, cls, arguments.whole_number("most", most) or 0, prior=weight)
    line = (
        f"programs of class {answer.kind} in {where.name} up to {answer.bound_bits} bits under {weight.name}: "
        f"{len(answer.list)} of {answer.programs} listed"
    )
    head = tuple(ListedProgram.__struct_fields__)
    rows = [tuple(getattr(each, name) for name in head) for each in answer.list]
    return Result(answer, line, lambda: render("programs.txt", **answer.to_json()), lambda: Frame(head, rows))
