"""Figures: one module a figure; each draws plain results into an Axes."""
