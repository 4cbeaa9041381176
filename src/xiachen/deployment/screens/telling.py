"""Telling what became of each item of a list, and what was wrong with a small form."""

from django.contrib import messages
from django.forms import BaseForm

from xiachen.base.errors import Outcome
from xiachen.privacy.doors import ScopedRequest


def new(outcomes: list[Outcome]) -> int:
    return sum(outcome.new for outcome in outcomes)


def tell(request: ScopedRequest, outcomes: list[Outcome], words: str) -> None:
    """Tell how many are new, and why the others are refused."""
    if count := new(outcomes):
        messages.success(request, words % {"count": count})
    for refusal in {str(outcome.refusal) for outcome in outcomes if outcome.refusal}:
        messages.error(request, refusal)


def tell_faults(request: ScopedRequest, form: BaseForm) -> None:
    """Say what was wrong with a form that the page to which one returns does not show."""
    for words in {str(error) for errors in form.errors.values() for error in errors}:
        messages.error(request, words)
