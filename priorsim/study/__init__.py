"""Studies: the censuses of a preset in a results folder, and the main job that makes all results from them."""
