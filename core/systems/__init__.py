"""From configuration to a system, one file for each of ``core.config.systems``: its model, stages and start."""
