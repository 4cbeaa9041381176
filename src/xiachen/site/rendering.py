"""How every form of the site looks."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Labels above, help below, and what is wrong beside the field it is about."""

    form_template_name = "site/form.html"
    field_template_name = "site/field.html"
