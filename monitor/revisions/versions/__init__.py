"""One revision a file, in order: NNNN_what_changed.py."""
