"""The two engines. Private to the census: nothing outside `priorsim.census` may import from here."""
