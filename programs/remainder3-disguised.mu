; Disguised by the letter of the rule: subtracts until the rest is below 3, then idles.
; Many would call it plain simulation; that is why every odds is an interval.
; world: remainder3-w4
; dialect: loops
; behaviour: 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0
; bits: 45
; steps: 1008
; class: disguised
(iter x x (s) (if (lt s 3) s (sub s 3)))
