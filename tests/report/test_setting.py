"""Headline figures."""

from core.report.setting import headline_figures


def test_figures_are_those_that_the_run_has():
    metrics = {'top1': 90.104, 'num_clips': 1920, 'pose': {'AP': None, 'PCK': 69.37}, 'confusion': [[1]],
               'parameters': 2_340_000}
    assert [(figure.name, figure.value, figure.unit) for figure in headline_figures(metrics)] == [
        ('top-1 accuracy', '90.1', '%'), ('joints right (PCK)', '69.4', '%'), ('test clips', '1,920', ''),
        ('parameters', '2.34', 'million')]
    assert headline_figures({}) == []
