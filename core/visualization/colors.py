"""Colors that stay apart for color-blind readers (Okabe and Ito, "Color Universal Design", 2008), as RGB 0-255."""

from __future__ import annotations

from core.layouts import Layout

Color = tuple[int, int, int]

WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)
ORANGE: Color = (230, 159, 0)
SKY_BLUE: Color = (86, 180, 233)
GREEN: Color = (0, 158, 115)
YELLOW: Color = (240, 228, 66)
BLUE: Color = (0, 114, 178)
VERMILLION: Color = (213, 94, 0)

LEFT, RIGHT, CENTER = SKY_BLUE, VERMILLION, YELLOW
LINES = (BLUE, VERMILLION, GREEN, ORANGE, SKY_BLUE, BLACK)


def joint_colors(layout: Layout) -> list[Color]:
    """Return the V joint colors: LEFT and RIGHT for the joints of the layout's flip pairs, CENTER for the others."""
    colors = [CENTER] * layout.num_joints
    for left, right in layout.flip_pairs:
        colors[left], colors[right] = LEFT, RIGHT
    return colors


def link_colors(layout: Layout) -> list[Color]:
    """Return one color per link of the layout: LEFT or RIGHT by its side, CENTER if it has no side or both."""
    joints = joint_colors(layout)
    colors = []
    for link in layout.links:
        sides = {joints[joint] for joint in link} - {CENTER}
        colors.append(sides.pop() if len(sides) == 1 else CENTER)
    return colors
