"""Programs in words: every operator has some, and what belongs together stays together."""

import pytest

from priorsim.mu.dialect import Language
from priorsim.text.gloss import gloss

MINUS, XOR, LEFT, RIGHT = "\u2212", "\u2295", "\u226a 1", "\u226b 1"
GLOSSES = {
    ("arith", "(sub x (sub 1 x))"): f"x {MINUS} (1 {MINUS} x)",
    ("arith", "(sub (sub x 1) x)"): f"x {MINUS} 1 {MINUS} x",
    ("arith", "(mul (add x 1) (eq x 1))"): "(x + 1) · (x = 1)",
    ("arith", "(find (c) (mul c x))"): "the least c with c · x is not 0",
    ("arith", "(if x (find (c) (lt x c)) 2)"): "(the least c with x < c) if x is not 0, else 2",
    ("arith", "(iter x #0 (s) (iter 3 s (s2) (add s s2)))"): "s after x times (s := s2 after 3 times (s2 := s + s2) "
    "from s2 = s) from s = 0",
    ("logic", "(and x (xor (shl (xor x 1)) (shr x)))"): f"x & ((x {XOR} 1) {LEFT} {XOR} x {RIGHT})",
    ("nested", "(apply (argmax (c) (add c x)) x)"): "what program (the c with the greatest c + x) gives for x",
}


@pytest.mark.parametrize(("dialect", "program"), GLOSSES)
def test_a_program_is_said_in_words_and_signs(dialect: str, program: str):
    assert gloss(program, Language.named(dialect, 8)) == GLOSSES[dialect, program]
