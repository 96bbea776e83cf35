import pytest

from core.layouts import get_layout
from core.models.skelet.options import STAGES


@pytest.mark.parametrize(('layout', 'counts'), [
    ('wholebody65', (65,) * 4 + (27,) * 3 + (11,) * 3), ('coco17', (17,) * 4 + (11,) * 3 + (6,) * 3)])
def test_joints_after_every_block(layout, counts):
    assert STAGES.joints_after(get_layout(layout)) == counts


def test_other_merging_blocks():
    layout = get_layout('wholebody65')
    stages = STAGES._replace(groups=(1,) * 4, pooling=(2,), joints=(11,))
    assert stages.joints_after(layout) == (65, 11, 11, 11)
    assert stages._replace(pooling=(), joints=()).joints_after(layout) == (65,) * 4


def test_merging_blocks_without_a_number_of_joints_are_refused():
    with pytest.raises(ValueError, match=r"'wholebody65' gives 2 numbers of joints \(27, 11\) for 3 merging blocks"):
        STAGES._replace(pooling=(2, 5, 8)).joints_after(get_layout('wholebody65'))
