; Simulation: x steps of a congruential generator.
; world: congruential-w4
; dialect: loops
; behaviour: 0 3 2 13 4 7 6 1 8 11 10 5 12 15 14 9
; bits: 38
; steps: 648
; class: direct
(iter x 0 (s) (add 3 (mul s 5)))
