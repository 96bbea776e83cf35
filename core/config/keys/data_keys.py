"""Keys of the data: annotations, clips, crops, augmentation, and the recipes of the keypoint systems."""

from __future__ import annotations

from core.config.key import Key
from core.config.owners import (
    AUGMENTED,
    CROPS,
    KEYPOINTS,
    ON_DISTRIBUTIONS,
    POSE_COMPACT,
    SCENES,
    SEEN_CROPS,
    SEEN_FRAMES,
    SEEN_SCENES,
    system,
    when,
)

LAYOUT_NAMES = ('coco17', 'openpose18', 'ntu25', 'nucla20', 'wholebody65')

DATA_KEYS: dict[str, Key] = {
    'DATASET.ANNOTATIONS': Key('ntu60_hrnet.pkl', 'PYSKL-format pickle, inside DATA_DIR; for TRAIN.MODE action also '
                                                  "N-UCLA's .npz or folder of JSON files"),
    'DATASET.FRAMES': Key('images', 'folder inside DATA_DIR with <SEQ>/%05d.jpg, numbered from 1',
                          of=SEEN_FRAMES),
    'DATASET.LAYOUT': Key('coco17', 'joint layout of the annotations', choices=LAYOUT_NAMES),
    'DATASET.NUM_ACTION': Key(60, 'number of action classes', minimum=2),
    'DATASET.NUM_JOINTS': Key(17, 'joints per person; must be those of DATASET.LAYOUT', minimum=1),
    'DATASET.NUM_S': Key(17, 'NTU setups used, S001 to this one: up to 17 is NTU-60 (protocols cs, cv), 18 to 32 is '
                             'NTU-120 (cs with its training subjects, cset)',
                         of=when('TRAIN.EVAL_MODE', 'cs', 'cv', 'cset'), minimum=1, maximum=32),
    'DATASET.HALF_DATASET': Key(False, 'train on a half of the training clips, drawn with SEED'),
    'DATASET.FEW': Key(0, 'train on this many clips of every class, drawn with SEED; 0: all', minimum=0),
    'DATASET.CLASS_TIMES': Key([1.0], "how often each class is trained in an epoch: one number, or one for each equal "
                                      "block of classes; [1, 2] doubles NTU-120's classes 61 to 120", minimum=0.1),
    # ---- clips -------------------------------------------------------------------------------------------------
    'DATASET.CLIP_SIZE': Key(32, 'frames per clip; shorter videos are looped', minimum=1),
    'DATASET.SAMPLER': Key('random', 'frames of a training clip. random: one drawn from each of equal segments; '
                                     'uniform: the first of each; centered: the middle of each; repeating: drawn at '
                                     'random with repetition (CTR-GCN); dense: FRAME_STRIDE apart from a random start',
                           choices=('random', 'uniform', 'centered', 'repeating', 'dense')),
    'DATASET.TEST_SAMPLER': Key('centered', 'frames of a test clip. centered: the middle of equal segments; uniform: '
                                            'the first of each; even: evenly over the video (CTR-GCN); dense: '
                                            'FRAME_STRIDE apart; pyskl: the draws of PYSKL, with its seed',
                                choices=('centered', 'uniform', 'even', 'dense', 'pyskl')),
    'DATASET.FRAME_STRIDE': Key(8, 'frames from one of a clip to the next', minimum=1,
                                of=when('DATASET.SAMPLER', 'dense') | when('DATASET.TEST_SAMPLER', 'dense')),
    'DATASET.SHORT_SIDE': Key(256, 'shorter side to which whole frames are scaled, pixels', of=SCENES, minimum=32),
    # ---- crops -------------------------------------------------------------------------------------------------
    'DATASET.VIS_THR': Key(0.0, 'a joint counts as annotated when its score is above this', of=SEEN_CROPS, minimum=0,
                           maximum=1),
    'DATASET.BBOX_MODE': Key('1-frame', 'crop boxes. 1-frame: one for each frame; 1-frame+: one for each frame, all as '
                                        'large as the largest of the clip; clip: one for the whole clip',
                             of=SEEN_CROPS, choices=('1-frame', '1-frame+', 'clip')),
    'DATASET.BBOX_SCALE': Key(1.3, 'side of the crop over the side of the box around the joints', of=SEEN_CROPS,
                              minimum=1),
    'DATASET.BOX_SOURCE': Key('jitter', 'boxes in testing. annotation: around the annotated joints; jitter: those, '
                                        'moved at random by BOX_JITTER, so that the annotation does not leak; file: '
                                        'those of BOX_FILE', of=SEEN_CROPS, choices=('annotation', 'jitter', 'file')),
    'DATASET.BOX_FILE': Key('', "a detector's boxes as JSON, inside DATA_DIR; see core/data/clips/detections.py",
                            of=SEEN_CROPS & when('DATASET.BOX_SOURCE', 'file')),
    'DATASET.BOX_JITTER': Key(0.05, 'largest random shift and rescale of a box, share of its side', minimum=0,
                              maximum=0.5,
                              of=(CROPS & AUGMENTED) | (SEEN_CROPS & when('DATASET.BOX_SOURCE', 'jitter'))),
    # ---- augmentation ------------------------------------------------------------------------------------------
    'DATASET.DATA_AUGMENTATION': Key(True, 'augment training clips (SCALE_RANGE, ROTATE_RANGE, FLIP_PROB, '
                                           'COLOR_JITTER, BOX_JITTER)'),
    'DATASET.SCALE_RANGE': Key([0.9, 1.1], 'random zoom of the crop box, factor', of=CROPS & AUGMENTED, minimum=0.1,
                               length=2),
    'DATASET.ROTATE_RANGE': Key([-15.0, 15.0], 'random rotation, degrees', of=CROPS & AUGMENTED, minimum=-180,
                                maximum=180, length=2),
    'DATASET.FLIP_PROB': Key(0.5, 'probability of a horizontal mirror (left and right joints swap)', of=AUGMENTED,
                             minimum=0, maximum=1),
    'DATASET.COLOR_JITTER': Key(0.2, 'largest relative change of brightness, contrast and saturation',
                                of=(CROPS | SEEN_SCENES) & AUGMENTED, minimum=0, maximum=1),
    # ---- systems that read keypoints ---------------------------------------------------------------------------
    'DATASET.PREPROCESS': Key('prenormalize', 'recipe for the keypoints. prenormalize: 2D joints over their picture '
                                              '(PYSKL); ctrgcn: 3D joints in random views (CTR-GCN); pose_compact: 2D '
                                              'joints in pixels of the heatmaps (PoseC3D)',
                              of=KEYPOINTS, choices=('prenormalize', 'ctrgcn', 'pose_compact')),
    'DATASET.HEATMAP_SIZE': Key([56, 64], 'side of the heatmaps in training and in testing, pixels', minimum=8,
                                length=2, of=(KEYPOINTS & POSE_COMPACT) | system('posec3d') | ON_DISTRIBUTIONS),
    'DATASET.AREA_RANGE': Key([0.56, 1.0], 'random crop of a training clip, share of its area',
                              of=KEYPOINTS & POSE_COMPACT, minimum=0.05, maximum=1, length=2),
    'DATASET.VIEW_RANGE': Key([60, 60], 'largest random turns about x and y, degrees', minimum=0, maximum=180, length=2,
                              of=KEYPOINTS & when('DATASET.PREPROCESS', 'ctrgcn')),
    'DATASET.P_INTERVAL': Key([1.0, 1.0], 'smallest and largest share of the sequence that a training clip covers',
                              of=KEYPOINTS, minimum=0.05, maximum=1, length=2),
    'DATASET.STREAM': Key('j', 'what is read. j: joints; b: bones; jm, bm: the motion of either', of=KEYPOINTS,
                          choices=('j', 'b', 'jm', 'bm')),
    'DATASET.POSE_CHECKPOINT': Key('', 'checkpoint of ours whose predicted keypoints are read (computed once and '
                                       'kept); empty: the annotated ones', of=KEYPOINTS),
}
