"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiachen.site.settings")
_pages = get_wsgi_application()

from xiachen.sync.api.door import Door  # noqa: E402  (needs what the line before sets up)

application = Door(_pages)
