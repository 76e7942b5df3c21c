; Search: the least c that leaves a remainder below 3.
; world: third-w4
; dialect: arith
; behaviour: 0 0 0 1 1 1 2 2 2 3 3 3 4 4 4 5
; bits: 42
; steps: 373
; class: search
(find (c) (lt (sub x (mul c 3)) 3))
