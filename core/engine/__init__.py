"""The training and testing machinery: devices, optimiser, loop, evaluation, checkpoints, logs."""
