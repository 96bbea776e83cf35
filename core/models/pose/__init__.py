"""Pose networks: backbones, SimCC head, heatmap targets and decoding."""
