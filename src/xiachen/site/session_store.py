"""
Sessions in Django's own table, read in plain SQL.

Every request reads its session first; putting Django's statement together took three times as long
as answering it.
"""

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

from xiachen.base.postgres.planning import planned_once

_READ = """
    select session_data, expire_date from django_session
    where session_key = %s and expire_date > %s
"""


class SessionStore(db.SessionStore):
    """A session of the database."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        key = self.session_key or ""
        with planned_once() as cursor:
            cursor.execute(_READ, [key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return None
        data, expires = found
        return self.model(session_key=key, session_data=data, expire_date=expires)
