"""From configuration to model, one file for each system of ``core.config.systems``."""
