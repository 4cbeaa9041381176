"""Addresses of the figures, the bulletins, people who are missing and supervision items."""

from django.urls import path

from xiachen.command.screens import figures, reminding, supervision

app_name = "command"
urlpatterns = [
    path("figures/", figures.figures, name="figures"),
    path("figures/<str:code>/", figures.rows, name="rows"),
    path("bulletins/", figures.bulletins, name="bulletins"),
    path("bulletins/issue/", figures.issue, name="issue"),
    path("bulletins/<uuid:id>/", figures.bulletin, name="bulletin"),
    path("bulletins/<uuid:id>/text", figures.bulletin_text, name="bulletin-text"),
    path("bulletins/<uuid:id>/<str:code>/", figures.frozen_rows, name="frozen-rows"),
    path("declared/", figures.declare, name="declare"),
    path("declared/<uuid:id>/", figures.correct, name="correct-declared"),
    path("people/remind", reminding.remind, name="remind-missing"),
    path("people/<uuid:member>/", reminding.person, name="person"),
    path("people/<uuid:member>/answer", reminding.record_answer, name="record-answer"),
    path("people/<uuid:member>/excuse", reminding.excuse_person, name="excuse-person"),
    path("supervision/", supervision.supervisions, name="supervisions"),
    path("supervision/issue", supervision.issue_supervision, name="issue-supervision"),
    path("supervision/remind", supervision.remind_supervision, name="remind-supervision"),
    path("supervision/<uuid:id>/", supervision.supervision, name="supervision"),
    path("supervision/<uuid:id>/answer", supervision.answer_supervision, name="answer-supervision"),
    path("supervision/<uuid:id>/close", supervision.close_supervision, name="close-supervision"),
    path(
        "supervision/<uuid:id>/send-back",
        supervision.send_back_supervision,
        name="send-back-supervision",
    ),
    path(
        "supervision/<uuid:id>/withdraw",
        supervision.withdraw_supervision,
        name="withdraw-supervision",
    ),
]
