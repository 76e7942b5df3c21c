; Search: the action with the greatest payoff.
; world: best-action-w4
; dialect: arith
; behaviour: 1 2 3 6 5 10 3 9 3 2 1 5 1 3 1 1
; bits: 23
; steps: 1296
; class: search
(argmax (c) (mul c (sub x c)))
