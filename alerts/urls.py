"""Addresses of alerts, subscriptions and the outbox."""

from django.urls import path

from alerts.views import outbox, subscriptions

urlpatterns = [
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
