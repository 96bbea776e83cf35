"""Feature exchange between the scales of a skeleton network, after HRNet (1902.09212): every scale reads every other.

The depthwise convolution to a coarser scale is 3x1, over time only. The numbering of joints and parts means
nothing, so a kernel over it would mix unrelated nodes. The learned pooling mixes joints instead.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import permutations

from torch import Tensor, nn
from torch.nn import functional as F

from core.models.skeleton.hierarchy import Hierarchy, JointMix, mean_columns


class Coarsen(nn.Sequential):
    """To a coarser scale: pool joints, stride over time, project; ``(N, C, T, V) → (N, C', ceil(T / stride), W)``.

    Args:
        in_channels: C.
        out_channels: C'.
        membership: 1 where a joint is in a group, ``(V, W)``.
        stride: temporal stride.
        learn_pool: learn the pooling matrix, which starts as the mean of each group.
    """

    bn: nn.BatchNorm2d

    def __init__(self, in_channels: int, out_channels: int, membership: Tensor, stride: int,
                 learn_pool: bool = True) -> None:
        depthwise = nn.Conv2d(in_channels, in_channels, (3, 1), (stride, 1), (1, 0), groups=in_channels, bias=False)
        super().__init__(OrderedDict(
            pool=JointMix(mean_columns(membership), learn_pool),
            depthwise=depthwise,
            norm=nn.BatchNorm2d(in_channels),
            project=nn.Conv2d(in_channels, out_channels, 1, bias=False),
            bn=nn.BatchNorm2d(out_channels)))


class Refine(nn.Sequential):
    """To a finer scale at the coarse frame rate: project, spread over joints; ``(N, C, T, V) → (N, C', T, W)``.

    The projection commutes with the spreading and is cheaper on the few coarse nodes.

    Args:
        in_channels: C.
        out_channels: C'.
        membership: 1 where a joint of the finer scale is in a group of the coarser one, ``(W, V)``.
        learn_pool: learn the matrix, which starts as the mean of the groups a joint is in.
    """

    bn: nn.BatchNorm2d

    def __init__(self, in_channels: int, out_channels: int, membership: Tensor, learn_pool: bool = True) -> None:
        super().__init__(OrderedDict(
            project=nn.Conv2d(in_channels, out_channels, 1, bias=False),
            unpool=JointMix(mean_columns(membership.T), learn_pool),
            bn=nn.BatchNorm2d(out_channels)))


class ExchangeUnit(nn.Module):
    """``y_i = ReLU(x_i + sum_j f_ij(x_j))`` over all scales; each has half the frame rate of the one before.

    Args:
        widths: channels C_s of the maps, finest first.
        hierarchy: graphs of the scales.
        learn_pool: learn the pooling matrices.
        zero_init: paths to the finest map end in a BatchNorm of weight 0 at first (1706.02677), so nothing reaches it.
            It is not negative, so the ReLU keeps it unchanged.
    """

    def __init__(self, widths: Sequence[int], hierarchy: Hierarchy, learn_pool: bool = True,
                 zero_init: bool = True) -> None:
        super().__init__()
        self.paths = nn.ModuleDict()
        for target, source in permutations(range(len(widths)), 2):
            path: Coarsen | Refine
            if source < target:
                path = Coarsen(widths[source], widths[target], hierarchy.between(source, target),
                               2 ** (target - source), learn_pool)
            else:
                path = Refine(widths[source], widths[target], hierarchy.between(target, source), learn_pool)
            if zero_init and target == 0:
                nn.init.zeros_(path.bn.weight)
            self.paths[f'{target}{source}'] = path

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return the maps ``(N, C_s, T_s, V_s)``, finest first; each has read all the others as they came in."""
        return [self._receive(maps, target) for target in range(len(maps))]

    def _receive(self, maps: Sequence[Tensor], target: int) -> Tensor:
        total = maps[target]                                                             # (N, C_i, T_i, V_i)
        size = total.shape[2:]
        for source, x in enumerate(maps):
            if source == target:
                continue
            update = self.paths[f'{target}{source}'](x)                                  # (N, C_i, T_i or T_j, V_i)
            total = total + (update if source < target else F.interpolate(update, size=size, mode='nearest'))
        return F.relu(total)
