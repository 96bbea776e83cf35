"""Extract videos to JPEG frames: ``python tools/extract_ntu_frames.py --videos DIR --out DATA_DIR/images``.

``<SEQ>_rgb.avi`` becomes ``OUT/<SEQ>/00001.jpg, ...``. Start it again to resume: finished sequences are left alone,
whatever their frame size.
Exit status: 0 all extracted, 1 some videos are damaged or missing (named on stderr), 2 bad arguments.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.cli import exit_with
from core.data.extraction import FrameFormat, extract_videos, find_videos, read_names


def main(argv: list[str] | None = None) -> int:
    """Extract as the command line says and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--videos', type=Path, required=True, help='folder with the videos, searched with subfolders')
    parser.add_argument('--out', type=Path, required=True, help='folder for the frames, one folder a sequence')
    parser.add_argument('--size', type=int, nargs=2, default=(960, 540), metavar=('WIDTH', 'HEIGHT'),
                        help='stored frame size in pixels (default: 960 540)')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='parallel processes (default: all cores)')
    parser.add_argument('--quality', type=int, default=95, help='JPEG quality, 1 to 100 (default: 95)')
    parser.add_argument('--names', type=Path, help='text file: extract only these sequences, one name a line')
    arguments = parser.parse_args(argv)
    if min(arguments.size) < 1 or arguments.jobs < 1 or not 1 <= arguments.quality <= 100:
        raise ValueError('--size and --jobs must be at least 1 and --quality between 1 and 100')

    videos, failures = find_videos(arguments.videos), {}
    if arguments.names:
        listed = read_names(arguments.names)
        failures = {name: f'{name}: listed in {arguments.names} but there is no video of it' for name in listed
                    if name not in videos}
        videos = {name: videos[name] for name in listed if name in videos}
    summary = extract_videos(videos, arguments.out, FrameFormat(tuple(arguments.size), arguments.quality),
                             arguments.jobs)
    failures |= summary.failures
    print(*failures.values(), sep='\n', end='\n' if failures else '', file=sys.stderr)
    print(f'{summary.extracted} sequences extracted, {summary.present} there already, {len(failures)} failed')
    return 1 if failures else 0


if __name__ == '__main__':
    exit_with(main)
