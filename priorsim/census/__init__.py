"""The census: counting every program exactly, and the atlas that holds the counts."""
