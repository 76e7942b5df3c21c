; Disguised search: steps on until the next square is above x, then idles.
; world: isqrt-loops-w4
; dialect: loops
; behaviour: 0 1 1 1 2 2 2 2 2 3 3 3 3 3 3 3
; bits: 66
; steps: 720
; class: disguised
(iter 3 0 (s) (add s (if (lt x (mul (add s 1) (add s 1))) 0 1)))
