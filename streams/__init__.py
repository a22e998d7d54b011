"""Where news comes from and where records go: a leaf that imports no sibling."""
