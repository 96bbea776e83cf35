from core.parity.families import check


def test_recorded_losses_and_gradients_are_reproduced(unpack):
    comparisons = check(unpack('end2end_losses'))
    assert {comparison.name for comparison in comparisons} == {
        'kl_loss', 'kl_grad_output_x', 'kl_grad_output_y', 'mse_loss_weighted', 'mse_grad_weighted',
        'mse_loss_unweighted'}
    assert not [comparison for comparison in comparisons if not comparison.passed]
