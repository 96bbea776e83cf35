"""Pose networks: backbones, and the SimCC head with its targets and decoding."""
