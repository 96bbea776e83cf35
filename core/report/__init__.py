"""A run on one page: figures, curves, confusions and clips as a self-contained HTML file."""
