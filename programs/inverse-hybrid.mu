; Hybrid: a table says what product to look for, 1 for odd x and 0 for even x; a search finds the factor.
; world: inverse-w4
; dialect: arith
; behaviour: 0 1 0 11 0 13 0 7 0 9 0 3 0 5 0 15
; bits: 36
; steps: 448
; class: hybrid
(data (0 1) x (m) (find (c) (eq m (mul c x))))
