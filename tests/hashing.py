"""Passwords of the test run: the same format as elsewhere, without the work that slows guessing."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """One round, so that a town with fifteen accounts is built in no time."""

    iterations = 1
