; Direct: the constant that sqrt17-find searches for, spelled out.
; world: constant-sqrt17-w12
; dialect: arith
; behaviour: 279
; bits: 17
; steps: 1
; class: direct
279
