"""Keys of the model: what all systems share, and the joint system with its skeleton network and visual branch."""

from __future__ import annotations

from core.config.key import Key
from core.config.owners import (
    ATTENTION,
    BEHIND_POSE,
    COARSE_SCALES,
    END_TO_END,
    GRAPHS,
    JOINT,
    LATE_CONV,
    POSE_NET,
    SCALES,
    SEEN_FRAMES,
    SKELETONS,
    TWO_STAGE,
    VISUAL,
    system,
    unless,
    when,
)
from core.config.systems import SYSTEMS

BACKBONE_NAMES = ('lite-hrnet-18', 'lite-hrnet-30', 'naive-lite-hrnet-18', 'wider-naive-lite-hrnet-18', 'hrnet-w32',
                  'hrnet-w48')

JOINT_KEYS: dict[str, Key] = {
    'MODEL.NAME': Key('joint', 'system: joint (video to poses to action), skeleton (its second half, on keypoints), or '
                               'one of its neighbors, see core/config/systems.py', choices=tuple(SYSTEMS)),
    'PRETRAINED': Key('', 'checkpoint to start from (official Lite-HRNet or HRNet pose, PYSKL skeleton, ours); '
                          'empty: random weights'),
    'MODEL.IMAGE_SIZE': Key([96, 160], 'crop [width, height], pixels', of=SEEN_FRAMES, minimum=32, length=2,
                            multiple_of=32),
    'MODEL.NUM_PERSONS': Key(1, 'persons per clip', of=unless('TRAIN.MODE', 'rgb_only'), minimum=1, maximum=10),
    'MODEL.INSTANCE_POOLING': Key(False, "merge the persons into one before the skeleton network (SkeleT's Instance "
                                         'Pooling), for many persons', of=GRAPHS | system('skelet')),
    # ---- pose network ------------------------------------------------------------------------------------------
    'BACKBONE': Key('lite-hrnet-18', 'pose backbone', of=POSE_NET, choices=BACKBONE_NAMES),
    'MODEL.SIMDR_SPLIT_RATIO': Key(2.0, 'bins of a distribution per pixel', of=POSE_NET, minimum=0.5),
    'MODEL.SIGMA': Key(4.0, 'standard deviation of the target Gaussians, bins', of=POSE_NET, minimum=0.1),
    'MODEL.TARGET_NORM': Key('renorm', 'targets that the border cuts. renorm: rescaled to sum 1; upstream: as '
                                       'published', of=JOINT, choices=('renorm', 'upstream')),
    'MODEL.FINAL_CONV_KERNEL': Key(1, 'kernel of the convolution from features to joints', of=POSE_NET,
                                   choices=(1, 3)),
    # ---- from the pose network to the skeleton network ---------------------------------------------------------
    'MODEL.IMPLICIT.MODE': Key('embed', 'what the skeleton network reads of the distributions. logits, probs: all '
                                        'bins; moments: mean and score; moments+: also variance and entropy; embed: a '
                                        'learned code of the bins; embed+moments: both; hard: the peak bins',
                               of=END_TO_END,
                               choices=('logits', 'probs', 'moments', 'moments+', 'embed', 'embed+moments', 'hard')),
    'MODEL.IMPLICIT.EMBED_DIM': Key(64, 'channels per joint of the embed modes', minimum=4,
                                    of=END_TO_END & when('MODEL.IMPLICIT.MODE', 'embed', 'embed+moments')),
    'MODEL.IMPLICIT.BETA': Key(1.0, 'initial inverse temperature of the distributions', minimum=0.1, maximum=20,
                               of=(END_TO_END & unless('MODEL.IMPLICIT.MODE', 'logits')) | TWO_STAGE),
    'MODEL.IMPLICIT.GRAD_SCALE': Key(1.0, 'factor on the action gradient that reaches the pose network; 0 cuts it',
                                     of=END_TO_END, minimum=0, maximum=1),
    'MODEL.IMPLICIT.GEOM': Key('append', 'where the crop lies in the image. none: left out; image: positions are '
                                         'mapped to the image; append: center and size of the crop are appended',
                               of=BEHIND_POSE, choices=('none', 'image', 'append')),
    # ---- skeleton network --------------------------------------------------------------------------------------
    'MODEL.SKELETON.NAME': Key('ms_stgcnpp', 'skeleton network. stgcn: ST-GCN; stgcnpp: ST-GCN++; ms_stgcnpp: ST-GCN++ '
                                             'on joints, parts and body; posec3d: PoseC3D with the distributions as '
                                             'heatmaps (joint system only)',
                               of=SKELETONS, choices=('stgcn', 'stgcnpp', 'ms_stgcnpp', 'posec3d')),
    'MODEL.SKELETON.DROPOUT': Key(0.0, 'dropout before the last layer', of=GRAPHS, minimum=0, maximum=0.9),
    'MODEL.EDGE_IMPORTANCE': Key(True, 'learned weight per edge', of=SKELETONS & when('MODEL.SKELETON.NAME', 'stgcn')),
    'MODEL.MS.BRANCHES': Key(3, '1: joints; 2: also parts; 3: also body', of=SCALES, minimum=1, maximum=3),
    'MODEL.MS.WIDTH_RATIO': Key([1.0, 0.5, 0.25], "channels of each scale over the joints'", of=COARSE_SCALES,
                                minimum=0.1, maximum=1, length=3),
    'MODEL.MS.EXCHANGE_AFTER': Key([4, 7, 10], 'blocks (2 to 10) after which the scales exchange features',
                                   of=COARSE_SCALES, minimum=2, maximum=10),
    'MODEL.MS.LEARN_POOL': Key(True, 'learn how joints make parts and body; else plain means', of=COARSE_SCALES),
    'MODEL.MS.ZERO_INIT': Key(True, 'at first the coarser scales change nothing', of=COARSE_SCALES),
    # ---- visual branch -----------------------------------------------------------------------------------------
    'MODEL.MULTI_FUSE': Key(False, 'add the visual branch: it reads backbone maps that pose estimation leaves unused',
                            of=END_TO_END),
    'MODEL.VISUAL.NAME': Key('cross_attention', 'visual branch. cross_attention: joints attend to low-level maps; '
                                                'late_conv: the published convolutions',
                             of=VISUAL, choices=('cross_attention', 'late_conv')),
    'MODEL.VISUAL.TAPS': Key(['default'], 'backbone maps it reads: default, low, disc, or names such as s0b1 (stage 0, '
                                          'branch 1)', of=ATTENTION),
    'MODEL.VISUAL.DIM': Key(128, 'channels of a token', of=ATTENTION, minimum=4),
    'MODEL.VISUAL.HEADS': Key(4, 'attention heads; must divide DIM', of=ATTENTION, minimum=1),
    'MODEL.VISUAL.LAYERS': Key(2, 'attention layers', of=ATTENTION, minimum=1),
    'MODEL.VISUAL.T_STRIDE': Key(4, 'frames per token', of=ATTENTION, minimum=1),
    'MODEL.VISUAL.TOKEN_POOL': Key('grid', 'tokens. grid: one for each cell of 32 pixels; joint: one for each joint; '
                                           'grid+joint: both', of=ATTENTION, choices=('grid', 'joint', 'grid+joint')),
    'MODEL.VISUAL.QUERY': Key('joint', 'what asks: every joint, part or body, or (pooled) the mean over the joints',
                              of=ATTENTION, choices=('joint', 'part', 'body', 'pooled')),
    'MODEL.VISUAL.WINDOW': Key(0, 'largest distance in time, tokens; 0: unlimited', of=ATTENTION, minimum=0),
    'MODEL.VISUAL.DROP': Key(0.1, 'probability that a training clip goes without visual evidence', of=ATTENTION,
                             minimum=0, maximum=0.9),
    'MODEL.VISUAL.TAP_GRAD': Key(1.0, "factor on the visual branch's gradient into the backbone maps; 0 cuts it",
                                 of=VISUAL, minimum=0, maximum=1),
    'MODEL.FUSE_VERSION': Key(2, '1: one temporal convolution; 2: convolution blocks', of=LATE_CONV, choices=(1, 2)),
    'MODEL.FUSION': Key('prob', 'skeleton with visual. prob: weighted mean of probabilities; logit: weighted sum of '
                                'logits; prob_upstream: as published', of=VISUAL,
                        choices=('prob', 'logit', 'prob_upstream')),
    'MODEL.FUSION_SG_S': Key(False, 'stop the gradient of the fusion at the skeleton logits',
                             of=VISUAL & unless('MODEL.FUSION', 'prob_upstream')),
    'MODEL.FUSION_SG_V': Key(False, 'stop the gradient of the fusion at the visual logits',
                             of=VISUAL & unless('MODEL.FUSION', 'prob_upstream')),
}
