"""What the framework says beside a field, in words of our own."""

import gettext
from pathlib import Path

import django
from django import forms
from django.utils import translation

from xiachen.site.framework_words import SENTENCES


class Asked(forms.Form):
    name = forms.CharField()
    people = forms.IntegerField(min_value=1, max_value=90)
    few = forms.IntegerField(min_value=3)
    street = forms.ChoiceField(choices=[("a", "a")])
    reason = forms.CharField(max_length=3)


def test_a_refused_field_says_what_is_wrong_and_what_to_do() -> None:
    form = Asked({"people": "300", "few": "2", "street": "b", "reason": "太长了吧"})
    with translation.override("zh-hans"):
        said = {name: list(errors) for name, errors in form.errors.items()}
    assert said == {
        "name": ["这一项不能空着，请填写或选择。"],
        "people": ["数字太大，最大可填90。"],
        "few": ["数字太小，最小可填3。"],
        "street": ["选项中没有“b”，请从列表里另选。"],
        "reason": ["最多3个字，现在有4个，请缩短。"],
    }


def test_each_sentence_is_still_one_of_the_frameworks() -> None:
    """A later version that says it otherwise would bring its own words back."""
    folder = Path(django.__file__).parent / "conf" / "locale" / "zh_Hans" / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        known = gettext.GNUTranslations(file)
    with translation.override("en"):
        said = [one if isinstance(one, str) else one % {"limit_value": 1} for one in SENTENCES[:15]]
    assert [one for one in said if known.gettext(one) == one] == []
