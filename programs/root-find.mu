; Search: the least word whose square is x; 0 where there is none.
; world: root-w4
; dialect: arith
; behaviour: 0 1 0 0 2 0 0 0 0 3 0 0 0 0 0 0
; bits: 23
; steps: 1026
; class: search
(find (c) (eq x (mul c c)))
