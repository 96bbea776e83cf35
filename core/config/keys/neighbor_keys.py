"""Keys of the neighboring systems, a section each."""

from __future__ import annotations

from core.config.key import Key
from core.config.owners import BOTH_STREAMS, INTEGRAL, ON_DISTRIBUTIONS, POSE_STREAM, RGB_STREAM, system, when

POSEC3D, KEYPOINT_CNN, SKELET = system('posec3d'), system('keypoint_cnn'), system('skelet')
VOLUMES = POSEC3D | ON_DISTRIBUTIONS

NEIGHBOR_KEYS: dict[str, Key] = {
    'MODEL.POSEC3D.HEATMAP': Key('keypoint', 'what the volume shows', of=POSEC3D, choices=('keypoint', 'limb')),
    'MODEL.POSEC3D.LIMBS': Key('pyskl', "order of the limbs. pyskl: of PYSKL's configurations; pyskl_default: of its "
                                        'class, which its NTU-120 joint checkpoints need',
                               of=POSEC3D & when('MODEL.POSEC3D.HEATMAP', 'limb'), choices=('pyskl', 'pyskl_default')),
    'MODEL.POSEC3D.SIGMA': Key(0.6, 'standard deviation of the Gaussians, heatmap pixels', of=POSEC3D, minimum=0.1),
    'MODEL.POSEC3D.BASE_CHANNELS': Key(32, 'channels of the stem', of=VOLUMES, minimum=4),
    'MODEL.POSEC3D.STAGE_BLOCKS': Key([4, 6, 3], 'blocks of each stage', of=VOLUMES, minimum=1, length=3),
    'MODEL.POSEC3D.DROPOUT': Key(0.5, 'dropout before the last layer', of=VOLUMES, minimum=0, maximum=0.9),
    'MODEL.KEYPOINT_CNN.INPUT': Key('volume', 'volume: the keypoints as numbers (joints, frames, dimensions); image: '
                                              'drawn into one gray image a frame',
                                    of=KEYPOINT_CNN, choices=('volume', 'image')),
    'MODEL.KEYPOINT_CNN.BASE_CHANNELS': Key(32, 'channels of the stem', of=KEYPOINT_CNN, minimum=4),
    'MODEL.KEYPOINT_CNN.DROPOUT': Key(0.5, 'dropout before the last layer', of=KEYPOINT_CNN, minimum=0, maximum=0.9),
    'MODEL.SKELET.UNIT': Key('dgstgcn', 'graph and temporal units', of=SKELET,
                             choices=('dgstgcn', 'stgcnpp', 'ctrgcn')),
    'MODEL.SKELET.BASE_CHANNELS': Key(64, 'channels of the first stage', of=SKELET, minimum=16, multiple_of=16),
    'MODEL.SKELET.DROPOUT': Key(0.0, 'dropout before the last layer', of=SKELET, minimum=0, maximum=0.9),
    'MODEL.INTEGRAL.RGB_DEPTH': Key(18, 'ResNet of the RGB stream', of=RGB_STREAM, choices=(18, 34, 50, 101, 152)),
    'MODEL.INTEGRAL.POSE_DEPTH': Key(18, 'ResNet of the pose stream', of=POSE_STREAM, choices=(18, 34, 50, 101, 152)),
    'MODEL.INTEGRAL.RESNET': Key('', 'ResNet checkpoint of torchvision that both streams start from; empty: random '
                                     'weights', of=BOTH_STREAMS & when('PRETRAINED', '')),
    'MODEL.INTEGRAL.GATE': Key(True, 'a gate made of the pose weighs both streams; else their sum', of=BOTH_STREAMS),
    'MODEL.INTEGRAL.FRAME_FACTOR': Key(1, 'pose frames for each RGB frame', of=INTEGRAL, minimum=1),
    'MODEL.INTEGRAL.SIGMA': Key(0.5, 'standard deviation of the joint heatmaps, pixels', of=POSE_STREAM, minimum=0.1),
    'MODEL.INTEGRAL.SCORE_THR': Key(0.1, 'joints at or below this score are not drawn', of=POSE_STREAM, minimum=0,
                                    maximum=1),
    'MODEL.INTEGRAL.DROPOUT': Key(0.5, 'dropout before the last layer', of=INTEGRAL, minimum=0, maximum=0.9),
    'MODEL.INTEGRAL.LR_RATIO': Key(0.1, "the gate's learning rate over TRAIN.LR", of=BOTH_STREAMS, minimum=0),
}
