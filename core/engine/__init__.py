"""The training and testing machinery: devices, optimizer, loop, evaluation, checkpoints, logs."""
