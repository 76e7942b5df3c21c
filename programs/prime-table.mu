; Table: the answers are written down, the input looks them up.
; world: prime-w3
; dialect: arith
; behaviour: 0 0 1 1 0 1 0 1
; bits: 30
; steps: 24
; class: table
(data (0 0 1 1 0 1 0 1) x (m) m)
