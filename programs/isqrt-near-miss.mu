; Search: right up to 8; from 9 on no square is above x modulo 16. It does not fit its world.
; world: isqrt-w4
; dialect: arith
; behaviour: 0 1 1 1 2 2 2 2 2 0 0 0 0 0 0 0
; bits: 39
; steps: 1222
; class: search
(find (c) (lt x (mul (add c 1) (add c 1))))
