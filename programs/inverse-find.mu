; Search: the word whose product with x is 1; even x have none.
; world: inverse-w4
; dialect: arith
; behaviour: 0 1 0 11 0 13 0 7 0 9 0 3 0 5 0 15
; bits: 24
; steps: 1016
; class: search
(find (c) (eq 1 (mul c x)))
