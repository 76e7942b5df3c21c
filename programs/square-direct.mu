; Direct: the square, as a circuit.
; world: square-w4
; dialect: arith
; behaviour: 0 1 4 9 0 9 4 1 0 1 4 9 0 9 4 1
; bits: 8
; steps: 48
; class: direct
(mul x x)
