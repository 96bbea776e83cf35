"""The reference of the keys."""

from core.config import KEYS, REPOSITORY
from core.config.reference import reference


def test_the_file_in_docs_is_what_the_keys_say():
    said = (REPOSITORY / 'docs' / 'configuration.md').read_text()
    assert said == reference(), 'run: python -m core.config.reference > docs/configuration.md'


def test_every_key_has_a_row_of_five_cells():
    rows = [line for line in reference().splitlines() if line.startswith('| `')]
    assert [row.split('`')[1] for row in rows] == list(KEYS)
    assert all(row.replace('\\|', '').count('|') == 6 for row in rows)


def test_owners_and_values_are_told_in_words():
    text = reference()
    assert ('| `MODEL.VISUAL.DIM` | `128` | whole number, at least 4 | joint, MODE joint, MULTI_FUSE true, VISUAL.NAME '
            'cross_attention | channels of a token |') in text
    assert '| 2 numbers, at least 0.1 |' in text and '| list of whole numbers, at least 0, or auto, or none |' in text
