"""Configuration: keys declared once (``keys``), with what must be chosen for them to have an effect (``owners``);
published names mapped (``published``), files of earlier versions upgraded (``versions``), all merged (``load``).
"""

from core.config.keys import BACKBONE_NAMES, KEYS, Key, default_config
from core.config.load import (
    REPOSITORY,
    load_config,
    resolve_path,
    save_config,
    saved_config,
    saved_settings,
    usable_overrides,
)

__all__ = ['BACKBONE_NAMES', 'KEYS', 'REPOSITORY', 'Key', 'default_config', 'load_config', 'resolve_path',
           'save_config', 'saved_config', 'saved_settings', 'usable_overrides']
