"""Every configuration key: default, meaning, unit and allowed values.

The names are those of the published YAML files. ``Key`` carries what a value must satisfy, so that a wrong value is
refused by one rule (``core.config.load``) instead of by whatever breaks first. Paths are relative to the repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yacs.config import CfgNode

from core.config.systems import MODES, SYSTEMS

BACKBONE_NAMES = ('lite-hrnet-18', 'lite-hrnet-30', 'naive-lite-hrnet-18', 'wider-naive-lite-hrnet-18',
             'hrnet-w32', 'hrnet-w48')
LAYOUT_NAMES = ('coco17', 'openpose18', 'ntu25', 'nucla20', 'wholebody65')


@dataclass(frozen=True)
class Key:
    """Declaration of one configuration key.

    Attributes:
        default: value used when nobody sets the key; its type is the type of the key.
        help: meaning and unit.
        choices: allowed values (of each element, for a list).
        prefix: beginning of further allowed values.
        minimum: smallest allowed number (of each element, for a list).
        maximum: largest allowed number (of each element, for a list).
        length: exact number of elements of a list, where it is fixed.
        multiple_of: each number must be divisible by it.
    """

    default: Any
    help: str
    choices: tuple | None = None
    prefix: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    length: int | None = None
    multiple_of: int | None = None


KEYS: dict[str, Key] = {
    # ---- the run -----------------------------------------------------------------------------------------------
    'NAME': Key('run', 'name of the run; everything it writes lies in OUTPUT_DIR/NAME'),
    'OUTPUT_DIR': Key('output', 'folder of all runs'),
    'SEED': Key(0, 'seed of weights, data order and augmentation', minimum=0),
    'GPUS': Key([0], 'CUDA device ids; several: DataParallel under python, one process each under torchrun; '
                     'without a GPU on the machine: CPU', minimum=0),
    'AUTO_RESUME': Key(True, 'continue from OUTPUT_DIR/NAME/last.pth when it is there'),
    'PURE_VALID': Key(False, 'test OUTPUT_DIR/NAME/best.pth only, do not train'),
    'PRINT_FREQ': Key(20, 'steps between two log lines (the only host synchronization of a step)', minimum=1),
    'VALID_FREQ': Key(1, 'epochs between two validations on the held-out part of the training side', minimum=1),
    'CUDNN.BENCHMARK': Key(True, 'let cuDNN pick the fastest convolution (CUDA only)'),
    'CUDNN.DETERMINISTIC': Key(False, 'deterministic cuDNN convolutions (CUDA only; slower)'),
    # ---- input -------------------------------------------------------------------------------------------------
    'DATA_DIR': Key('data/demo', 'folder with the frames and the annotation file'),
    'WORKERS': Key(4, 'loader processes; 0: load in the training process', minimum=0),
    'BATCH_PER_GPU': Key(6, 'clips per device and step', minimum=1),
    'DATASET.ANNOTATIONS': Key('ntu60_hrnet.pkl', 'PYSKL-format pickle, inside DATA_DIR; for TRAIN.MODE action also '
                                                  "N-UCLA's .npz or folder of JSON files"),
    'DATASET.FRAMES': Key('images', 'folder inside DATA_DIR with <SEQ>/%05d.jpg, numbered from 1'),
    'DATASET.LAYOUT': Key('coco17', 'joint layout of the annotations', choices=LAYOUT_NAMES),
    'DATASET.NUM_ACTION': Key(60, 'number of action classes', minimum=2),
    'DATASET.NUM_JOINTS': Key(17, 'joints per person; must be those of DATASET.LAYOUT', minimum=1),
    'DATASET.NUM_S': Key(17, 'NTU setups used, S001 to this one: up to 17 is NTU-60 (protocols cs, cv), 18 to 32 is '
                             'NTU-120 (cs with its training subjects, cset)', minimum=1, maximum=32),
    'DATASET.HALF_DATASET': Key(False, 'train on a half of the training clips, drawn with SEED'),
    'DATASET.FEW': Key(0, 'train on this many clips of every class, drawn with SEED; 0: all', minimum=0),
    'DATASET.CLIP_SIZE': Key(32, 'frames per clip; shorter videos are looped', minimum=1),
    'DATASET.SAMPLER': Key('random', "training frames: random in equal segments, uniform (deterministic), or CTR-GCN's "
                                     'repeating; dense: FRAME_STRIDE apart from a random start',
                            choices=('random', 'uniform', 'centered', 'repeating', 'dense')),
    'DATASET.TEST_SAMPLER': Key('centered', "testing frames: middle of equal segments, uniform, CTR-GCN's even, "
                                           "dense: FRAME_STRIDE apart, or PYSKL's draws, seed and all",
                                choices=('centered', 'uniform', 'even', 'dense', 'pyskl')),
    'DATASET.FRAME_STRIDE': Key(8, 'dense sampling: frames from one of a clip to the next', minimum=1),
    'DATASET.SHORT_SIDE': Key(256, 'integralaction: the shorter side to which whole frames are scaled, pixels',
                              minimum=32),
    'DATASET.CLASS_TIMES': Key([1.0], 'how often each class is trained in an epoch; several numbers: of as many equal '
                                      'blocks of classes, like [1, 2] for the 60 first and 60 last of NTU-120',
                               minimum=0.1),
    'DATASET.VIS_THR': Key(0.0, 'a joint counts as annotated when its score is above this', minimum=0, maximum=1),
    'DATASET.BBOX_MODE': Key('1-frame', 'crop box: per frame; per frame with the largest size of the clip; '
                                        'one for the clip', choices=('1-frame', '1-frame+', 'clip')),
    'DATASET.BBOX_SCALE': Key(1.3, 'crop side over the side of the box around the joints', minimum=1),
    'DATASET.BOX_SOURCE': Key('jitter', 'test boxes: from the annotated joints, those moved at random by BOX_JITTER so '
                                        'that ground truth does not leak, or from BOX_FILE',
                              choices=('annotation', 'jitter', 'file')),
    'DATASET.BOX_FILE': Key('', "BOX_SOURCE file: a detector's boxes as JSON, inside DATA_DIR; see "
                                'core/data/clips/detections.py'),
    'DATASET.BOX_JITTER': Key(0.05, 'largest shift and rescale of a box, share of its side', minimum=0, maximum=0.5),
    'DATASET.DATA_AUGMENTATION': Key(True, 'augment training clips: the following keys'),
    'DATASET.SCALE_RANGE': Key([0.9, 1.1], 'random zoom of the crop box, factor', minimum=0.1, length=2),
    'DATASET.ROTATE_RANGE': Key([-15.0, 15.0], 'random rotation, degrees', minimum=-180, maximum=180, length=2),
    'DATASET.FLIP_PROB': Key(0.5, 'probability of a horizontal mirror (left and right joints swap)',
                             minimum=0, maximum=1),
    'DATASET.PREPROCESS': Key('prenormalize', 'keypoint systems: 2D joints over their picture (PYSKL), 3D joints in '
                                              "random views (CTR-GCN), or 2D joints in pixels of PoseC3D's heatmaps",
                              choices=('prenormalize', 'ctrgcn', 'pose_compact')),
    'DATASET.HEATMAP_SIZE': Key([56, 64], 'pose_compact: side of the heatmaps in training and in testing, pixels',
                                minimum=8, length=2),
    'DATASET.AREA_RANGE': Key([0.56, 1.0], 'pose_compact: random crop of a training clip, share of its area',
                              minimum=0.05, maximum=1, length=2),
    'DATASET.VIEW_RANGE': Key([60, 60], 'ctrgcn: largest random turns about x and y, degrees', minimum=0, maximum=180,
                              length=2),
    'DATASET.P_INTERVAL': Key([1.0, 1.0], 'keypoint systems: share of the sequence that a training clip covers',
                              minimum=0.05, maximum=1, length=2),
    'DATASET.STREAM': Key('j', 'keypoint systems: joints, bones, or the motion of either',
                          choices=('j', 'b', 'jm', 'bm')),
    'DATASET.POSE_CHECKPOINT': Key('', 'keypoint systems: checkpoint of ours whose predicted keypoints (computed once '
                                       'and kept) are read; empty: the annotated ones'),
    'DATASET.COLOR_JITTER': Key(0.2, 'largest relative change of brightness, contrast and saturation',
                                minimum=0, maximum=1),
    # ---- model -------------------------------------------------------------------------------------------------
    'MODEL.NAME': Key('joint', 'system: joint (video to poses to action), skeleton (its second half, on keypoints), or '
                               'one of its neighbors, see core/config/systems.py', choices=tuple(SYSTEMS)),
    'BACKBONE': Key('lite-hrnet-18', 'pose backbone', choices=BACKBONE_NAMES),
    'PRETRAINED': Key('', 'checkpoint to start from (official Lite-HRNet or HRNet pose, PYSKL skeleton, ours); '
                          'empty: random weights'),
    'MODEL.IMAGE_SIZE': Key([96, 160], 'crop [width, height], pixels', minimum=32, length=2, multiple_of=32),
    'MODEL.NUM_PERSONS': Key(1, 'persons per clip', minimum=1, maximum=10),
    'MODEL.INSTANCE_POOLING': Key(False, "merge the persons into one before the skeleton network (SkeleT's Instance "
                                         'Pooling), for many persons; joint, skeleton, skelet'),
    'MODEL.COORD_REPRESENTATION': Key('sa-simdr', 'pose output: x and y distributions with Gaussian targets (SimCC)',
                                      choices=('sa-simdr',)),
    'MODEL.SIMDR_SPLIT_RATIO': Key(2.0, 'bins per pixel', minimum=0.5),
    'MODEL.SIGMA': Key(4.0, 'standard deviation of the target Gaussians, bins', minimum=0.1),
    'MODEL.TARGET_NORM': Key('renorm', 'targets cut by the border: rescaled to sum 1, or as published',
                             choices=('renorm', 'upstream')),
    'MODEL.FINAL_CONV_KERNEL': Key(1, 'kernel of the convolution from features to joints', choices=(1, 3)),
    'MODEL.IMPLICIT.MODE': Key('embed', 'what the skeleton network reads of the distributions',
                               choices=('logits', 'probs', 'moments', 'moments+', 'embed', 'embed+moments', 'hard')),
    'MODEL.IMPLICIT.EMBED_DIM': Key(64, 'channels per joint of the embed modes', minimum=4),
    'MODEL.IMPLICIT.BETA': Key(1.0, 'initial inverse temperature of the distributions', minimum=0.1, maximum=20),
    'MODEL.IMPLICIT.GRAD_SCALE': Key(1.0, 'factor on the action gradient that reaches the pose network; 0 cuts it',
                                     minimum=0, maximum=1),
    'MODEL.IMPLICIT.GEOM': Key('append', 'where the crop lies in the image: left out; positions mapped to the image; '
                                         'center and size appended', choices=('none', 'image', 'append')),
    'MODEL.SKELETON.NAME': Key('ms_stgcnpp', 'skeleton network: ST-GCN, ST-GCN++, that on joints, parts and body; '
                                              'joint only: PoseC3D on the distributions as heatmaps',
                               choices=('stgcn', 'stgcnpp', 'ms_stgcnpp', 'posec3d')),
    'MODEL.SKELETON.DROPOUT': Key(0.0, 'dropout before the last layer', minimum=0, maximum=0.9),
    'MODEL.EDGE_IMPORTANCE': Key(True, 'stgcn only: learned weight per edge'),
    'MODEL.MS.ENABLE': Key(True, 'ms_stgcnpp only: the coarser scales; without them it is stgcnpp'),
    'MODEL.MS.BRANCHES': Key(3, 'ms_stgcnpp only: 1 joints, 2 and parts, 3 and body', minimum=1, maximum=3),
    'MODEL.MS.WIDTH_RATIO': Key([1.0, 0.5, 0.25], "channels of each scale over the joints'", minimum=0.1, maximum=1,
                                length=3),
    'MODEL.MS.EXCHANGE_AFTER': Key([4, 7, 10], 'blocks (2 to 10) after which the scales exchange features',
                                   minimum=2, maximum=10),
    'MODEL.MS.LEARN_POOL': Key(True, 'learn how joints make parts and body; else plain means'),
    'MODEL.MS.ZERO_INIT': Key(True, 'at first the coarser scales change nothing'),
    'MODEL.MULTI_FUSE': Key(False, 'visual branch on backbone maps that pose estimation leaves unused'),
    'MODEL.VISUAL.NAME': Key('cross_attention', 'joints attend to low-level maps, or the published convolutions',
                             choices=('cross_attention', 'late_conv')),
    'MODEL.VISUAL.TAPS': Key(['default'], 'cross_attention: backbone maps it reads: default, low, disc, or names such '
                                          'as s0b1 (stage 0, branch 1)'),
    'MODEL.VISUAL.DIM': Key(128, 'cross_attention: channels of a token', minimum=4),
    'MODEL.VISUAL.HEADS': Key(4, 'cross_attention: heads; divide DIM', minimum=1),
    'MODEL.VISUAL.LAYERS': Key(2, 'cross_attention: layers', minimum=1),
    'MODEL.VISUAL.T_STRIDE': Key(4, 'cross_attention: frames per token', minimum=1),
    'MODEL.VISUAL.TOKEN_POOL': Key('grid', 'cross_attention: a token per cell of 32 pixels, per joint, or both',
                                   choices=('grid', 'joint', 'grid+joint')),
    'MODEL.VISUAL.QUERY': Key('joint', 'cross_attention: what asks', choices=('joint', 'part', 'body', 'pooled')),
    'MODEL.VISUAL.WINDOW': Key(0, 'cross_attention: largest distance in time, tokens; 0: unlimited', minimum=0),
    'MODEL.VISUAL.DROP': Key(0.1, 'probability that a training clip goes without visual evidence',
                             minimum=0, maximum=0.9),
    'MODEL.VISUAL.TAP_GRAD': Key(1.0, "factor on the visual branch's gradient into the backbone maps; 0 cuts it",
                                 minimum=0, maximum=1),
    'MODEL.FUSE_VERSION': Key(2, 'late_conv: 1 temporal convolution, 2 convolution blocks', choices=(1, 2)),
    'MODEL.FUSION': Key('prob', 'skeleton with visual: weighted mean of probabilities, weighted sum of logits, or as '
                                'published', choices=('prob', 'logit', 'prob_upstream')),
    'MODEL.FUSION_SG_S': Key(False, 'stop the gradient of the fusion at the skeleton logits'),
    'MODEL.FUSION_SG_V': Key(False, 'stop the gradient of the fusion at the visual logits'),
    # ---- the neighboring systems ------------------------------------------------------------------------------
    'MODEL.POSEC3D.HEATMAP': Key('keypoint', 'what the volume shows', choices=('keypoint', 'limb')),
    'MODEL.POSEC3D.LIMBS': Key('pyskl', "order of the limbs: of PYSKL's configurations, or of its class, which its "
                                        'NTU-120 joint checkpoints were trained with',
                                choices=('pyskl', 'pyskl_default')),
    'MODEL.POSEC3D.SIGMA': Key(0.6, 'standard deviation of the Gaussians, heatmap pixels', minimum=0.1),
    'MODEL.POSEC3D.BASE_CHANNELS': Key(32, 'channels of the stem', minimum=4),
    'MODEL.POSEC3D.STAGE_BLOCKS': Key([4, 6, 3], 'blocks of each stage', minimum=1, length=3),
    'MODEL.POSEC3D.DROPOUT': Key(0.5, 'dropout before the last layer', minimum=0, maximum=0.9),
    'MODEL.KEYPOINT_CNN.INPUT': Key('volume', 'the keypoints as a volume (joints, frames, dimensions), or drawn into '
                                              'one gray image a frame', choices=('volume', 'image')),
    'MODEL.KEYPOINT_CNN.BASE_CHANNELS': Key(32, 'channels of the stem', minimum=4),
    'MODEL.KEYPOINT_CNN.DROPOUT': Key(0.5, 'dropout before the last layer', minimum=0, maximum=0.9),
    'MODEL.SKELET.UNIT': Key('dgstgcn', 'graph and temporal units', choices=('dgstgcn', 'stgcnpp', 'ctrgcn')),
    'MODEL.SKELET.BASE_CHANNELS': Key(64, 'channels of the first stage', minimum=16, multiple_of=16),
    'MODEL.SKELET.DROPOUT': Key(0.0, 'dropout before the last layer', minimum=0, maximum=0.9),
    'MODEL.INTEGRAL.RGB_DEPTH': Key(18, 'ResNet of the RGB stream', choices=(18, 34, 50, 101, 152)),
    'MODEL.INTEGRAL.POSE_DEPTH': Key(18, 'ResNet of the pose stream', choices=(18, 34, 50, 101, 152)),
    'MODEL.INTEGRAL.RESNET': Key('', 'rgb+pose without PRETRAINED: ResNet checkpoint of torchvision that both streams '
                                     'start from; empty: random weights'),
    'MODEL.INTEGRAL.GATE': Key(True, 'a gate made of the pose weighs both streams; else their sum'),
    'MODEL.INTEGRAL.FRAME_FACTOR': Key(1, 'pose frames for each RGB frame', minimum=1),
    'MODEL.INTEGRAL.SIGMA': Key(0.5, 'standard deviation of the joint heatmaps, pixels', minimum=0.1),
    'MODEL.INTEGRAL.SCORE_THR': Key(0.1, 'joints at or below this score are not drawn', minimum=0, maximum=1),
    'MODEL.INTEGRAL.DROPOUT': Key(0.5, 'dropout before the last layer', minimum=0, maximum=0.9),
    'MODEL.INTEGRAL.LR_RATIO': Key(0.1, 'rgb+pose: learning rate over TRAIN.LR', minimum=0),
    # ---- loss --------------------------------------------------------------------------------------------------
    'LOSS.RATIO': Key([1.0, 1.0], 'weights of the pose loss and of the action loss', minimum=0, length=2),
    'LOSS.VISUAL_RATIO': Key([0.5, 1.0], "with a visual branch: weights of its own and of the skeleton network's own "
                                         'cross-entropy beside that of the fusion', minimum=0, length=2),
    'LOSS.GATE_RATIO': Key(1.5, 'integralaction: weight of the loss that pulls the gate towards pose', minimum=0),
    'LOSS.KL_REDUCTION': Key('sum', 'pose loss over bins: sum, or mean as published (about 200 times smaller)',
                             choices=('sum', 'upstream')),
    'LOSS.KL_NORM': Key('visible', 'pose loss divided by the number of visible joints, or of all joints',
                        choices=('visible', 'all')),
    'LOSS.LABEL_SMOOTHING': Key(0.0, 'label smoothing of the action loss', minimum=0, maximum=0.9),
    # ---- training ----------------------------------------------------------------------------------------------
    'TRAIN.MODE': Key('', "what of MODEL.NAME is trained; empty: all. joint: pose and action as one; pose: the pose "
                          'network alone; two_stage: pose, then action behind the frozen pose network and its rounded '
                          'keypoints; action: a network on keypoints. integralaction: rgb_only, pose_only, rgb+pose '
                          '(the gate between both; trains them first unless PRETRAINED has them)',
                      choices=('', *MODES)),
    'TRAIN.POSE_SHARE': Key(0.5, 'two_stage: share of the epochs that train the pose network', minimum=0, maximum=1),
    'TRAIN.EVAL_MODE': Key('cv', 'protocol: cs cross-subject, cv cross-view (NTU-60, N-UCLA), cset cross-setup '
                                 '(NTU-120), or two lists of the annotation file as split:<train list>,<test list>; '
                                 'split:xsub is split:xsub_train,xsub_val (or its xsub_test)',
                           choices=('cs', 'cv', 'cset'), prefix='split:'),
    'TRAIN.VAL_RATIO': Key(0.05, 'share of the training performances kept aside to choose best.pth; the test side '
                                 'is never used for that', minimum=0, maximum=0.5),
    'TRAIN.END_EPOCH': Key(100, 'epochs; 0: keep what the run would start from, to test it as it is', minimum=0),
    'TRAIN.OPTIMIZER': Key('adam', 'timm optimizer; sgd has Nesterov momentum, momentum the plain one',
                           choices=('adam', 'adamw', 'sgd', 'momentum')),
    'TRAIN.LR': Key(0.002, 'learning rate at the given batch size', minimum=0),
    'TRAIN.POSE_LR_RATIO': Key(1.0, 'learning rate of the pose network over TRAIN.LR', minimum=0),
    'TRAIN.WEIGHT_DECAY': Key(0.0, 'weight decay of matrices and kernels (not of norms and biases)', minimum=0),
    'TRAIN.MOMENTUM': Key(0.9, 'momentum of sgd and momentum', minimum=0, maximum=1),
    'TRAIN.SCHEDULER': Key('multistep', 'timm learning-rate schedule, per step', choices=('multistep', 'cosine')),
    'TRAIN.LR_STEP': Key([30, 50, 70, 90], 'multistep: epochs at which the rate falls', minimum=0),
    'TRAIN.LR_FACTOR': Key(0.5, 'multistep: factor at each of them', minimum=0, maximum=1),
    'TRAIN.MIN_LR': Key(0.0, 'cosine: last learning rate', minimum=0),
    'TRAIN.WARMUP_EPOCHS': Key(0.0, 'epochs of linear warm-up', minimum=0),
    'TRAIN.AMP': Key('none', 'autocast type', choices=('none', 'bf16', 'fp16')),
    'TRAIN.CLIP_GRAD': Key(0.0, 'largest gradient norm; 0: unlimited', minimum=0),
    'TRAIN.EMA_DECAY': Key(0.0, 'decay of the averaged weights used for testing; 0: none', minimum=0, maximum=0.99999),
    'TRAIN.SYNC_BN': Key(False, 'BatchNorm over all processes (torchrun on GPUs)'),
    # ---- testing -----------------------------------------------------------------------------------------------
    'TEST.BATCH_PER_GPU': Key(12, 'clips per device while testing', minimum=1),
    'TEST.NUM_CLIPS': Key(1, 'clips of a sequence, evenly out of step, whose class probabilities are averaged',
                          minimum=1),
    'TEST.FLIP': Key(False, 'test mirrored clips, too, and average what they answer, mirrored back'),
    'TEST.DECODE': Key('expect', 'joint from a distribution: mean around the peak, or the peak bin',
                       choices=('expect', 'argmax')),
    'TEST.PICTURES': Key(6, 'clips drawn with true and predicted skeletons', minimum=0),
}


def default_config() -> CfgNode:
    """Return a new configuration that holds the default of every key.

    Example:
        >>> default_config().TRAIN.EVAL_MODE
        'cv'
    """
    root = CfgNode()
    for name, key in KEYS.items():
        *parents, last = name.split('.')
        node = root
        for parent in parents:
            node = node.setdefault(parent, CfgNode())
        node[last] = list(key.default) if isinstance(key.default, list) else key.default
    return root
