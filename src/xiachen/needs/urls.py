"""Addresses of tasks."""

from django.urls import path

from xiachen.needs import screens

app_name = "needs"
urlpatterns = [
    path("calendar/", screens.calendar, name="calendar"),
    path("calendar/make", screens.make_calendar, name="make-calendar"),
    path("calendar/end", screens.end_calendar, name="end-calendar"),
    path("calendar/<str:token>.ics", screens.calendar_feed, name="calendar-feed"),
    path("", screens.tasks, name="tasks"),
    path("mine", screens.mine, name="mine"),
    path("mine/<int:community>/sign-in", screens.sign_in, name="sign-in"),
    path("mine/<int:community>/sign-out", screens.sign_out, name="sign-out"),
    path("work/", screens.work, name="work"),
    path("work/record", screens.record, name="record"),
    path("work/<int:community>/<uuid:id>", screens.correct, name="correct"),
    path("issue", screens.issue, name="issue"),
    path("<int:community>/issue", screens.issue, name="issue-there"),
    path("<int:community>/<uuid:id>", screens.task, name="task"),
    path("<int:community>/<uuid:id>/claim", screens.claim, name="claim"),
    path("<int:community>/<uuid:id>/release", screens.release, name="release"),
    path("<int:community>/<uuid:id>/finish", screens.finish, name="finish"),
    path("<int:community>/<uuid:id>/confirm", screens.confirm, name="confirm"),
    path("<int:community>/<uuid:id>/send-back", screens.send_back, name="send-back"),
    path("<int:community>/<uuid:id>/withdraw", screens.withdraw, name="withdraw"),
]
