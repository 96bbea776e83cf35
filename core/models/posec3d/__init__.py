"""PoseC3D (Duan et al., CVPR 2022, 2104.13586): poses as volumes of heatmaps, read by a 3D convolutional network."""
