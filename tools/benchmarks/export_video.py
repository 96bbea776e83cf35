"""From a video file to the label of what its people do, by exported files, with a clock at every step."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.config import saved_config
from core.data.annotations.records import Annotation, read_annotations
from core.data.clips.sampling import centered
from core.data.frames.video import VideoReader
from core.inference.build import clip_view
from core.inference.crop_plan import ClipView, crop_maps, cut_crop, with_visible
from core.inference.exported import ExportedModel

STEPS = ('decode', 'crop', 'pose', 'action')


class Stopwatch:
    """Where time goes.

    Attributes:
        spent: seconds by step.
    """

    def __init__(self) -> None:
        self.spent, self._since = dict.fromkeys(STEPS, 0.0), time.perf_counter()

    def lap(self, step: str) -> None:
        """Put the time since the lap before down to ``step``."""
        now = time.perf_counter()
        self.spent[step] += now - self._since
        self._since = now


class VideoCrops(NamedTuple):
    """What a model reads of a video of F frames.

    Attributes:
        frames: uint8 RGB ``(M, F, H, W, 3)``.
        crop_to_image: float32 ``(M, F, 2, 3)``, crop pixels → pixels of the video.
        image_size: float32 (2,), (width, height) of the video.
        person_mask: float32 (M,), 1 if the person is in the video.
    """

    frames: np.ndarray
    crop_to_image: np.ndarray
    image_size: np.ndarray
    person_mask: np.ndarray


def record_of(video: Path, annotations: Path) -> Annotation:
    """Return the record of a video: that with the longest name which the name of the file begins with.

    Raises:
        ValueError: the annotation file cannot be read, or has none.
    """
    named = [record for record in read_annotations(annotations).annotations if video.name.startswith(record.name)]
    if not named:
        raise ValueError(f"'{annotations}' has no record of '{video.name}'; make one with pose-action annotate")
    return max(named, key=lambda record: len(record.name))


def crop_video(video: Path, record: Annotation, view: ClipView, watch: Stopwatch) -> VideoCrops:
    """Decode a video and crop every frame around the people of its record."""
    keypoints, scores = (values[:view.num_persons] for values in record.at(np.arange(record.total_frames)))
    absent = [(0, view.num_persons - len(keypoints)), (0, 0), (0, 0)]
    keypoints, scores = np.pad(keypoints, [*absent, (0, 0)]), np.pad(scores, absent)
    crops, maps = [], np.empty(0)
    for frame, number in zip(VideoReader(video), range(record.total_frames), strict=False):
        watch.lap('decode')
        if not number:
            size = frame.shape[1::-1]
            seen = with_visible(keypoints * np.divide(size, record.image_size), scores, view)
            maps = crop_maps(*seen, view, size)                                          # (M, F, 2, 3)
        crops.append([cut_crop(frame, to_image, view.image_size) for to_image in maps[:, number]])
        watch.lap('crop')
    frames, mask = np.stack(crops, axis=1), np.asarray(seen[1].any((1, 2)), np.float32)
    mask[0] = 1
    return VideoCrops(frames, maps[:, :len(crops)].astype(np.float32), np.array(size, np.float32), mask)


def label_video(video: Path, record: Annotation, pose: ExportedModel,
                action: ExportedModel) -> tuple[int, dict[str, float]]:
    """Return the class of a video, every frame of which is looked at, and the seconds that each of ``STEPS`` took.

    Args:
        video: file.
        record: its annotation, for the boxes.
        pose: file of the part pose.
        action: file of the part action; it answers one clip of frames from all over the video.
    """
    watch = Stopwatch()
    crops = crop_video(video, record, clip_view(saved_config(pose.config)), watch)
    persons, frames = crops.frames.shape[:2]
    seen = pose.run(frames=crops.frames.reshape(-1, *crops.frames.shape[2:]),
                    crop_to_image=crops.crop_to_image.reshape(-1, 2, 3),
                    image_size=np.tile(crops.image_size, (persons * frames, 1)))
    watch.lap('pose')
    chosen = centered(frames, pose.clip_size)
    clip = {name: values.reshape(persons, frames, *values.shape[1:])[None, :, chosen]
            for name, values in seen.items() if name in action.inputs}
    logits = action.run(**clip, person_mask=crops.person_mask[None])['logits']
    watch.lap('action')
    return int(logits.argmax()), watch.spent
