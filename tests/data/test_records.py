import pytest

from core.data.records import RecordDataset
from core.layouts import get_layout


class Numbers(RecordDataset[float]):
    """One random number a record."""

    def __getitem__(self, index):
        return self.generator(index).random()


def test_an_item_depends_on_seed_epoch_and_index_only(make_record):
    def make(**settings):
        return Numbers([make_record()] * 3, get_layout('coco17'), **({'training': True} | settings))

    data = make()
    before = [data[index] for index in range(len(data))]
    assert len(set(before)) == 3 and before == [make()[index] for index in range(3)] and make(seed=1)[0] != before[0]
    data.set_epoch(1)
    assert data[0] not in before
    test = make(training=False)
    test.set_epoch(1)
    assert test[0] == make(training=False)[0] == before[0]


def test_records_must_have_the_joints_of_the_layout(make_record):
    with pytest.raises(ValueError, match="record 'A' has 17 joints, but layout 'ntu25' has 25"):
        Numbers([make_record()], get_layout('ntu25'), training=False)
