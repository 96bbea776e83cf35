"""Pose metrics of real COCO annotations: against arithmetic, and against pycocotools reading a results file."""

import json
import math

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from core.config import REPOSITORY
from core.layouts import COCO17
from core.metrics.pose import evaluate_pose

THRESHOLDS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]


@pytest.fixture(scope='module')
def people():
    """Joints (12, 17, 2), visible (12, 17) and image ids (12,) of the annotated people of four images."""
    rows = json.loads((REPOSITORY / 'tests' / 'fixtures' / 'coco_keypoints.json').read_text())['annotations']
    joints = np.array([row['keypoints'] for row in rows], float).reshape(-1, 17, 3)
    return joints[..., :2], joints[..., 2] > 0, np.array([row['image_id'] for row in rows])


def evaluate(guess, scores, people):
    truth, visible, image_ids = people
    return evaluate_pose(guess, np.repeat(scores[:, None], 17, axis=1), truth, visible, image_ids, COCO17.sigmas)


def box(joints, visible):
    """x, y, width and height of the box around one person's visible joints."""
    (left, top), (right, bottom) = joints[visible].min(axis=0), joints[visible].max(axis=0)
    return [left, top, right - left, bottom - top]


def test_true_keypoints_score_100(people):
    metrics = evaluate(people[0], np.ones(len(people[0])), people)
    assert metrics[:5] == pytest.approx((100,) * 5)


def test_four_pixels_off(people):
    """The surer a prediction, the nearer: at each threshold those that pass come first, with precision 1."""
    oks = []
    for joints, visible in zip(*people[:2], strict=True):
        area = math.prod(box(joints, visible)[2:])
        terms = [math.exp(-4**2 / (2 * area * (2 * COCO17.sigmas[v])**2)) for v in range(17) if visible[v]]
        oks.append(sum(terms) / len(terms))
    passing = [sum(value >= threshold for value in oks) for threshold in THRESHOLDS]  # people at each threshold
    precision = [(100 * count // len(oks) + 1) / 101 if count else 0 for count in passing]  # recall 0, 0.01, .., 1
    metrics = evaluate(people[0] + (4, 0), np.array(oks), people)
    assert min(passing) < len(oks) and max(passing) > 0
    assert metrics.AP == pytest.approx(100 * sum(precision) / 10)
    assert metrics.AP50 == pytest.approx(100 * precision[0]) and metrics.AP75 == pytest.approx(100 * precision[5])
    assert metrics.AR == pytest.approx(100 * sum(passing) / 10 / len(oks))


@pytest.mark.parametrize('noise', [0, 4, 12])
def test_equals_pycocotools_on_a_results_file(people, noise, tmp_path):
    truth, visible, image_ids = people
    rng = np.random.default_rng(noise)
    guess, scores = truth + rng.normal(0, noise, truth.shape), rng.random(len(truth))
    boxes = [box(joints, seen) for joints, seen in zip(truth, visible, strict=True)]
    write(tmp_path / 'truth.json', {
        'images': [{'id': image} for image in sorted(set(image_ids.tolist()))],
        'categories': [{'id': 1, 'name': 'person'}],
        'annotations': [
            {'id': number + 1, 'image_id': int(image_ids[number]), 'category_id': 1, 'iscrowd': 0,
             'bbox': boxes[number], 'area': math.prod(boxes[number][2:]), 'num_keypoints': int(visible[number].sum()),
             'keypoints': coco_keypoints(truth[number], visible[number])} for number in range(len(truth))]})
    write(tmp_path / 'results.json', [
        {'image_id': int(image), 'category_id': 1, 'keypoints': coco_keypoints(joints, np.ones(17)), 'score': score}
        for image, joints, score in zip(image_ids, guess, scores.tolist(), strict=True)])
    index = COCO(str(tmp_path / 'truth.json'))
    evaluation = COCOeval(index, index.loadRes(str(tmp_path / 'results.json')), 'keypoints')
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluate(guess, scores, people)[:4] == pytest.approx(100 * evaluation.stats[[0, 1, 2, 5]])  # AP, .., AR


def coco_keypoints(joints, visible):
    return np.concatenate([joints, 2.0 * np.asarray(visible)[:, None]], axis=1).reshape(-1).tolist()


def write(file, content):
    file.write_text(json.dumps(content))
