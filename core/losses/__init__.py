"""Losses: ``simcc_loss`` for pose distributions, ``joint_loss`` for poses and actions together."""
