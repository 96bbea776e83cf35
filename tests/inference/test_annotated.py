"""Annotated videos are answered in their order, the best classes first."""

import numpy as np
import pytest
import torch
from torch import nn

from core.data.clips.keypoint_clips import SkeletonClip
from core.engine.evaluation.predict import EvaluationSettings
from core.engine.runtime import Runtime
from core.inference.annotated import AnnotatedVideos, best_classes, predict_annotated
from core.models.output import JointOutput


class Same(nn.Module):
    """Answers with the first three numbers of the features."""

    def forward(self, features, person_mask):
        return JointOutput(logits=features.flatten(1)[:, :3])


@pytest.fixture
def videos():
    logits = torch.log(torch.tensor([[0.1, 0.7, 0.2], [0.6, 0.1, 0.3]]))
    batches = [SkeletonClip(row.view(1, 1, 1, 1, 3), torch.ones(1, 1), torch.zeros(1).long(), torch.tensor([index]))
               for index, row in enumerate(logits)]
    return AnnotatedVideos(('first', 'second'), ('sit', 'stand', 'walk'), Same(), batches, Runtime(torch.device('cpu')),
                           EvaluationSettings())


def test_probabilities_are_in_the_order_of_the_videos(videos):
    np.testing.assert_allclose(predict_annotated(videos), [[0.1, 0.7, 0.2], [0.6, 0.1, 0.3]], atol=1e-6)


def test_a_line_names_the_best_classes(videos):
    assert list(best_classes(videos, 2)) == ['first: stand 70.0%, walk 20.0%', 'second: sit 60.0%, walk 30.0%']
