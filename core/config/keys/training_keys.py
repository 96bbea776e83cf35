"""Keys of the loss, of training and of testing."""

from __future__ import annotations

from core.config.key import Key
from core.config.owners import BOTH_STREAMS, JOINT, POSE_NET, TWO_STAGE, VISUAL, unless, when
from core.config.systems import MODES

MULTISTEP, COSINE = when('TRAIN.SCHEDULER', 'multistep'), when('TRAIN.SCHEDULER', 'cosine')

TRAINING_KEYS: dict[str, Key] = {
    'LOSS.RATIO': Key([1.0, 1.0], 'weights of the pose loss and of the action loss', minimum=0, length=2),
    'LOSS.VISUAL_RATIO': Key([0.5, 1.0], "weights of the cross-entropy of the visual branch alone and of the skeleton "
                                         'network alone; that of their fusion weighs 1', of=VISUAL, minimum=0,
                             length=2),
    'LOSS.GATE_RATIO': Key(1.5, 'weight of the loss that pulls the gate towards pose', minimum=0,
                           of=BOTH_STREAMS & when('MODEL.INTEGRAL.GATE', True)),
    'LOSS.KL_REDUCTION': Key('sum', 'pose loss over the bins. sum: summed; upstream: mean, as published (about 200 '
                                    'times smaller)', of=JOINT, choices=('sum', 'upstream')),
    'LOSS.KL_NORM': Key('visible', 'pose loss divided by the number of visible joints, or of all joints', of=JOINT,
                        choices=('visible', 'all')),
    'LOSS.LABEL_SMOOTHING': Key(0.0, 'label smoothing of the action loss', of=unless('TRAIN.MODE', 'pose'), minimum=0,
                                maximum=0.9),
    # ---- training ----------------------------------------------------------------------------------------------
    'TRAIN.MODE': Key('', 'what of MODEL.NAME is trained; empty: all of it. joint system: joint (pose and action as '
                          'one), pose (the pose network alone), two_stage (pose, then action behind the frozen pose '
                          'network and its rounded keypoints). Systems that read keypoints: action. integralaction: '
                          'rgb_only, pose_only, rgb+pose (the gate between both; trains them first unless PRETRAINED '
                          'has them)',
                      choices=('', *MODES), short=True),
    'TRAIN.POSE_SHARE': Key(0.5, 'share of the epochs that train the pose network', of=TWO_STAGE, minimum=0, maximum=1),
    'TRAIN.EVAL_MODE': Key('cv', 'protocol. cs: cross-subject; cv: cross-view (NTU-60, N-UCLA); cset: cross-setup '
                                 '(NTU-120); split:<train list>,<test list>: two lists of the annotation file; '
                                 'split:xsub: its xsub_train and xsub_val (or xsub_test)',
                           choices=('cs', 'cv', 'cset'), prefix='split:'),
    'TRAIN.VAL_RATIO': Key(0.05, 'share of the training performances kept aside to choose best.pth; the test side '
                                 'is never used for that', minimum=0, maximum=0.5),
    'TRAIN.END_EPOCH': Key(100, 'epochs; 0: keep what the run would start from, to test it as it is', minimum=0),
    'TRAIN.OPTIMIZER': Key('adam', 'timm optimizer; sgd has Nesterov momentum, momentum the plain one',
                           choices=('adam', 'adamw', 'sgd', 'momentum')),
    'TRAIN.LR': Key(0.002, 'learning rate at the given batch size', minimum=0),
    'TRAIN.POSE_LR_RATIO': Key(1.0, 'learning rate of the pose network over TRAIN.LR', of=JOINT, minimum=0),
    'TRAIN.WEIGHT_DECAY': Key(0.0, 'weight decay of matrices and kernels (not of norms and biases)', minimum=0),
    'TRAIN.MOMENTUM': Key(0.9, 'momentum of the optimizer', of=when('TRAIN.OPTIMIZER', 'sgd', 'momentum'), minimum=0,
                          maximum=1),
    'TRAIN.SCHEDULER': Key('multistep', 'timm learning-rate schedule, per step', choices=('multistep', 'cosine')),
    'TRAIN.LR_STEP': Key([30, 50, 70, 90], 'epochs at which the learning rate falls', of=MULTISTEP, minimum=0),
    'TRAIN.LR_FACTOR': Key(0.5, 'factor on the learning rate at each of them', of=MULTISTEP, minimum=0, maximum=1),
    'TRAIN.MIN_LR': Key(0.0, 'last learning rate', of=COSINE, minimum=0),
    'TRAIN.WARMUP_EPOCHS': Key(0.0, 'epochs of linear warm-up', minimum=0),
    'TRAIN.AMP': Key('none', 'type of mixed precision (autocast)', choices=('none', 'bf16', 'fp16')),
    'TRAIN.CLIP_GRAD': Key(0.0, 'largest gradient norm; 0: unlimited', minimum=0),
    'TRAIN.EMA_DECAY': Key(0.0, 'decay of the averaged weights used for testing; 0: none', minimum=0, maximum=0.99999),
    'TRAIN.SYNC_BN': Key(False, 'BatchNorm over all processes (torchrun on GPUs)'),
}

TEST_KEYS: dict[str, Key] = {
    'TEST.BATCH_PER_GPU': Key(12, 'clips per device while testing', minimum=1),
    'TEST.NUM_CLIPS': Key(1, 'clips of a sequence, evenly offset, whose class probabilities are averaged', minimum=1),
    'TEST.FLIP': Key(False, 'test the mirror image of every clip, too, and average both answers'),
    'TEST.DECODE': Key('expect', 'joint from a distribution. expect: mean around the peak; argmax: the peak bin',
                       of=POSE_NET, choices=('expect', 'argmax')),
    'TEST.PICTURES': Key(6, 'test clips drawn with true and predicted skeletons', of=JOINT, minimum=0),
}
