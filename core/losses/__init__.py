"""Losses of the pose outputs; ``core.losses.joint`` adds the action loss."""

from core.losses.heatmap import joints_mse_loss
from core.losses.simcc import simcc_kl_loss

__all__ = ['joints_mse_loss', 'simcc_kl_loss']
