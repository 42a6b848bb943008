"""Signals, alerts, subscriptions and deliveries."""

from alerts.models.alert import Alert, AlertQuerySet, AlertReason
from alerts.models.correction import CorrectionDuty
from alerts.models.delivery import Delivery, DeliveryAttempt, DeliveryQuerySet, Subscription, SubscriptionQuerySet
from alerts.models.signal import Compared, Signal, SignalQuerySet, Verdict

__all__ = [
    "Alert",
    "AlertQuerySet",
    "AlertReason",
    "Compared",
    "CorrectionDuty",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryQuerySet",
    "Signal",
    "SignalQuerySet",
    "Subscription",
    "SubscriptionQuerySet",
    "Verdict",
]
