"""A program of an atlas row, found again by enumeration and printed: the witness of a minimum.

The atlas keeps counts, not programs. Walking through the programs of a row's length until one has the
row's key gives the first such program in the walk's order, always the same one.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from priorsim.census import kernels
from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.exhaustive import QUOTA, make_buffers, make_shape, make_table, make_tokens
from priorsim.census.packed import U
from priorsim.errors import CensusError
from priorsim.mu.code import constant_code
from priorsim.mu.dialect import FORMS
from priorsim.mu.syntax import Apply, Const, Program, Term, Var, format_program

_FORM_OF_OPCODE = {code: name for name, code in kernels.OPCODES.items()}


def find_programs(header: AtlasHeader, keys: Iterable[RowKey]) -> dict[RowKey, Program]:
    """A program for each of these keys, in one walk up to the longest of them.

    Parameters
    ----------
    header : AtlasHeader
        Language and domain of the census the rows are from; its bound does not matter.
    keys : iterable of RowKey

    Raises
    ------
    CensusError
        When no program has one of the keys.
    """
    sought = {_packed_key(key): key for key in keys}
    found: dict[RowKey, Program] = {}
    if not sought:
        return found
    shape = make_shape(replace(header, max_bits=max(key.bits for key in sought.values())))
    tokens = make_tokens(header)
    walk, tables = make_buffers(shape)
    table = make_table(4 << len(sought).bit_length())
    for words in sought:
        kernels.count_key(np.array(words, dtype=U), table)
    key = np.zeros(kernels.ROW_FIELDS, U)
    status = kernels.PAUSED
    while status != kernels.DONE and len(found) < len(sought):
        status = kernels.seek(QUOTA, key, shape, tokens, walk, tables, table)
        if status == kernels.FOUND:
            found[sought[tuple(key.tolist())]] = Program(_read_term(header, walk, tokens, 0)[0])
    for missing in set(sought.values()) - set(found):
        raise CensusError(f"no program of {missing.bits} bits has this row's key: the row is from another census")
    return found


def _packed_key(key: RowKey) -> tuple[int, ...]:
    return (key.behaviour, key.strict, key.wide, key.steps, key.bits + 256 * key.searches)


def print_witnesses(header: AtlasHeader, keys: Iterable[RowKey]) -> dict[RowKey, str]:
    """The programs that `find_programs` finds, as S-expressions."""
    columns = header.domain.columns
    return {key: format_program(program, columns) for key, program in find_programs(header, keys).items()}


def print_witness(header: AtlasHeader, key: RowKey) -> str:
    """A program with this key, as S-expression."""
    return print_witnesses(header, [key])[key]


def _read_term(header: AtlasHeader, walk: kernels.Walk, tokens: kernels.Tokens, position: int) -> tuple[Term, int]:
    """The term that starts at a position of the walk, and the position after it."""
    token = int(walk.cursor[position]) - 1
    opcode, value = int(tokens.opcode[token]), int(tokens.value[token])
    bound = int(walk.bound[position])
    if opcode == kernels.CONSTANT:
        literal_bits = len(constant_code(Const(0, literal=True), header.language))
        return Const(value, literal=int(tokens.bits[token]) == literal_bits), position + 1
    if opcode == kernels.VARIABLE:
        first = sum(d + header.language.columns for d in range(bound))
        return Var(value - first), position + 1
    form = _FORM_OF_OPCODE[opcode]
    args = []
    position += 1
    for _ in FORMS[form].binds:
        term, position = _read_term(header, walk, tokens, position)
        args.append(term)
    return Apply(form, tuple(args)), position
