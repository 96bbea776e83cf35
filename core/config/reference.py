"""The reference of all keys, ``docs/configuration.md``, made of their declarations.

    python -m core.config.reference > docs/configuration.md
"""

from __future__ import annotations

import re
from typing import Any

from core.config.key import Key
from core.config.keys import SECTIONS
from core.config.owners import KEYPOINTS, Of

INTRODUCTION = """# Configuration

Made by `python -m core.config.reference > docs/configuration.md`; do not edit it by hand.

    python exp/train.py --cfg FILE [--cfg FILE ...] KEY VALUE ...

**Files.** A YAML file holds the keys that differ from the defaults. `--cfg` may be given several times: a later file
has the last word. A file may name another one, or a list, to be merged before it: `_BASE_: other.yaml`, relative to
itself. Pairs on the command line come last.

**Short names.** A key may be shortened to any ending that only one key of the chosen system has: `EVAL_MODE cs` is
`TRAIN.EVAL_MODE cs`. With `MODEL.NAME posec3d`, `SIGMA` is `MODEL.POSEC3D.SIGMA`; with the joint model it is
`MODEL.SIGMA`. `MODE` is always `TRAIN.MODE`. If more than one key is left, the run stops and lists them.

**Keys without effect.** A key that you set must have an effect; otherwise the run stops and says in one sentence what
is missing. The column "has an effect with" names the systems (`MODEL.NAME`) and the settings of other keys; "keypoint
systems" are those whose clips are keypoints, like skeleton. Each file is judged together with the files before it: keys
of the joint model in `demo.yaml` are no mistake when a later file or the command line chooses another system; they are
dropped silently. A value that the key would have anyway may stay. In a published YAML file, keys without effect are
named in one warning. A saved configuration (`config.yaml` of a run) loads silently. `pose-action compare` leaves a pair
for all arms out of those in which it has no effect, and says so.

**Versions.** A saved configuration says which version of the keys it has (`CONFIG_VERSION`; a file without it has
version 1). Files of earlier versions are upgraded when they are read. A file of a later version is refused.
"""

HEADER = '| key | default | allowed | has an effect with | meaning |\n|---|---|---|---|---|\n'


def reference() -> str:
    """Return the reference as Markdown: a table for each section of the keys."""
    tables = [f'\n## {title}\n\n{HEADER}' + ''.join(_row(name, key) for name, key in keys.items())
              for title, keys in SECTIONS.items()]
    return INTRODUCTION + ''.join(tables)


def _row(name: str, key: Key) -> str:
    cells = (f'`{name}`', f'`{_default(key.default)}`', _allowed(key), _owner(key.of), _escaped(key.help))
    return f'| {" | ".join(cells)} |\n'


def _default(value: Any) -> str:
    return "''" if value == '' else str(value).lower() if isinstance(value, bool) else str(value)


def _allowed(key: Key) -> str:
    if isinstance(key.default, bool):
        return 'true, false'
    kinds = {int: 'whole number', float: 'number', str: 'text'}
    listed = isinstance(key.default, list)
    kind = kinds[type(key.default[0] if listed else key.default)]
    if listed:
        kind = f'{key.length or "list of"} {kind}s'.replace('texts', 'names')
    rule = key.allowed().removeprefix('one of ')
    if key.choices is not None and not listed:
        return _escaped(rule)
    return _escaped(', '.join(filter(None, [kind, rule])))


def _owner(of: Of) -> str:
    text = str(of).replace(str(KEYPOINTS), 'keypoint systems').replace('MODEL.NAME ', '')
    return re.sub(r'\b(MODEL|DATASET|TRAIN)\.', '', text)


def _escaped(text: str) -> str:
    return text.replace('|', '\\|').replace('<', '&lt;').replace('*', '\\*')


if __name__ == '__main__':
    print(reference(), end='')
