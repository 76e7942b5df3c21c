"""A program of an atlas row, found again by enumeration and printed: the witness of a minimum.

The atlas keeps counts, not programs. Walking through the programs of a row's length until one has the
row's key gives the first such program in the walk's order, always the same one.
"""

import numpy as np

from priorsim.census import kernels
from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.exhaustive import QUOTA, make_buffers, make_shape, make_tokens
from priorsim.census.packed import U
from priorsim.errors import CensusError
from priorsim.mu.code import constant_code
from priorsim.mu.dialect import FORMS
from priorsim.mu.syntax import Apply, Const, Program, Term, Var, format_program

_FORM_OF_OPCODE = {code: name for name, code in kernels.OPCODES.items()}


def find_program(header: AtlasHeader, key: RowKey) -> Program:
    """A program with exactly this key.

    Parameters
    ----------
    header : AtlasHeader
        Language and domain of the census the row is from; its bound does not matter.
    key : RowKey

    Raises
    ------
    CensusError
        When no program has this key.
    """
    shape = make_shape(AtlasHeader(header.language, header.domain, key.bits))
    tokens = make_tokens(header)
    walk, tables = make_buffers(shape)
    target = np.array([key.behaviour, key.strict, key.wide, key.steps, key.bits + 256 * key.searches], dtype=U)
    found = np.zeros(kernels.ROW_FIELDS, U)
    status = kernels.PAUSED
    while status == kernels.PAUSED:
        status = kernels.seek(QUOTA, target, found, shape, tokens, walk, tables)
    if status != kernels.FOUND:
        raise CensusError(f"no program of {key.bits} bits has this row's key: the row is from another census")
    return Program(_read_term(header, walk, tokens, 0)[0])


def print_witness(header: AtlasHeader, key: RowKey) -> str:
    """The program `find_program` finds, as an S-expression."""
    return format_program(find_program(header, key), header.domain.columns)


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
