from pathlib import Path

import pytest

from core.annotate.labels import label_videos

NTU = 'S001C001P001R001A009_rgb.avi'


def make(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path / 'videos', 'squat/s01 a.mp4', 'jump/day 1/s01.MP4', 'jump/s02.avi', 'jump/notes.txt')


def table(tmp_path, text):
    file = tmp_path / 'labels.csv'
    file.write_text(text)
    return file


def test_folders_are_classes_and_paths_are_names(folder):
    labels = label_videos(folder)
    assert labels.class_names == ['jump', 'squat']
    assert [(video.name, video.label) for video in labels.videos] == [
        ('jump_day_1_s01', 0), ('jump_s02', 0), ('squat_s01_a', 1)]
    assert all(video.path.is_file() for video in labels.videos)
    assert labels.split == {'train': ['jump_day_1_s01', 'jump_s02', 'squat_s01_a']} and labels.left_out == 0


@pytest.mark.parametrize('name, label', [('a08_s01_e00_v03', 6), ('S018C001P008R001A061', 60)])
def test_folders_of_frames_with_published_names(tmp_path, name, label):
    labels = label_videos(make(tmp_path, f'{name}/00001.jpg', f'{name}/00002.jpg'))
    video, = labels.videos
    assert (video.name, video.label, labels.class_names) == (name, label, None) and video.path.is_dir()


def test_a_pattern_names_the_test_side(folder):
    labels = label_videos(folder, test='s01*')
    assert labels.split == {'test': ['jump_day_1_s01', 'squat_s01_a'], 'train': ['jump_s02']}
    with pytest.raises(ValueError, match=r'--test s09\*: no video matches'):
        label_videos(folder, test='s09*')


def test_a_table_labels_and_selects(folder, tmp_path):
    file = table(tmp_path, 'video,label,split\njump/s02.avi,hop,val\nsquat/s01 a,bend,\n')
    labels = label_videos(folder, file)
    assert [(video.name, video.label) for video in labels.videos] == [('jump_s02', 1), ('squat_s01_a', 0)]
    assert labels.class_names == ['bend', 'hop'] and labels.split == {'val': ['jump_s02']} and labels.left_out == 1
    assert label_videos(folder, file, 'squat/*').split == {'train': ['jump_s02'], 'test': ['squat_s01_a']}


def test_a_table_without_lists_trains_on_all(folder, tmp_path):
    assert label_videos(folder, table(tmp_path, 'label,video\nhop,jump/s02\n')).split == {'train': ['jump_s02']}


@pytest.mark.parametrize(('text', 'message'), [
    ('name,label\nx,y\n', 'needs a first line video,label'),
    ('', 'needs a first line video,label'),
    ('video,label\njump/s03,hop\n', "the line 'jump/s03,hop' has no video"),
    ('video,label\njump/s02,\n', "the line 'jump/s02,' has no label"),
])
def test_faulty_tables_are_refused(folder, tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        label_videos(folder, table(tmp_path, text))


def test_a_table_that_is_not_there_is_refused(folder, tmp_path):
    with pytest.raises(ValueError, match='none.csv: cannot read the labels'):
        label_videos(folder, tmp_path / 'none.csv')


def test_ntu_names_say_everything(tmp_path):
    root = make(tmp_path, f'nturgb+d_rgb/{NTU}')
    for videos in (root, root / 'nturgb+d_rgb', root / 'nturgb+d_rgb' / NTU):
        labels = label_videos(videos)
        assert [(video.name, video.label) for video in labels.videos] == [(NTU.removesuffix('_rgb.avi'), 8)]
        assert labels.class_names is None


def test_an_ntu_name_among_others_has_the_class_of_its_folder(folder):
    labels = label_videos(make(folder, f'squat/{NTU}'))
    assert labels.videos[-2].name == 'S001C001P001R001A009' and labels.videos[-2].label == 1


@pytest.mark.parametrize(('paths', 'message'), [
    (('a.mp4',), r'a\.mp4: has no class; put the videos into a folder for each class'),
    (('a/b c.mp4', 'a/b_c.avi'), "would both be called 'a_b_c'"),
    (('a/readme.txt',), 'holds no video'),
])
def test_faulty_folders_are_refused(tmp_path, paths, message):
    with pytest.raises(ValueError, match=message):
        label_videos(make(tmp_path, *paths))


def test_a_folder_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match='nowhere: no such directory'):
        label_videos(Path('nowhere'))
