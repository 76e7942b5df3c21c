; Direct: a search whose result is thrown away.
; world: square-w4
; dialect: arith
; behaviour: 0 1 4 9 0 9 4 1 0 1 4 9 0 9 4 1
; bits: 38
; steps: 1106
; class: direct
(if 1 (mul x x) (find (c) (eq x (mul c c))))
