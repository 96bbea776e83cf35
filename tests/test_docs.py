"""The pages: their commands take the options shown, their settings are accepted, their links lead somewhere."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from pathlib import Path

import pytest

from core.cli import DEMO_CONFIG
from core.config import REPOSITORY, load_config
from core.config.keys import KEYS
from tools.pose_action import COMMANDS, main

PAGES = [REPOSITORY / 'README.md', REPOSITORY / 'CONTRIBUTING.md', *sorted((REPOSITORY / 'docs').glob('*.md'))]
README_LINES, LINE_LENGTH = 120, 120
SCRIPTS = {f'{command.module.replace(".", "/")}.py': name for name, command in COMMANDS.items()
           if command.module.startswith('exp.')}
SKETCHED = ('ctrgcn', 'ctrgcn_network', 'video_resnet')
"""Modules that a page adds on paper."""
PLACEHOLDER = re.compile(r'\$|\.\.\.|\b(KEY|FILE|RUN|MERGED)\b')


class Parsed(Exception):
    """A command line was accepted; nothing is run."""


def blocks(page: Path) -> list[str]:
    """Lines of the indented and fenced blocks, those that a backslash cuts in two joined."""
    fenced, lines = False, []
    for line in page.read_text().splitlines():
        fenced ^= line.lstrip().startswith('```')
        if fenced or line.startswith('    '):
            lines.append(line.strip())
    return re.sub(r'\\\n', ' ', '\n'.join(lines)).splitlines()


def words_of(line: str) -> list[str] | None:
    """Words for ``pose-action`` of a line that runs one of the programs, ``None`` for other lines.

    Example: ``torchrun --nproc_per_node 2 exp/train.py END_EPOCH 3`` is ``train END_EPOCH 3``.
    """
    if not re.match(r'(pose-action|python (exp|tools)/|torchrun) ?', line):
        return None
    program, *words = shlex.split(line, comments=True)
    if program == 'pose-action':
        return words
    script, = [word for word in words if re.match(r'(exp|tools)/\w+\.py', word)]
    words = words[words.index(script) + 1:]
    return words if script == 'tools/pose_action.py' else [SCRIPTS[script], *words]


COMMAND_LINES = [(page.name, line) for page in PAGES for line in dict.fromkeys(blocks(page)) if words_of(line)]


@pytest.fixture
def parse(monkeypatch):
    """``parse(words)``: what the parser of a command makes of a command line; the command itself is not run."""
    accepted, parse_args = [], argparse.ArgumentParser.parse_args

    def parse_only(self, *arguments):
        accepted.append(parse_args(self, *arguments))
        raise Parsed

    def parse(words):
        with pytest.raises(Parsed):
            main(words)
        return accepted[0]

    monkeypatch.setattr(argparse.ArgumentParser, 'parse_args', parse_only)
    monkeypatch.setattr(sys, 'argv', list(sys.argv))
    monkeypatch.chdir(REPOSITORY)
    return parse


@pytest.mark.parametrize(('page', 'line'), COMMAND_LINES)
def test_every_command_is_understood(parse, page, line):
    words = words_of(line)
    arguments = parse(words)
    if words[0] in ('train', 'test') and not PLACEHOLDER.search(line):
        load_config(arguments.cfg or [DEMO_CONFIG], arguments.overrides)


def test_commands_are_found_at_all():
    assert len(COMMAND_LINES) > 50
    assert {words_of(line)[0] for _, line in COMMAND_LINES} == set(COMMANDS) - {'write-result'}   # that in words only


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_commands_in_the_text_exist(page):
    text = page.read_text()
    named = re.findall(r'`pose-action ([a-z-]+)', text)
    assert set(named) <= set(COMMANDS)
    assert all((REPOSITORY / script).is_file() for script in re.findall(r'python ((?:exp|tools)/\w+\.py)', text))
    targets = re.findall(r'^([a-z]+):', (REPOSITORY / 'Makefile').read_text(), re.MULTILINE)
    assert set(re.findall(r'(?:`|^    )make ([a-z]+)', text, re.MULTILINE)) <= set(targets)


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r'\]\(([^)\s]+)\)', page.read_text()):
        if target.startswith('http'):
            continue
        file, _, anchor = target.partition('#')
        path = page.parent / file if file else page
        assert path.exists(), target
        if anchor:
            titles = re.findall(r'^#+ (.*)$', path.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r'[^\w -]', '', title).lower().replace(' ', '-') for title in titles}, target


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_modules_that_are_named_exist(page):
    named = re.findall(r'(?<![\w/.])((?:core|exp|tools|tests)/[\w/]+\.py)', page.read_text())
    assert not [name for name in named if not (REPOSITORY / name).is_file() and Path(name).stem not in SKETCHED]


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_keys_that_are_named_exist(page):
    """Sections and endings of keys too: ``MODEL.MS`` and ``IMPLICIT.MODE``."""
    named = set(re.findall(r'`((?:[A-Z][A-Z0-9_]*\.)+[A-Z][A-Z0-9_]*)\b', page.read_text()))
    known = {'.'.join(parts[first:last]) for parts in (key.split('.') for key in KEYS)
             for first in range(len(parts)) for last in range(first + 1, len(parts) + 1)}
    assert {name for name in named - known if name.split('.')[1].lower() not in SKETCHED} == set()


def test_the_readme_is_one_screen_after_the_other():
    lines = (REPOSITORY / 'README.md').read_text().splitlines()
    assert len(lines) <= README_LINES
    assert [line for line in lines if len(line) > LINE_LENGTH] == []
