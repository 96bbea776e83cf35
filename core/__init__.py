"""End-to-end pose-action recognition: config, data, models, training, testing, inference, reports, export."""

__version__ = '0.2.0'
