"""The stack language: programs are sequences that run on a stack, not trees (docs/stack.md)."""
