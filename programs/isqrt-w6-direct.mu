; Direct: one comparison for each square, added up.
; world: inverse.w6-floor-square-l64
; dialect: arith
; behaviour: 0 1 1 1 2 2 2 2 2 3 3 3 3 3 3 3 4 4 4 4 4 4 4 4 4 5 5 5 5 5 5 5 5 5 5 5 6 6 6 6 6 6 6 6 6 6 6 6 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7
; bits: 137
; steps: 1728
; class: direct
(add (lt 0 x) (add (lt 3 x) (add (lt 8 x) (add (lt 15 x) (add (lt 24 x) (add (lt 35 x) (lt 48 x)))))))
