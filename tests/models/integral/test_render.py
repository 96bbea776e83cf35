"""Pose maps against loops over pixels and persons."""

import math

import pytest
import torch

from core.layouts import LAYOUTS, get_layout
from core.models.integral.render import PoseMaps, limbs_of

SIZE = HEIGHT, WIDTH = 9, 12
LIMBS = ((0, 1), (1, 2))


def draw(keypoints, **options):
    """Heatmaps (3, H, W) and fields (2, 2, H, W) of persons' joints given as (x, y, score) in pixels."""
    x, y, score = torch.tensor(keypoints, dtype=torch.float32).unbind(dim=-1)                # (M, V)
    centered = torch.stack([x - (WIDTH - 1) / 2, y - (HEIGHT - 1) / 2, score], dim=-1)
    maps = PoseMaps(LIMBS, SIZE, **options)(centered[None, :, None])[0]
    return maps[:3], maps[3:].unflatten(0, (2, 2))


def people(seed, persons=3):
    generator = torch.Generator().manual_seed(seed)
    scale = torch.tensor([WIDTH, HEIGHT, 1.0])
    return (torch.rand(persons, 3, 3, generator=generator) * scale).tolist()


@pytest.mark.parametrize(('name', 'channels'), [('openpose18', 52), ('ntu25', 73), ('coco17', 49)])
def test_channels_of_each_layout(name, channels):
    layout = get_layout(name)
    maps = PoseMaps(limbs_of(layout), SIZE)(torch.rand(2, 5, 3, layout.num_joints, 3))
    assert maps.shape == (2 * 3, channels, *SIZE)


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=LAYOUTS)
def test_limbs_are_the_layouts_links_but_for_the_published_ones(layout):
    limbs, links = ({frozenset(pair) for pair in pairs} for pairs in (limbs_of(layout), layout.links))
    assert len(limbs) == len(limbs_of(layout)) == len(links)
    assert limbs == links or layout.name in ('openpose18', 'ntu25')


@pytest.mark.parametrize('sigma', [0.5, 1.5])
def test_heatmaps_are_the_clipped_sum_of_gaussians(sigma):
    persons = people(0)
    maps, _ = draw(persons, sigma=sigma)
    for joint in range(3):
        for row in range(HEIGHT):
            for column in range(WIDTH):
                wanted = sum(math.exp(-0.5 * ((column - x) ** 2 + (row - y) ** 2) / sigma ** 2)
                             for x, y, score in (person[joint] for person in persons) if score > 0.1)
                assert maps[joint, row, column].item() == pytest.approx(min(wanted, 1), abs=1e-5)


@pytest.mark.parametrize('radius', [1.0, 2.0])
def test_fields_are_the_mean_direction_of_the_persons_that_cover_a_pixel(radius):
    persons = people(1)
    _, fields = draw(persons, radius=radius)
    for limb, (first, second) in enumerate(LIMBS):
        for row in range(HEIGHT):
            for column in range(WIDTH):
                found = [direction(person[first], person[second], column, row, radius) for person in persons]
                found = [each for each in found if each] or [(0.0, 0.0)]
                wanted = [sum(part) / len(found) for part in zip(*found, strict=True)]
                assert fields[limb, :, row, column].tolist() == pytest.approx(wanted, abs=1e-5)
    assert fields.abs().sum() > 0


def direction(start, end, column, row, radius):
    """Unit vector of a limb if a pixel lies on it."""
    (x, y, score), (end_x, end_y, end_score) = start, end
    length = math.hypot(end_x - x, end_y - y)
    unit = (end_x - x) / length, (end_y - y) / length
    along = unit[0] * (column - x) + unit[1] * (row - y)
    across = unit[1] * (column - x) - unit[0] * (row - y)
    covered = 0 <= along <= length and abs(across) <= radius and min(score, end_score) > 0.1
    return unit if covered else None


def test_one_threshold_for_joints_and_limbs():
    person = [[[2, 4, 0.5], [8, 4, 1.0], [8, 8, 1.0]]]
    heat, fields = draw(person, score_thr=0.5)
    assert heat[0].sum() == 0 and fields[0].abs().sum() == 0
    heat, fields = draw(person, score_thr=0.49)
    assert heat[0, 4, 2] == 1 and fields[0, :, 4, 5].tolist() == [1, 0]


def test_limbs_without_length_and_absent_persons_leave_no_trace():
    heat, fields = draw([[[5, 4, 1.0]] * 3])
    assert heat[0, 4, 5] == 1 and fields.abs().sum() == 0
    present = people(2)
    absent = [[[1, 1, 0.0]] * 3]
    for alone, crowded in zip(draw(present), draw(present + absent), strict=True):
        torch.testing.assert_close(alone, crowded)


def test_mirrored_positions_give_mirrored_maps():
    render, keypoints = PoseMaps(LIMBS, SIZE), torch.tensor(people(3))[None, :, None]
    keypoints[..., :2] -= 5.1
    maps, mirrored = render(keypoints), render(keypoints * torch.tensor([-1.0, 1.0, 1.0]))
    sign = torch.tensor([1, 1, 1, -1, 1, -1, 1])[:, None, None]
    torch.testing.assert_close(mirrored.flip(-1) * sign, maps)


def test_half_precision_does_not_move_joints():
    render, keypoints = PoseMaps(LIMBS, SIZE), torch.tensor(people(4))[None, :, None]
    with torch.autocast('cpu', dtype=torch.bfloat16):
        maps = render(keypoints)
    assert maps.dtype == torch.float32 and torch.equal(maps, render(keypoints))
