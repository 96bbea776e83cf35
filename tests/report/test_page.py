"""The page as text: what it says of complete, untested, older and poseless runs."""

import json
import re

import pytest

from core.config import load_config
from core.layouts import COCO17
from core.report import page
from core.report.page import write_report
from core.report.run import Answer, Run

NASTY = '</script><b>"sit" & \'stand\'</b>'


@pytest.fixture
def run(tmp_path):
    """A tested run of TRAIN.MODE action with a class name that is no HTML."""
    cfg = load_config(overrides=['TRAIN.MODE', 'action', 'NUM_ACTION', '2', 'NAME', '<i>mine'])
    figures = {'precision': 50.0, 'recall': 50.0, 'f1': 50.0, 'clips': 2}
    metrics = {'top1': 50.0, 'num_clips': 4, 'confusion': [[1, 1], [1, 1]], 'per_class': {NASTY: figures,
                                                                                         'fall': figures}}
    answers = (Answer('right', 0, ((0, 0.9), (1, 0.1))), Answer('wrong', 1, ((0, 0.8), (1, 0.2))))
    return Run(tmp_path, cfg, [{'epoch': 1, 'train_loss': 2.0}], metrics, (NASTY, 'fall'), answers)


def headings(html):
    return re.findall(r'<h2[^>]*>(.*?)</h2>', html)


def test_runs_on_joints_have_no_sections_of_poses(run, tmp_path):
    html = write_report(run, tmp_path / 'page.html').read_text()
    assert headings(html) == ['Figures', 'Best and worst clips', 'Classes', 'Curves', 'Setting']
    assert 'This run reads joints, not frames.' in html and '<img' not in html


def test_names_are_escaped(run, tmp_path):
    html = write_report(run, tmp_path / 'page.html').read_text()
    assert NASTY not in html and '<i>mine' not in html and html.count('</script>') == 2
    data = re.search(r'id="confusion-data">(.*?)</script>', html)[1]
    assert json.loads(data) == {'names': [NASTY, 'fall'], 'counts': [[1, 1], [1, 1]]}


def test_untested_runs_say_what_to_do(run, tmp_path):
    html = write_report(run._replace(metrics={}, answers=(), class_names=()), tmp_path / 'page.html').read_text()
    assert headings(html) == ['Figures', 'Curves', 'Setting']
    assert f'python exp/test.py --cfg {tmp_path}/config.yaml' in html


def test_runs_tested_by_an_earlier_version_say_so(run, tmp_path):
    older = run._replace(metrics={'top1': 50.0}, answers=(), class_names=())
    assert 'tested by an earlier version' in write_report(older, tmp_path / 'page.html').read_text()


def test_without_its_data_the_page_has_no_pictures(run, tmp_path):
    cfg = load_config(overrides=['NUM_ACTION', '2', 'DATA_DIR', str(tmp_path / 'gone')])
    html = write_report(run._replace(cfg=cfg), tmp_path / 'page.html').read_text()
    assert 'Without pictures: DATA_DIR' in html and '<img' not in html
    assert headings(html) == ['Figures', 'Best and worst clips', 'Classes', 'Curves', 'Setting']


@pytest.mark.parametrize(('system', 'reads'), [
    ('joint', 'crops of each person'), ('posec3d', 'keypoints, no frames'), ('keypoint_cnn', 'keypoints, no frames'),
    ('skelet', 'keypoints, no frames'), ('integralaction', 'whole frames and everybody&#39;s keypoints')])
def test_every_system_says_what_it_reads_and_gets_its_page(run, tmp_path, system, reads):
    cfg = load_config(overrides=['NUM_ACTION', '2', 'MODEL.NAME', system, 'DATA_DIR', str(tmp_path / 'gone')])
    html = write_report(run._replace(cfg=cfg), tmp_path / 'page.html').read_text()
    assert f'System {system} (reads {reads}), TRAIN.MODE {cfg.TRAIN.MODE},' in html
    assert ('This run reads joints' in html) == (reads == 'keypoints, no frames')
    assert headings(html) == ['Figures', 'Best and worst clips', 'Classes', 'Curves', 'Setting']


def test_scenes_have_films_but_neither_predicted_poses_nor_strips(run, watched, tmp_path, monkeypatch):
    seen = watched._replace(predicted=watched.predicted[:0], person=None)
    monkeypatch.setattr(page, 'build_replay', lambda cfg, folder: None)
    monkeypatch.setattr(page, 'watch_clips', lambda replay, names: (dict.fromkeys(names, seen), COCO17))
    cfg = load_config(overrides=['NUM_ACTION', '2', 'MODEL.NAME', 'integralaction'])
    html = write_report(run._replace(cfg=cfg), tmp_path / 'page.html').read_text()
    assert headings(html) == ['Figures', 'Best and worst clips', 'Classes', 'Curves', 'Setting']
    assert html.count('<img') == 2 and 'the joints in white' in html and 'Predicted ones' not in html
