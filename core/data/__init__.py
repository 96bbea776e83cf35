"""From annotations and frame files to the clips that models read."""
