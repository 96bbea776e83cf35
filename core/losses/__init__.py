"""Losses of the pose outputs; ``core.losses.joint_loss`` adds the action loss."""

from core.losses.simcc_loss import simcc_kl_loss
from core.parity.heatmap import joints_mse_loss

__all__ = ['joints_mse_loss', 'simcc_kl_loss']
