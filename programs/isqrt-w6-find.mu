; Search: the least word c for which x - c c is less than 2 c + 1; up to there nothing overflows.
; world: inverse.w6-floor-square-l64
; dialect: arith
; behaviour: 0 1 1 1 2 2 2 2 2 3 3 3 3 3 3 3 4 4 4 4 4 4 4 4 4 5 5 5 5 5 5 5 5 5 5 5 6 6 6 6 6 6 6 6 6 6 6 6 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7
; bits: 45
; steps: 4156
; class: search
(find (c) (lt (sub x (mul c c)) (add c (add c 1))))
