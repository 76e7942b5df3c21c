; Nested search: the least a for which some b completes a sum of two squares.
; world: two-squares-w4
; dialect: arith
; behaviour: 0 0 1 0 0 1 0 0 2 0 1 0 0 2 0 0
; bits: 45
; steps: 19284
; class: search
(find (a) (find (b) (eq x (add (mul a a) (mul b b)))))
