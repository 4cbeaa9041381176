"""The command that opens the first administrator of an installation."""

import os
import subprocess
import sys

from django.contrib.auth.hashers import ScryptPasswordHasher

from xiachen.base import clock
from xiachen.people.models.accounts import Account
from xiachen.people.queries.accounts import grants_of


def open_administrator(name: str, password: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xiachen", "account", "open-administrator", name],
        env={**os.environ, "XIACHEN_LANGUAGE": "en"},
        input=f"{password}\n",
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_administrator_is_opened_who_can_act_at_once(committed_db: None) -> None:
    done = open_administrator("chief", "a-maple-in-the-rain")
    assert done.returncode == 0, done.stderr
    assert "The account chief is open" in done.stdout
    account = Account.objects.get(username="chief")
    assert ScryptPasswordHasher().verify("a-maple-in-the-rain", account.password)
    assert "a-maple-in-the-rain" not in done.stdout + done.stderr
    (grant,) = grants_of(account.pk, day=clock.local_day(account.created_at))
    assert grant.role == "administrator"


def test_a_guessable_password_or_a_taken_name_is_refused_and_nothing_written(
    committed_db: None,
) -> None:
    assert open_administrator("chief", "password123").returncode == 1
    assert not Account.objects.exists()
    assert open_administrator("chief", "a-maple-in-the-rain").returncode == 0
    again = open_administrator("Chief", "a-maple-in-the-rain")
    assert again.returncode == 1
    assert "is taken" in again.stderr
    assert Account.objects.count() == 1
