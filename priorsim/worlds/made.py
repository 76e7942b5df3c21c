"""Worlds made in Python: of a table, of a function, or of a file."""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from typing import Any

from priorsim.errors import WorldError
from priorsim.mu.dialect import Language
from priorsim.mu.domain import CONTEXT_SUFFIX, MAX_LANES, OUTPUT_COLUMN, TRAIN_COLUMN, check_distinct, parse_word
from priorsim.reading import MOST_SHOWN, quoted, shown, whole_numbers
from priorsim.worlds.files import WorldFile, load_world, world_of_fields
from priorsim.worlds.world import World


def world_from(
    source: Any,
    *,
    word_bits: int | None = None,
    train: Iterable[int] | None = None,
    name: str = "",
    dialect: str = "arith",
    description: str = "",
) -> World:
    """A world from a table of columns, from a file or from a function.

    Parameters
    ----------
    source : mapping, DataFrame, Arrow stream, str, path or callable
        A table has the columns of the CSV file of a world (docs/worlds.md): the inputs, `output` (a word; several in a
        list or as 6|7) and, where wanted, `train` (1 or 0). Without inputs the lanes are those of the default domain. A
        text is the name of a file. A function is given the words of a lane, as in `World.of`.
    word_bits : int, optional
        The bits of a word, which a table and a function need.
    train : iterable of int, optional
        The training lanes by their numbers, from 0. They replace the column `train`. By default the first three
        quarters.
    name : str, optional
        The name of the world.
    dialect : str, default "arith"
        The dialect in which the world is asked by default.
    description : str, optional
        What the world is, in a sentence.

    Returns
    -------
    World

    Raises
    ------
    WorldError
        If the table, the file or the function gives no world, or a file is given any argument but `train`.
    DomainError
        If the lanes are outside what the language allows.

    Examples
    --------
    >>> half = world_from({"x": [0, 1, 4, 6], "output": [0, 0, 2, 3]}, word_bits=3, train=[0, 2], name="half")
    >>> half.domain.lanes, half.train
    (((0,), (1,), (4,), (6,)), (0, 2))
    """
    told = {"word_bits": word_bits, "name": name, "description": description}
    if isinstance(source, str | PathLike):
        given = [key for key, value in told.items() if value]
        if given or dialect != "arith":
            raise WorldError(f"a file says its {(given or ['dialect'])[0]} itself: give no argument but train")
        found = load_world(fspath(source))
        return found if train is None else found.trained_on(whole_numbers(train, "train"))
    if word_bits is None:
        raise WorldError("the word size is missing: give word_bits")
    (bits,) = whole_numbers([word_bits], "word_bits")
    lanes = None if train is None else whole_numbers(train, "train")
    options: dict[str, Any] = {"train": lanes, "name": name, "dialect": dialect, "description": description}
    if callable(source):
        return World.of(source, bits, **options)
    return _of_columns(_columns(source), bits, **options)


def _columns(source: Any) -> Mapping[str, Sequence[Any]]:
    """The columns of a table by name, as lists."""
    import pyarrow as pa
    from pyarrow.interchange import from_dataframe

    if isinstance(source, Mapping):
        found = {str(name): _listed(values, str(name)) for name, values in source.items()}
    elif hasattr(source, "__arrow_c_stream__"):
        found = pa.table(source).to_pydict()
    elif hasattr(source, "__dataframe__"):
        found = from_dataframe(source).to_pydict()
    elif hasattr(source, "to_dict"):
        return _columns(source.to_dict("list"))
    else:
        raise WorldError(
            f"a world cannot be made of type {type(source).__name__}: give a table of columns, a file or a function"
        )
    lengths = {len(values) for values in found.values()}
    if OUTPUT_COLUMN not in found:
        raise WorldError(f"the table has no column '{OUTPUT_COLUMN}': give it, the word that is right in each lane")
    if len(lengths) > 1:
        raise WorldError(f"the table's columns have {min(lengths)} to {max(lengths)} rows: give all as many")
    if not 1 <= max(lengths) <= MAX_LANES:
        raise WorldError(f"the table has {max(lengths)} rows: give 1 to {MAX_LANES}, one for each lane")
    return found


def _listed(values: Any, name: str) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        raise WorldError(f"column {quoted(name)} is not a list: give a word for each lane") from None


def _of_columns(
    columns: Mapping[str, Sequence[Any]],
    word_bits: int,
    *,
    train: tuple[int, ...] | None,
    name: str,
    dialect: str,
    description: str,
) -> World:
    """The world of a table's columns."""
    inputs = [column for column in columns if column not in (OUTPUT_COLUMN, TRAIN_COLUMN)]
    words = [
        [_words(cell, word_bits, _at(row, column)) for row, cell in enumerate(columns[column])] for column in inputs
    ]
    for column, cells in zip(inputs, words, strict=True):
        for row, cell in enumerate(cells):
            if len(cell) != 1:
                raise WorldError(f"{_at(row, column)}: give one word")
    if train is None and TRAIN_COLUMN in columns:
        train = tuple(row for row, cell in enumerate(columns[TRAIN_COLUMN]) if _is_trained(cell, row))
    plain = tuple(column.removesuffix(CONTEXT_SUFFIX) for column in inputs)
    fields = WorldFile(
        word_bits,
        tuple(_words(cell, word_bits, _at(row, OUTPUT_COLUMN)) for row, cell in enumerate(columns[OUTPUT_COLUMN])),
        plain or ("x",),
        tuple(each for column, each in zip(inputs, plain, strict=True) if column != each),
        tuple(tuple(word for (word,) in lane) for lane in zip(*words, strict=True)) if inputs else None,
        train,
        dialect=dialect,
        family="table",
        description=description,
    )
    world = world_of_fields(fields, name or "table")
    Language.named(world.dialect, word_bits)
    check_distinct(world.domain.lanes, [f"row {row}" for row in range(len(world.domain.lanes))])
    return world


def _at(row: int, column: str) -> str:
    return f"row {row}, column {quoted(column)}"


def _words(cell: Any, word_bits: int, where: str) -> tuple[int, ...]:
    """The words of a cell: a number, a text such as 6|7, or several numbers."""
    if isinstance(cell, str):
        return tuple(parse_word(part, word_bits, where) for part in cell.split("|"))
    several = cell if isinstance(cell, set | frozenset | list | tuple) else (cell,)
    return tuple(parse_word(str(word), word_bits, where) for word in whole_numbers(several, where))


def _is_trained(cell: Any, row: int) -> bool:
    if cell in (0, 1, "0", "1"):
        return int(cell) == 1
    raise WorldError(f"{_at(row, TRAIN_COLUMN)}: {shown(repr(cell), MOST_SHOWN)} is neither 1 (trained on) nor 0")
