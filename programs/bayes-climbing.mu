; Disguised by the letter of the rule: the messages of bayes-message-passing in a loop that goes up from
; cause to cause while both readings favour it, then idles.
; world: bayes.w4-n2-c4-falling-itself-distance-e1
; dialect: arith
; behaviour: 0 0 0 0 0 1 1 1 0 1 2 2 0 1 2 3
; bits: 50
; steps: 624
; class: disguised
(iter 4 0 (s) (add s (mul (lt s a) (lt s b))))
