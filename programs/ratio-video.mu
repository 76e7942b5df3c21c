; Search in a video: find the ratio of two frames, then show the third.
; world: video-ratio-w4
; dialect: arith
; behaviour: 1 9 1 9 11 3 11 3 9 1 9 1 3 11 3 11
; bits: 32
; steps: 608
; class: search
(mul o2 (find (r) (eq o2 (mul r o1))))
