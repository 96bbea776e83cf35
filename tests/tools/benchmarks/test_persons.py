"""The cost of persons, on a small network."""

import pytest

from tools.benchmarks.persons import PERSONS, main


def test_pooling_flattens_the_cost(capsys):
    main(['--rounds', '1', 'CLIP_SIZE', '8', 'SKELET.BASE_CHANNELS', '16'])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert [(pooling, int(persons)) for pooling, persons, *_ in rows] == [
        (pooling, persons) for pooling in ('no', 'yes') for persons in PERSONS]
    assert all(float(row[2]) >= 0 and float(row[3]) > 0 for row in rows)
    operations = [float(row[5]) for row in rows]
    assert operations[:3] == pytest.approx([1, 2.5, 5], rel=0.01)
    assert operations[3] == 1 < operations[4] < operations[5] < 2


def test_rounds_are_needed():
    with pytest.raises(ValueError, match='--rounds must be'):
        main(['--rounds', '0'])
