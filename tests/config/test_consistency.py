"""Values that are fine alone and impossible together."""

import pytest

from core.config import load_config

DISTRIBUTIONS = ['SKELETON.NAME', 'posec3d', 'IMPLICIT.MODE', 'probs', 'GEOM', 'none']


@pytest.mark.parametrize(('overrides', 'message'), [
    (['INSTANCE_POOLING', 'true', 'MULTI_FUSE', 'true'], 'MODEL.INSTANCE_POOLING merges the persons'),
    ([*DISTRIBUTIONS, 'MULTI_FUSE', 'true'], 'reads the distributions of the joint model'),
    (['MULTI_FUSE', 'true', 'HEADS', '3'], 'MODEL.VISUAL.HEADS is 3 but must divide MODEL.VISUAL.DIM 128'),
    (['NAME', '..'], 'NAME is .* but must be a plain folder name'), (['NAME', ''], 'NAME is .* plain folder name'),
    (['P_INTERVAL', '[0.8,0.5]', 'MODEL.NAME', 'skelet'], 'DATASET.P_INTERVAL is .*smallest'),
])
def test_what_does_not_go_together_is_refused(overrides, message):
    with pytest.raises(ValueError, match=message):
        load_config(overrides=overrides)


def test_what_another_system_left_behind_is_no_hindrance(tmp_path):
    (tmp_path / 'joint.yaml').write_text('MODEL: {SKELETON: {NAME: posec3d}, IMPLICIT: {MODE: probs, GEOM: none}}\n')
    assert load_config(tmp_path / 'joint.yaml', ['MODEL.NAME', 'posec3d']).MODEL.NAME == 'posec3d'
    (tmp_path / 'pooled.yaml').write_text('MODEL: {NAME: skelet, INSTANCE_POOLING: true}\n')
    assert load_config(tmp_path / 'pooled.yaml', ['MODEL.NAME', 'posec3d']).MODEL.NAME == 'posec3d'
