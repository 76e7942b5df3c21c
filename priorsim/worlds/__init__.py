"""Worlds: what programs are asked to compute, by name or from a file."""
