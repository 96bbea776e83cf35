
import numpy as np
import pytest

from core.annotate import videos as annotate
from core.config import REPOSITORY, load_config
from core.data.annotations.records import read_annotations
from core.data.build import build_data
from core.data.frames.video import write_video
from core.people.person import person_within
from tools.annotate_videos import main

CONFIG = REPOSITORY / 'exp' / 'configs' / 'custom.yaml'


@pytest.fixture
def videos(tmp_path, monkeypatch):
    joints = np.random.default_rng(0).uniform(10, 50, (17, 2))
    monkeypatch.setattr(annotate, 'build_estimator', lambda pose, checkpoint: lambda frame, expected: [
        person_within(joints, np.full(17, 0.9), 0.9, frame.shape[1::-1])])
    for path in ('jump/s01.avi', 'jump/s02.avi', 'squat/s01.avi', 'squat/s02.avi'):
        (tmp_path / 'videos' / path).parent.mkdir(parents=True, exist_ok=True)
        write_video(tmp_path / 'videos' / path, np.zeros((5, 48, 64, 3), np.uint8))
    return tmp_path / 'videos'


def arguments(videos, *more):
    return ['--videos', str(videos), '--out', str(videos.parent / 'custom' / 'annotations.pkl'), *more]


def test_annotates_and_the_configuration_trains_on_it(videos, capsys):
    assert main(arguments(videos, '--test', 's02*')) == 0
    printed = capsys.readouterr().out
    assert '4 videos annotated, 0 there already, 0 failed' in printed and 'seen in 100.0% of the frames' in printed
    assert 'ANNOTATIONS annotations.pkl NUM_ACTION 2' in printed
    file = read_annotations(videos.parent / 'custom' / 'annotations.pkl', 17)
    assert file.split == {'train': ['jump_s01', 'squat_s01'], 'test': ['jump_s02', 'squat_s02']}
    assert file.class_names == ('jump', 'squat')
    cfg = load_config(CONFIG, ['DATA_DIR', str(videos.parent / 'custom'), 'NUM_ACTION', '2', 'WORKERS', '0',
                               'BATCH_PER_GPU', '2'])
    data = build_data(cfg)
    assert len(data.train.dataset) == len(data.test.dataset) == 2 and data.validation is None
    assert data.test.dataset[0].visible.all()


def test_starting_again_resumes_and_takes_new_lists(videos, capsys):
    main(arguments(videos))
    assert "every video is in the list 'train'" in capsys.readouterr().out
    labels = videos.parent / 'labels.csv'
    labels.write_text('video,label,split\njump/s01,up,train\nsquat/s02,down,test\n')
    assert main(arguments(videos, '--labels', str(labels))) == 0
    printed = capsys.readouterr().out
    assert '0 videos annotated, 2 there already, 0 failed' in printed and '2 videos are not in the list' in printed
    file = read_annotations(videos.parent / 'custom' / 'annotations.pkl', 17)
    assert file.split == {'train': ['jump_s01'], 'test': ['squat_s02']} and file.class_names == ('down', 'up')


def test_damaged_videos_are_named_and_counted(videos, capsys):
    (videos / 'squat' / 's02.avi').write_bytes(b'nothing')
    assert main(arguments(videos)) == 1
    printed = capsys.readouterr()
    assert '3 videos annotated, 0 there already, 1 failed' in printed.out and 's02.avi' in printed.err
    assert len(read_annotations(videos.parent / 'custom' / 'annotations.pkl').annotations) == 3


@pytest.mark.parametrize(('wrong', 'message'), [
    (('--persons', '0'), '--persons, --size and --jobs must be at least 1'),
    (('--jobs', '0'), '--persons, --size and --jobs must be at least 1'),
    (('--pose', 'checkpoint'), '--checkpoint FILE belong together'),
    (('--out', 'annotations.json'), '--out must end in .pkl'),
])
def test_wrong_arguments_are_refused(videos, wrong, message):
    with pytest.raises(ValueError, match=message):
        main(arguments(videos, *wrong))


def test_bad_arguments_end_in_one_sentence_and_status_2(pose_action, tmp_path):
    done = pose_action('annotate', '--videos', tmp_path / 'none', '--out', tmp_path / 'a.pkl')
    assert done.returncode == 2 and done.stderr.startswith('error: ') and done.stderr.count('\n') == 1
