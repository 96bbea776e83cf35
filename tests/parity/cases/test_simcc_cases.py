from core.parity.families import check


def test_recorded_targets_mirrors_and_decodings_are_reproduced(unpack):
    comparisons = check(unpack('data_end2end_simdr'))
    assert {'sa_simdr_target', 'heatmap_target_quarter', 'flip_back_simdr_y', 'decode_argmax', 'affine_points_4'} <= {
        comparison.name for comparison in comparisons}
    assert not [comparison for comparison in comparisons if not comparison.passed]
