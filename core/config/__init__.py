"""Configuration: keys declared once (``keys``), published names mapped (``published``), files merged (``load``), saved
ones read again (``saved``).
"""

from core.config.keys import BACKBONE_NAMES, KEYS, Key, default_config
from core.config.load import REPOSITORY, load_config, resolve_path, save_config, saved_config

__all__ = ['BACKBONE_NAMES', 'KEYS', 'REPOSITORY', 'Key', 'default_config', 'load_config', 'resolve_path',
           'save_config', 'saved_config']
