; Search for a constant: with one lane a constant is what is searched for, so it counts.
; world: constant-greatest-square-w12
; dialect: arith
; behaviour: 181
; bits: 16
; steps: 12289
; class: search
(argmax (c) (mul c c))
