; Direct: each cell becomes the exclusive or of its two neighbours.
; world: rule90-w4
; dialect: logic
; behaviour: 0 2 5 7 10 8 15 13 4 6 1 3 14 12 11 9
; bits: 18
; steps: 80
; class: direct
(xor (shl x) (shr x))
