"""Every step of the argument with its number, its support over populations and grid, and its verdict."""
