"""Closed forms: what the argument says on paper, in sympy, and the calculator behind `priorsim theory`."""
