"""Programs with data: terms over a data segment, and how many segments fit a world."""
