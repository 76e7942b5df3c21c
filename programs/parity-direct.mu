; Direct: fold the word onto itself twice and keep the last bit.
; world: parity-w4
; dialect: logic
; behaviour: 0 1 1 0 1 0 0 1 1 0 0 1 0 1 1 0
; bits: 48
; steps: 208
; class: direct
(and 1 (xor (xor x (shr x)) (shr (shr (xor x (shr x))))))
