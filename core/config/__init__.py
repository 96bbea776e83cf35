"""Configuration: every key declared once (``keys``), published names mapped (``published``), files merged (``load``)."""

from core.config.keys import KEYS, Key, default_config
from core.config.load import REPOSITORY, load_config, resolve_path, save_config

__all__ = ['KEYS', 'REPOSITORY', 'Key', 'default_config', 'load_config', 'resolve_path', 'save_config']
