"""Figures: one module a figure, with its data, its drawing, its caption and its entry in the registry."""
