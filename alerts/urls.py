"""Addresses of alerts, subscriptions and the outbox."""

from django.urls import path

from alerts.feeds import alert_feed
from alerts.views import alerts, offices, outbox, preview, scorecard, signals, situations, subscriptions

urlpatterns = [
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/feed.atom", alert_feed, name="alert_feed"),
    path("alerts/<int:alert_id>/", alerts.alert, name="alert"),
    path("alerts/<int:alert_id>/release/", alerts.alert_release, name="alert_release"),
    path("alerts/<int:alert_id>/refuse/", alerts.alert_refuse, name="alert_refuse"),
    path("alerts/<int:alert_id>/mail/", preview.alert_mail, name="alert_mail"),
    path("alerts/<int:alert_id>/mail.html", preview.alert_mail_html, name="alert_mail_html"),
    path("alerts/<int:alert_id>/mail/test/", preview.alert_mail_test, name="alert_mail_test"),
    path("signals/", signals.signals, name="signals"),
    path("situations/", situations.situations, name="situations"),
    path("situations/new/", situations.situation_new, name="situation_new"),
    path("situations/<slug:slug>/", situations.situation, name="situation"),
    path("situations/<slug:slug>/edit/", situations.situation_edit, name="situation_edit"),
    path("offices/", offices.offices, name="offices"),
    path("offices/new/", offices.office_new, name="office_new"),
    path("offices/<int:office_id>/", offices.office, name="office"),
    path("offices/<int:office_id>/edit/", offices.office_edit, name="office_edit"),
    path("offices/<int:office_id>/absence/", offices.office_absence, name="office_absence"),
    path("offices/<int:office_id>/absence/<int:absence_id>/cancel/", offices.absence_cancel, name="absence_cancel"),
    path("scorecard/", scorecard.scorecard, name="scorecard"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/retry/", outbox.outbox_retry, name="outbox_retry"),
    path("outbox/<int:delivery_id>/", outbox.delivery, name="delivery"),
    path("outbox/<int:delivery_id>/mail.html", outbox.delivery_html, name="delivery_html"),
    path("outbox/<int:delivery_id>/retry/", outbox.delivery_retry, name="delivery_retry"),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("subscriptions/new/", subscriptions.subscription_new, name="subscription_new"),
    path("subscriptions/<int:subscription_id>/", subscriptions.subscription, name="subscription"),
    path("subscriptions/<int:subscription_id>/end/", subscriptions.subscription_end, name="subscription_end"),
    path("subscriptions/by-link/<str:token>/", subscriptions.my_subscriptions, name="my_subscriptions"),
    path("unsubscribe/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
]
