; Search in context: two observations, neither of which tells the rule alone.
; world: in-context-two-views-w3
; dialect: arith
; behaviour: 0 0 0 0 0 1 2 3 0 2 4 6 0 3 6 1
; bits: 66
; steps: 568
; class: search
(mul q (find (r) (mul (eq o1 (mul r r)) (eq o2 (mul r (mul r r))))))
