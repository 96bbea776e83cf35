"""Names, classes and lists of a folder of videos, read from subfolders, a CSV file or the names of NTU and N-UCLA."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from core.data.annotations.ntu import parse_ntu_name
from core.data.annotations.nucla import parse_nucla_name
from core.data.frames.extraction import VIDEO_SUFFIXES, files_below, is_video, sequence_stem
from core.data.frames.frame_folder import FRAME_NAME


class LabeledVideo(NamedTuple):
    """One video to annotate.

    Attributes:
        name: of its sequence.
        path: its file, or its folder of frames.
        label: 0-based class.
        split: name of the list it belongs to, '' for none.
    """

    name: str
    path: Path
    label: int
    split: str


class Labels(NamedTuple):
    """The labeled videos of a folder.

    Attributes:
        videos: in the order of their paths.
        class_names: by label; ``None`` where the classes are those of a published data set.
        left_out: number of videos that the table of labels does not list.
    """

    videos: list[LabeledVideo]
    class_names: list[str] | None
    left_out: int

    @property
    def split(self) -> dict[str, list[str]]:
        """Names of the videos by list."""
        lists: dict[str, list[str]] = defaultdict(list)
        for video in self.videos:
            if video.split:
                lists[video.split].append(video.name)
        return dict(lists)


class _Row(NamedTuple):
    label: str
    split: str


def label_videos(videos: Path, table: Path | None = None, test: str | None = None) -> Labels:
    """Return the videos of a folder with their names, classes and lists.

    A video's name is its path below the folder without suffix, with ``_`` in place of ``/`` and blanks. Its class is
    the first folder of that path. If all videos bear names of NTU or N-UCLA, these names and their classes are used.

    Args:
        videos: folder, searched with its subfolders, or one video. A folder without videos is searched for folders of
            frames.
        table: CSV file with columns ``video`` (path below the folder, with or without suffix), ``label`` and optionally
            ``split``; videos that it does not list are left out.
        test: pattern of paths, such as ``s04*``. Matching videos form the list 'test', the others 'train'. By default
            the column ``split`` decides; without it all videos are in 'train'.

    Raises:
        ValueError: there is no video, a video has no class, two videos have one name, the table cannot be read or
            lists a video that is missing, or no video matches the pattern.
    """
    root, paths = root_and_video_paths(videos)
    rows = read_table(table, paths) if table else None
    kept = [path for path in paths if rows is None or path in rows]
    labels, class_names = _classes(root, kept, rows)
    if test is not None and not any(path.match(test) for path in kept):
        raise ValueError(f"--test {test}: no video matches; give a pattern of file names such as 's04*'")
    splits = [rows[path].split if rows and test is None else
              'test' if test is not None and path.match(test) else 'train' for path in kept]
    found = [LabeledVideo(*fields) for fields in
             zip(_names(kept), [root / path for path in kept], labels, splits, strict=True)]
    return Labels(found, class_names, len(paths) - len(kept))


def root_and_video_paths(videos: Path) -> tuple[Path, list[Path]]:
    """Return the folder and the sorted paths of its videos, relative to it; without videos, of its folders of frames.

    If ``videos`` is a file, it is the only video of its folder.

    Raises:
        ValueError: there is none.
    """
    if videos.is_file():
        return videos.parent, [Path(videos.name)]
    files = files_below(videos)
    found = ([path for path in files if is_video(path)] or
             [path.parent for path in files if path.name == FRAME_NAME.format(1)])
    if not found:
        raise ValueError(f"{videos}: holds no video; files must end in {', '.join(VIDEO_SUFFIXES)}")
    return videos, [path.relative_to(videos) for path in found]


def read_table(table: Path, paths: Sequence[Path]) -> dict[Path, _Row]:
    """Return label and list of the videos that a CSV file names.

    Raises:
        ValueError: the file cannot be read, lacks a column or a label, or names a video that is not among ``paths``.
    """
    try:
        with open(table, newline='', encoding='utf-8-sig') as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f'{table}: cannot read the labels; give a CSV file with columns video,label') from error
    if not lines or not {'video', 'label'} <= set(lines[0]):
        raise ValueError(f'{table}: needs a first line video,label or video,label,split and a line for every video')
    known = {key: path for path in paths for key in (path.as_posix(), path.with_suffix('').as_posix())}
    rows = {}
    for line in lines:
        video, label, split = ((line.get(key) or '').strip() for key in ('video', 'label', 'split'))
        if video not in known or not label:
            raise ValueError(f"{table}: the line '{video},{label}' has no {'label' if video in known else 'video'}; "
                             'give the path below the folder of the videos, and a label')
        rows[known[video]] = _Row(label, split if 'split' in line else 'train')
    return rows


def _classes(root: Path, paths: Sequence[Path],
             rows: Mapping[Path, _Row] | None) -> tuple[list[int], list[str] | None]:
    """Return the label of every path and the class names by label; no names where all labels are published ones."""
    published = [] if rows else [label for path in paths if (label := _published_label(path)) is not None]
    if rows is None and len(published) == len(paths):
        return published, None
    classes = [rows[path].label if rows else _folder(path, root) for path in paths]
    class_names = sorted(set(classes))
    return [class_names.index(name) for name in classes], class_names


def _folder(path: Path, root: Path) -> str:
    if len(path.parts) < 2:
        raise ValueError(f'{root / path}: has no class; put the videos into a folder for each class, or list them in '
                         'a CSV file with columns video,label')
    return path.parts[0]


def _names(paths: Sequence[Path]) -> list[str]:
    names: dict[str, Path] = {}
    for path in paths:
        words = ' '.join(path.with_suffix('').parts).split()
        name = '_'.join(words) if _published_label(path) is None else sequence_stem(path)
        if name in names:
            raise ValueError(f"videos '{names[name]}' and '{path}' would both be called '{name}'; rename one of them")
        names[name] = path
    return list(names)


def _published_label(path: Path) -> int | None:
    """The 0-based class that a name of NTU or N-UCLA tells; ``None`` for any other name."""
    for parse in (parse_ntu_name, parse_nucla_name):
        with suppress(ValueError):
            return parse(sequence_stem(path)).label
    return None
