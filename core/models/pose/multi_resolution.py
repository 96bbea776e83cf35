"""What HRNet and Lite-HRNet have in common: stages of parallel resolutions whose maps can be read by name."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor, nn

STRIDE = 32


class BranchTransition(nn.ModuleList):
    """Between two stages: adapts widths and opens new branches from the coarsest one (keys ``{branch}.{…}``).

    Args:
        before: channels of the previous stage's branches, fine → coarse.
        after: channels of the next stage's branches.
    """

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        super().__init__()
        for branch, width in enumerate(after):
            if branch >= len(before):
                outputs = [before[-1]] * (branch - len(before)) + [width]
                self.append(nn.Sequential(*(self.halve(before[-1], out) for out in outputs)))
            else:
                self.append(self.adapt(before[branch], width) if width != before[branch] else nn.Identity())

    @abstractmethod
    def adapt(self, before: int, after: int) -> nn.Module:
        """Return a layer from ``before`` to ``after`` channels at the same resolution."""

    @abstractmethod
    def halve(self, before: int, after: int) -> nn.Module:
        """Return a layer from ``before`` to ``after`` channels at half the resolution."""

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps of the previous stage → maps of the next one, fine → coarse."""
        return [layer(maps[min(branch, len(maps) - 1)]) for branch, layer in enumerate(self)]


class FusePaths(nn.ModuleList):
    """Paths from every branch of a module to one of them (keys ``{source}.{…}``)."""

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps ``(N, C_b, H_b, W_b)`` of all branches → as many terms ``(N, C, H, W)`` of one."""
        return [path(level) for path, level in zip(self, maps, strict=True)]


class MultiResolutionBackbone(nn.Module):
    """A stem and stages that each add a branch of half the resolution.

    Attributes:
        title: name in messages.
        num_stages: number of stages.
        output_names: names of the maps ``forward`` returns, fine → coarse.
        channels: channels of these maps.
        tap_channels: channels of the maps ``forward_taps`` returns, by name.
    """

    title: str
    num_stages: int
    output_names: tuple[str, ...]
    channels: tuple[int, ...]
    tap_channels: dict[str, int]

    @abstractmethod
    def stem_taps(self, x: Tensor) -> dict[str, Tensor]:
        """Return the maps before the first stage by name; the last one enters it."""

    @abstractmethod
    def stage_modules(self, index: int) -> tuple[nn.Module, nn.Sequential]:
        """Return the transition to stage ``index`` (0-based) and the stage."""

    def forward_taps(self, x: Tensor) -> dict[str, Tensor]:
        """Return all maps by name: the maps of the stem, and 's{stage}b{branch}' after each stage.

        Args:
            x: ``(N, 3, H, W)``, H and W divisible by 32.

        Raises:
            ValueError: for another size.
        """
        if x.shape[-1] % STRIDE or x.shape[-2] % STRIDE:
            raise ValueError(f'{self.title} needs sides divisible by {STRIDE}, got an input of {tuple(x.shape[-2:])}')
        taps = self.stem_taps(x)
        maps = list(taps.values())[-1:]                                             # [(N, C_0, H/4, W/4)]
        for index in range(self.num_stages):
            transition, stage = self.stage_modules(index)
            maps = stage(transition(maps))                                          # [(N, C_b, H_b, W_b), ...]
            names = [name for name in self.tap_channels if name.startswith(f's{index}b')]
            taps |= dict(zip(names, maps, strict=True))
        return taps

    def forward(self, x: Tensor) -> list[Tensor]:
        """``(N, 3, H, W)`` → the maps ``(N, channels[b], H/(4·2^b), W/(4·2^b))`` of ``output_names``, fine → coarse."""
        taps = self.forward_taps(x)
        return [taps[name] for name in self.output_names]
