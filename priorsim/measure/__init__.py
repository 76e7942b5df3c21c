"""Measures: questions asked of a census, a world and a prior."""
