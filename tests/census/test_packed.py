"""Packed words against the interpreter's operators, lane by lane."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorsim.census.engine import packed
from priorsim.mu.dialect import FORMS
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import apply_operator

pytestmark = pytest.mark.engine

SHAPES = [(2, 4), (2, 32), (3, 21), (4, 16), (5, 12), (7, 9), (8, 8), (12, 1), (16, 4)]


@pytest.mark.parametrize(("word_bits", "lanes"), SHAPES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_packed_operators_are_the_interpreters_in_every_lane(word_bits, lanes, data):
    domain = Domain(word_bits, ((0,),) * lanes)
    low, high = packed.masks(domain)
    word = st.one_of(st.integers(0, 2**word_bits - 1), st.sampled_from([0, 1, 2**word_bits - 1]))
    a, b, c = (data.draw(st.lists(word, min_size=lanes, max_size=lanes)) for _ in range(3))
    x, y, z = (np.uint64(domain.pack(words)) for words in (a, b, c))
    results = {
        "add": packed.add(x, y, high),
        "sub": packed.sub(x, y, high),
        "mul": packed.mul(x, y, low, high, word_bits),
        "eq": packed.eq(x, y, high, word_bits),
        "lt": packed.lt(x, y, high, word_bits),
        "if": packed.select(x, y, z, high, word_bits),
        "shl": packed.shl(x, high),
        "shr": packed.shr(x, low),
    }
    for form, result in results.items():
        wanted = [apply_operator(form, args[: FORMS[form].arity], word_bits) for args in zip(a, b, c, strict=True)]
        assert int(result) == domain.pack(wanted), form
