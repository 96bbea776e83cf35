"""Recorded answers of the official SkeleT, and which of its arguments are understood."""

import pytest

from core.parity.cases.skelet_cases import build_backbone
from core.parity.families import check

BACKBONE = {'type': 'SkeleT_GCN', 'init_graph_cfg': {'layout': 'expressive-keypoints', 'mode': 'skelet_spatial'},
            'base_channels': 16, 'num_stages': 3, 'num_groups': [1, 2, 2], 'inflate_stages': [2], 'down_stages': [2],
            'pooling_stages': [2], 'pooling_joints': [27]}


@pytest.mark.parametrize('name', ['skelet_dgstgcn_ntu120', 'skelet_ctrgcn_config_ntu120', 'skelet_unit_ctrgcn_custom',
                                  'skelet_dgstgcn_instance_pooling'])
def test_recorded_answers_are_reproduced(unpack, name):
    comparisons = check(unpack(name))
    assert len(comparisons) >= 15
    assert not [comparison for comparison in comparisons if not comparison.passed]


def test_arguments_reach_the_network():
    network = build_backbone({**BACKBONE, 'gcn_type': 'unit_gcn', 'gcn_adaptive': 'offset', 'gcn_conv_pos': 'post',
                              'tcn_type': 'mstcn', 'tcn_dropout': 0.3, 'num_subsets': 4, 'split_way': 'conv+repeat',
                              'M_adaptive': 'offset', 'same_transformation_importance': False, 'data_bn_type': None,
                              'with_instance_pooling': True, 'ip_drop_path': 0.2, 'ip_pe': 'VC'})
    unit = network.gcn[1].gcn.basic_gcn_blocks[1]
    assert unit.A.shape == (4, 27, 27) and unit.conv_pos == 'post' and unit.adaptive == 'offset'
    assert network.gcn[1].tcn.drop.p == 0.3 and network.gcn[1].gcn.repeat
    assert network.gcn[1].gcn.adaptive == network.gcn[2].gcn.adaptive == 'offset'
    pooling = network.instance_pooling_block
    assert pooling.drop_path == 0.2 and pooling.pos_embedding.shape == (1, 65, 16)
    assert not list(network.data_bn.parameters())


def test_one_number_of_groups_is_for_all_blocks_and_maps_are_optional():
    network = build_backbone({**BACKBONE, 'num_groups': 2, 'in_channels': 4, 'same_transformation': False})
    assert [len(block.gcn.basic_gcn_blocks) for block in network.gcn] == [2, 2, 2]
    assert network.gcn[1].gcn.M is not None and network.gcn[2].gcn.M is None


@pytest.mark.parametrize(('change', 'complaint'), [
    ({'gcn_stage': 2}, "'gcn_stage' has no counterpart"), ({'concat_way': 'concat'}, 'concat_way is .*alone'),
    ({'gcn_ctr': 'NA'}, "gcn_ctr is 'NA'"), ({'num_groups': [1, 1]}, '2 blocks, num_stages 3'),
    ({'init_graph_cfg': {'layout': 'coco', 'mode': 'skelet_spatial'}}, "'coco'"),
    ({'pooling_joints': [28]}, 'from 65 to 28')])
def test_what_has_no_counterpart_is_refused(change, complaint):
    with pytest.raises(ValueError, match=complaint):
        build_backbone({**BACKBONE, **change})
