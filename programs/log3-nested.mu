; Nested: a search whose candidates are each tried by a simulation.
; world: log3-w4
; dialect: arith
; behaviour: 0 0 0 1 0 0 0 0 0 2 0 3 0 0 0 0
; bits: 39
; steps: 5376
; class: search
(find (c) (eq x (iter c 1 (s) (mul s 3))))
