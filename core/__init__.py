"""End-to-end pose-action recognition: config, data, rendering, models, losses, metrics, engine, visualization."""
