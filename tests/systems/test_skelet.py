import pytest
import torch

from core.config.keys import default_config
from core.models.skeleton.ctrgcn import UnitCTRGCN
from core.models.skeleton.dggcn import DynamicGroupGCN
from core.models.skeleton.gcn import UnitGCN
from core.models.skeleton.tcn import CTRMultiScaleTCN, DynamicGroupTCN, MultiScaleTCN
from core.systems.skelet import KeypointSkeleT


@pytest.mark.parametrize(('unit', 'graph_unit', 'temporal_unit'), [
    ('dgstgcn', DynamicGroupGCN, DynamicGroupTCN), ('stgcnpp', UnitGCN, MultiScaleTCN),
    ('ctrgcn', UnitCTRGCN, CTRMultiScaleTCN)])
def test_every_key_reaches_the_model(unit, graph_unit, temporal_unit):
    cfg = default_config()
    cfg.DATASET.LAYOUT, cfg.DATASET.NUM_ACTION, cfg.MODEL.INSTANCE_POOLING = 'ntu25', 7, unit == 'stgcnpp'
    cfg.MODEL.SKELET.UNIT, cfg.MODEL.SKELET.BASE_CHANNELS, cfg.MODEL.SKELET.DROPOUT = unit, 16, 0.25
    model = KeypointSkeleT().build(cfg).eval()
    block = model.skeleton.backbone.gcn[9]
    assert type(block.gcn.basic_gcn_blocks[3]) is graph_unit and type(block.tcn) is temporal_unit
    assert model.skeleton.head.dropout.p == 0.25 and model.skeleton.backbone.out_channels == 64
    assert (model.skeleton.backbone.instance_pooling_block is not None) == (unit == 'stgcnpp')
    assert model(torch.randn(1, 2, 8, 25, 3), torch.ones(1, 2)).logits.shape == (1, 7)
