import pytest

from core.layouts import LAYOUTS, get_layout
from core.visualization.colors import CENTER, LEFT, RIGHT, joint_colors, link_colors


@pytest.mark.parametrize('name', LAYOUTS)
def test_joint_colors_follow_the_joint_names(name):
    layout = get_layout(name)
    for joint, color in zip(layout.joints, joint_colors(layout), strict=True):
        assert color == (LEFT if joint.startswith('left') else RIGHT if joint.startswith('right') else CENTER)


def test_links_take_the_side_of_their_joints():
    layout = get_layout('ntu25')
    colors = dict(zip(layout.links, link_colors(layout), strict=True))
    assert colors[5, 4] == LEFT       # left elbow - left shoulder
    assert colors[8, 20] == RIGHT     # right shoulder - spine
    assert colors[2, 20] == CENTER    # neck - spine
