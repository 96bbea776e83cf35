"""Losses: of the pose distributions (``simcc_loss``), and of poses and actions together (``joint_loss``)."""
