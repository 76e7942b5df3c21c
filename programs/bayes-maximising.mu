; Search in a Bayes net: the cause with the greatest belief, the sum of its prior and of a message from
; each reading (in bits, counted down from 15); from 4 on there is no cause.
; world: bayes.w4-n2-c4-falling-itself-distance-e1
; dialect: arith
; behaviour: 0 0 0 0 0 1 1 1 0 1 2 2 0 1 2 3
; bits: 122
; steps: 7440
; class: search
(argmax (c)
  (mul (lt c 4)
    (sub 15 (add c (add (if (lt a c) (sub c a) (sub a c)) (if (lt b c) (sub c b) (sub b c)))))))
