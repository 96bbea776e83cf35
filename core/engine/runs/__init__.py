"""The folder of a run: opened or continued, its checkpoints, its log."""
