"""A little of what `make soak` does with phones on a real site; each with its control."""

from bench import phone_trials
from bench.manning import manned

from tests.prepared import prepared_home


def test_kills_and_cuts_under_phones_lose_and_double_nothing() -> None:
    with manned(9, seed=2, home=prepared_home()) as crew:
        assert "0 lost" in phone_trials.kills_of(crew, times=2, seed=5)
        assert "9 sessions" in phone_trials.cut_of(crew, sessions=9, seed=5)
        assert "found" in phone_trials.doubled_is_found(crew)


def test_a_restored_backup_is_filled_up_by_phones_of_several_versions() -> None:
    with manned(9, seed=3, later=2, home=prepared_home()) as crew:
        seen = phone_trials.restore_of(crew, each=2)
        assert "0 lost" in seen and "4 of them of 2 phones let in since" in seen
        assert "are found" in phone_trials.versions_of(crew)
        assert "red" in phone_trials.lies_are_found(crew)
