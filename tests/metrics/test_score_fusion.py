import numpy as np
import pytest

from core.metrics.score_fusion import ClipScores, align, fuse_scores

NAMES = np.array(['a', 'b', 'c', 'd'])


def scores_of(seed, names=NAMES, num_classes=3):
    scores = np.random.default_rng(seed).dirichlet(np.ones(num_classes), len(names))
    return ClipScores(names, np.array([0, 1, 2, 0])[:len(names)], scores, f'{seed}.npz')


def shuffled(part):
    return part._replace(names=part.names[[2, 0, 3, 1]], labels=part.labels[[2, 0, 3, 1]],
                         scores=part.scores[[2, 0, 3, 1]])


def test_fusion_is_the_weighted_mean_whatever_the_order_of_clips():
    one, two = scores_of(1), scores_of(2)
    fused = fuse_scores([one, shuffled(two)], [3, 1])
    np.testing.assert_array_equal(fused.names, NAMES)
    np.testing.assert_array_equal(fused.labels, one.labels)
    np.testing.assert_allclose(fused.scores, 0.75 * one.scores + 0.25 * two.scores)
    np.testing.assert_allclose(fuse_scores([one, two]).scores, (one.scores + two.scores) / 2)


def test_a_weight_of_zero_leaves_a_part_out():
    one, two = scores_of(1), scores_of(2)
    np.testing.assert_allclose(fuse_scores([one, two], [0, 2]).scores, two.scores)


def test_align_follows_the_reference():
    one = scores_of(1)
    for name, values in align(shuffled(one), one)._asdict().items():
        np.testing.assert_array_equal(values, getattr(one, name))


@pytest.mark.parametrize(('change', 'message'), [
    ({'names': np.array(['a', 'b', 'c', 'e'])}, r"'e': '2.npz' holds it but '1.npz' does not"),
    ({'names': np.array(['a', 'b', 'c', 'c'])}, r"'c': '2.npz' holds it twice"),
    ({'labels': np.array([0, 2, 2, 0])}, r"'b': '2.npz' labels it otherwise than '1.npz'"),
    ({'scores': np.ones((4, 5))}, r"'2.npz' scores 5 classes but '1.npz' 3"),
])
def test_parts_that_do_not_belong_together(change, message):
    with pytest.raises(ValueError, match=message):
        fuse_scores([scores_of(1), scores_of(2)._replace(**change)])


def test_a_clip_that_is_missing():
    with pytest.raises(ValueError, match=r"'d': '2.npz' lacks it but '1.npz' holds it"):
        fuse_scores([scores_of(1), scores_of(2, NAMES[:3])])


@pytest.mark.parametrize('weights', [[1], [1, -1], [0, 0], [1, float('nan')], [1, float('inf')]])
def test_weights_that_do_not_fit(weights):
    with pytest.raises(ValueError, match='2 sets of scores need as many weights'):
        fuse_scores([scores_of(1), scores_of(2)], weights)
