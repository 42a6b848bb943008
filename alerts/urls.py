"""Addresses of alerts, subscriptions and the outbox."""

from django.urls import path

from alerts.views import subscriptions

urlpatterns = [
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("subscriptions/new/", subscriptions.subscription_new, name="subscription_new"),
    path("subscriptions/<int:subscription_id>/", subscriptions.subscription, name="subscription"),
    path("subscriptions/<int:subscription_id>/end/", subscriptions.subscription_end, name="subscription_end"),
    path("subscriptions/by-link/<str:token>/", subscriptions.my_subscriptions, name="my_subscriptions"),
    path("unsubscribe/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
]
