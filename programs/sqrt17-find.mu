; Search for a constant: a square root of 17.
; world: constant-sqrt17-w12
; dialect: arith
; behaviour: 279
; bits: 37
; steps: 1401
; class: search
(find (c) (eq 17 (mul c c)))
