"""Labeled sequences: records, the files that hold them, and the split into training and test side."""
