"""Best and worst clips."""

from core.report.choice import choose_clips
from core.report.run import Answer


def answer(name, label, true, other):
    top = sorted(((label, true), (label + 1, other)), key=lambda pair: -pair[1])
    return Answer(name, label, tuple(top))


def names(chosen):
    return [answer.name for answer in chosen.best], [answer.name for answer in chosen.worst]


def test_surest_first_and_most_wrong_first():
    answers = [answer('unsure', 0, 0.5, 0.5), answer('right', 1, 0.9, 0.1), answer('wrong', 2, 0.1, 0.8)]
    assert names(choose_clips(answers, 1)) == (['right'], ['wrong'])


def test_classes_differ_before_any_comes_twice():
    answers = [answer('a1', 0, 0.99, 0.01), answer('a2', 0, 0.98, 0.02), answer('b', 5, 0.6, 0.4),
               answer('c1', 7, 0.3, 0.7), answer('c2', 7, 0.2, 0.8), answer('d', 9, 0.4, 0.6)]
    assert names(choose_clips(answers, 2)) == (['a1', 'b'], ['c2', 'd'])


def test_right_answers_are_best_and_wrong_ones_worst_whatever_their_class():
    answers = [answer('a1', 0, 0.99, 0.01), answer('a2', 0, 0.98, 0.02), answer('b1', 5, 0.3, 0.7),
               answer('b2', 5, 0.2, 0.8)]
    assert names(choose_clips(answers, 2)) == (['a1', 'a2'], ['b2', 'b1'])


def test_no_clip_is_in_both():
    assert names(choose_clips([answer('only', 0, 1.0, 0.0)], 3)) == (['only'], [])
    assert names(choose_clips([answer('a', 0, 1.0, 0.0), answer('b', 0, 0.9, 0.1)], 3)) == (['a'], ['b'])


def test_a_true_class_beyond_the_best_five_counts_as_surely_wrong():
    hopeless = Answer('hopeless', 9, ((0, 0.6), (1, 0.4)))
    assert names(choose_clips([hopeless, answer('wrong', 0, 0.3, 0.7)], 1)) == (['wrong'], ['hopeless'])


def test_poses_rank_where_there_are_no_actions():
    answers = [Answer('low', 0, oks=0.2), Answer('none', 1), Answer('high', 2, oks=0.9)]
    assert names(choose_clips(answers, 1)) == (['high'], ['none'])
