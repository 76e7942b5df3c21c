; Direct: the find asks for the inverse of 11, the same in every lane: the literal 3 in other words.
; world: affine-w4
; dialect: arith
; behaviour: 3 8 13 2 7 12 1 6 11 0 5 10 15 4 9 14
; bits: 49
; steps: 400
; class: direct
(add (mul 5 x) (find (c) (eq 1 (mul c 11))))
