"""Addresses of tasks."""

from django.urls import path

from xiachen.needs.screens import my_day, tasks, work

app_name = "needs"
urlpatterns = [
    path("calendar/", my_day.calendar, name="calendar"),
    path("calendar/make", my_day.make_calendar, name="make-calendar"),
    path("calendar/end", my_day.end_calendar, name="end-calendar"),
    path("calendar/<str:token>.ics", my_day.calendar_feed, name="calendar-feed"),
    path("", tasks.tasks, name="tasks"),
    path("mine", my_day.mine, name="mine"),
    path("mine/<int:community>/sign-in", my_day.sign_in, name="sign-in"),
    path("mine/<int:community>/sign-out", my_day.sign_out, name="sign-out"),
    path("work/", work.work, name="work"),
    path("work/record", work.record, name="record"),
    path("work/<int:community>/<uuid:id>", work.piece, name="piece"),
    path("work/<int:community>/<uuid:id>/photo", work.photo, name="photo"),
    path("work/<int:community>/<uuid:id>/correct", work.correct, name="correct"),
    path("issue", tasks.issue, name="issue"),
    path("<int:community>/issue", tasks.issue, name="issue-there"),
    path("<int:community>/<uuid:id>", tasks.task, name="task"),
    path("<int:community>/<uuid:id>/claim", tasks.claim, name="claim"),
    path("<int:community>/<uuid:id>/release", tasks.release, name="release"),
    path("<int:community>/<uuid:id>/finish", tasks.finish, name="finish"),
    path("<int:community>/<uuid:id>/confirm", tasks.confirm, name="confirm"),
    path("<int:community>/<uuid:id>/send-back", tasks.send_back, name="send-back"),
    path("<int:community>/<uuid:id>/withdraw", tasks.withdraw, name="withdraw"),
]
