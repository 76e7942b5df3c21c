"""priorsim: exact counts of programs that search, weighed by simplicity and speed priors."""

__version__ = "0.1.0"
