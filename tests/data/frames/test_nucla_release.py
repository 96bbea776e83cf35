import pytest

from core.data.frames.nucla_release import find_nucla


@pytest.fixture
def place(tmp_path):
    """Create empty files below the folder it returns."""
    def place(*files):
        for file in files:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).touch()
        return tmp_path
    return place


def test_pictures_of_the_views_are_ordered_by_number(place):
    folder = 'multiview_action/view_1/a01_s02_e03'
    names = ('frame_0_tc_900_rgb.jpg', 'frame_2_tc_1000_rgb.jpg', 'frame_10_tc_1300_rgb.jpg')
    root = place(*(f'{folder}/{name}' for name in names), f'{folder}/frame_2_tc_1000_depth.png',
                 f'{folder}/frame_2_tc_1000_skeletons.txt', f'{folder}/._frame_2_tc_1000_rgb.jpg',
                 f'{folder}/fileList.txt', 'multiview_action/view_3/a12_s02_e03/frame_1_tc_7_rgb.jpg')
    found = find_nucla(root)
    assert found.left_out == 0 and list(found.sequences) == ['a01_s02_e03_v01', 'a12_s02_e03_v03']
    assert found.sequences['a01_s02_e03_v01'] == tuple(root / folder / name for name in names)


def test_pictures_of_one_number_are_ordered_by_time(place):
    names = ('frame_0_tc_9_rgb.jpg', 'frame_0_tc_10_rgb.jpg')
    root = place(*(f'view_2/a02_s01_e01/{name}' for name in names))
    assert [path.name for path in find_nucla(root).sequences['a02_s01_e01_v02']] == list(names)


def test_videos_and_sequences_with_their_own_name(place):
    root = place('videos/a01/v03_s01_e00.avi', 'a02_s01_e00_v01.mp4', 'a03_s01_e00_v01_rgb.avi',
                 'frames/a04_s01_e00_v02/00001.jpg')
    assert find_nucla(root).sequences == {
        'a01_s01_e00_v03': root / 'videos/a01/v03_s01_e00.avi', 'a02_s01_e00_v01': root / 'a02_s01_e00_v01.mp4',
        'a03_s01_e00_v01': root / 'a03_s01_e00_v01_rgb.avi',
        'a04_s01_e00_v02': (root / 'frames/a04_s01_e00_v02/00001.jpg',)}


def test_a_view_folder_may_be_given_itself(place, monkeypatch):
    monkeypatch.chdir(place('view_2/a05_s01_e00/frame_1_tc_1_rgb.jpg') / 'view_2')
    assert list(find_nucla('.').sequences) == ['a05_s01_e00_v02']


def test_other_actions_are_left_out_and_counted(place):
    found = find_nucla(place('a07/v01_s01_e00.avi', 'a10/v01_s01_e00.avi', 'a11/v01_s01_e00.avi'))
    assert list(found.sequences) == ['a11_s01_e00_v01'] and found.left_out == 2


def test_two_sources_of_one_sequence_are_refused(place):
    root = place('view_1/a01_s01_e00/frame_1_tc_1_rgb.jpg', 'videos/a01/v01_s01_e00.avi')
    with pytest.raises(ValueError, match='are both sequence a01_s01_e00_v01; keep one'):
        find_nucla(root)


@pytest.mark.parametrize('file', ['a01_s01_e00.avi', 'view_1/a01_s01/frame_1_tc_1_rgb.jpg', 'a01/v1.avi'])
def test_a_source_that_names_no_sequence_is_refused(place, file):
    with pytest.raises(ValueError, match='not placed like view_1/a01_s01_e00'):
        find_nucla(place(file))


def test_nothing_to_find(place, tmp_path):
    with pytest.raises(ValueError, match='holds neither videos such as'):
        find_nucla(place('notes.txt'))
    with pytest.raises(ValueError, match='no such directory'):
        find_nucla(tmp_path / 'none')
