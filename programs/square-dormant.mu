; Dormant search: direct on the training lanes, a search on the others, where it goes wrong.
; It fits the training lanes only.
; world: square-w4
; dialect: arith
; behaviour: 0 1 4 9 0 9 4 1 0 1 4 9 12 13 14 15
; bits: 42
; steps: 536
; class: search
; dormant: yes
(if (lt x 12) (mul x x) (find (c) (eq x c)))
