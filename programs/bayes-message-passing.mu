; Message passing in a Bayes net: each reading sends, for every pair of neighbouring causes, one bit that
; says which of the two it favours. The prior favours the lesser, so it takes both readings to go up.
; world: bayes.w4-n2-c4-falling-itself-distance-e1
; dialect: arith
; behaviour: 0 0 0 0 0 1 1 1 0 1 2 2 0 1 2 3
; bits: 98
; steps: 368
; class: direct
(add (mul (lt 0 a) (lt 0 b)) (add (mul (lt 1 a) (lt 1 b)) (mul (lt 2 a) (lt 2 b))))
