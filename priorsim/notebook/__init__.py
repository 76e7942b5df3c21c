"""What `import priorsim` offers to scripts and notebooks: the questions of the command line, asked in Python."""
