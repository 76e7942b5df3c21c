; Search in context: find the rule that explains the observation, then run it.
; world: in-context-root-w4
; dialect: arith
; behaviour: 0 0 0 0 0 1 2 3 0 2 4 6 0 3 6 9
; bits: 31
; steps: 248
; class: search
(mul q (find (r) (eq o (mul r r))))
