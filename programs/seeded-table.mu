; Table: a world without a rule leaves nothing else to do.
; world: table-a-w3
; dialect: arith
; behaviour: 4 6 6 2 6 4 3 4
; bits: 30
; steps: 24
; class: table
(data (4 6 6 2 6 4 3 4) x (m) m)
