"""Keys of the run: its place, its devices, what continues it."""

from __future__ import annotations

from core.config.key import Key
from core.config.versions import CONFIG_VERSION

RUN_KEYS: dict[str, Key] = {
    'CONFIG_VERSION': Key(CONFIG_VERSION, 'version of the keys; the program writes it and upgrades older files when it '
                                          'reads them', choices=(CONFIG_VERSION,)),
    'NAME': Key('run', 'name of the run; everything it writes lies in OUTPUT_DIR/NAME'),
    'OUTPUT_DIR': Key('output', 'folder of all runs'),
    'SEED': Key(0, 'seed of weights, data order and augmentation', minimum=0),
    'GPUS': Key([0], 'numbers of the GPUs to compute on; auto: all there are; none: the CPU. Several: DataParallel '
                     'under python, one process each under torchrun. A machine without GPU always takes the CPU',
                minimum=0, distinct=True, word='auto', none=True),
    'AUTO_RESUME': Key(True, 'continue from OUTPUT_DIR/NAME/last.pth when it is there'),
    'PRINT_FREQ': Key(20, 'training steps between two log lines', minimum=1),
    'VALID_FREQ': Key(1, 'epochs between two validations on the held-out part of the training side', minimum=1),
    'CUDNN.BENCHMARK': Key(True, 'let cuDNN pick the fastest convolution (CUDA only)'),
    'CUDNN.DETERMINISTIC': Key(False, 'deterministic cuDNN convolutions (CUDA only; slower)'),
    'DATA_DIR': Key('data/demo', 'folder with the frames and the annotation file'),
    'WORKERS': Key(4, 'loader processes; 0: load in the training process', minimum=0),
    'BATCH_PER_GPU': Key(6, 'training clips per device and step', minimum=1),
}
