; Simulation: three to the x, one product a turn.
; world: power3-w4
; dialect: loops
; behaviour: 1 3 9 11 1 3 9 11 1 3 9 11 1 3 9 11
; bits: 25
; steps: 408
; class: direct
(iter x 1 (s) (mul s 3))
