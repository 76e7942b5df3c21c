; Search: the word whose Gray code is x.
; world: gray-inverse-w4
; dialect: logic
; behaviour: 0 1 3 2 7 6 4 5 15 14 12 13 8 9 11 10
; bits: 28
; steps: 832
; class: search
(find (c) (eq x (xor c (shr c))))
