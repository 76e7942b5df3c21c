"""Edit walks: local search in the space of programs, against what a prior says (docs/walks.md).

They are walks over programs by small edits, and are not called training or SGD.
"""
