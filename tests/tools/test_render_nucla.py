"""The command line of the N-UCLA renderer."""

from __future__ import annotations

import numpy as np

from tools import render_nucla


def test_renders_a_file_of_skeletons(tmp_path, capsys):
    joints = np.random.default_rng(0).normal((0, 0, 3), 0.2, (2, 20, 3)).astype(np.float32)
    np.savez(tmp_path / 'skeletons.npz', names=np.array(['a01_s01_e00_v01']), lengths=np.array([2]), joints=joints)
    render_nucla.main(['--skeletons', str(tmp_path / 'skeletons.npz'), '--out', str(tmp_path / 'set'), '--jobs', '1'])
    assert '1 sequences, 2 frames' in capsys.readouterr().out
    assert (tmp_path / 'set' / 'images' / 'a01_s01_e00_v01' / '00002.jpg').exists()
    assert (tmp_path / 'set' / 'nucla_annotations.pkl').exists()
