"""The house itself: imports run one way, rooms are small, names are found once, builders alone read configurations."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from core.config import REPOSITORY

FLOORS = (
    ('core.layouts', 'core.files', 'core.parallel', 'core.compat'),
    ('core.config',),
    ('core.cli', 'core.data', 'core.metrics', 'core.visualization', 'core.models', 'core.losses'),
    ('core.rendering', 'core.systems'),
    ('core.engine',),
    ('core.people',),
    ('core.annotate', 'core.inference', 'core.parity'),
    ('core.export', 'core.report', 'core.api'),
    ('exp', 'tools'),
)
"""From the ground up; a room imports rooms of its own floor and of those below."""

MOST_DOORS, MOST_DOORS_OF_CORE = 16, 22
NAMED_BY_USERS = ('core/systems', 'core/data/annotations/sources')
"""Their files bear the names that a user writes: ``MODEL.NAME``, and ``--from KIND``."""

CONFIG_HANDLERS = ('core/engine/runs/run_folder.py', 'core/engine/comparison/arms.py')
"""What handles configurations as such: keeps them, compares them, plans them."""


def sources(folder: str = 'core') -> list[Path]:
    """All modules below a folder, relative to the repository."""
    return [file.relative_to(REPOSITORY) for file in sorted((REPOSITORY / folder).rglob('*.py'))]


def name_of(file: Path) -> str:
    return '.'.join(file.with_suffix('').parts).removesuffix('.__init__')


MODULES = {name_of(file): file for folder in ('core', 'exp', 'tools') for file in sources(folder)}


def imports(file: Path) -> set[str]:
    """Modules of the project that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse((REPOSITORY / file).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f'{node.module}.{alias.name}' for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & MODULES.keys()


def floor_of(module: str) -> int:
    """Index of the floor whose room the module lies in, the longest name first."""
    rooms = {room: number for number, floor in enumerate(FLOORS) for room in floor}
    parts = module.split('.')
    return next(rooms[room] for end in range(len(parts), 0, -1) if (room := '.'.join(parts[:end])) in rooms)


@pytest.mark.parametrize('module', sorted(set(MODULES) - {'core'}))
def test_imports_never_run_upwards(module):
    above = [other for other in imports(MODULES[module]) - {'core'} if floor_of(other) > floor_of(module)]
    assert not above


def test_there_is_no_circle_of_files():
    graph = {module: imports(file) - {module} for module, file in MODULES.items()}
    while graph:
        ground = [module for module, used in graph.items() if not used & graph.keys()]
        assert ground, f'a circle among {sorted(graph)}'
        for module in ground:
            del graph[module]


def test_there_is_no_circle_of_rooms():
    """Neither among the folders directly below core, nor among the alcoves of one of them."""
    for room in ('core', *{str(file.parent) for file in sources() if file.parent != Path('core')}):
        graph = defaultdict(set)
        depth = len(Path(room).parts)
        for file in MODULES.values():
            if str(file).startswith(f'{room}/'):
                own = file.parts[depth]
                graph[own] |= {MODULES[other].parts[depth] for other in imports(file)
                               if str(MODULES[other]).startswith(f'{room}/')} - {own, '__init__.py'}
        while graph:
            ground = [name for name, used in graph.items() if not used & graph.keys()]
            assert ground, f'a circle in {room}: {dict(graph)}'
            for name in ground:
                del graph[name]


@pytest.mark.parametrize('folder', sorted({str(parent) for file in sources() for parent in file.parents
                                           if parent.parts and parent.parts[0] == 'core'}))
def test_no_room_has_too_many_doors(folder):
    doors = [path for path in (REPOSITORY / folder).iterdir() if path.name != '__pycache__']
    assert len(doors) <= (MOST_DOORS_OF_CORE if folder == 'core' else MOST_DOORS), sorted(path.name for path in doors)


def test_a_name_is_found_once():
    places = defaultdict(list)
    for file in sources():
        if file.stem not in ('__init__', 'build') and str(file.parent) not in NAMED_BY_USERS:
            places[file.name].append(str(file))
    assert not {name: found for name, found in places.items() if len(found) > 1}


def test_only_builders_read_the_configuration():
    readers = set()
    for file in sources():
        builder = file.name == 'build.py' or str(file).startswith(('core/config/', 'core/systems/'))
        if builder or str(file) in CONFIG_HANDLERS:
            continue
        for node in ast.walk(ast.parse((REPOSITORY / file).read_text())):
            if isinstance(node, ast.Attribute) and node.attr.isupper() and 'cfg' in ast.unparse(node.value):
                readers.add(f'{file}:{node.lineno} {ast.unparse(node)}')
    assert not readers


def test_every_module_has_its_mirrored_test():
    """But for those that only declare what others fill."""
    declarations = Path('core/models/output.py')
    without = [str(file) for file in sources() if file.stem != '__init__' and file != declarations
               and not (REPOSITORY / 'tests' / file.relative_to('core').parent / f'test_{file.name}').exists()]
    assert without == []
