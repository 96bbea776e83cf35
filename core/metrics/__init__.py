"""Figures of accuracy, calibration, poses and fused scores, computed from arrays."""
