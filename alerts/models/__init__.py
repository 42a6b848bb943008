"""Signals, alerts, subscriptions, deliveries, answers and responses."""

from alerts.models.alert import Alert, AlertDecision, AlertQuerySet, AlertReason, Postponed
from alerts.models.change import Change
from alerts.models.confirmation import Confirmation, ConfirmationQuerySet
from alerts.models.correction import CorrectionDuty
from alerts.models.delivery import Delivery, DeliveryAttempt, DeliveryQuerySet
from alerts.models.office import Absence, Acknowledgement, Duty, DutyStep, Office, OfficeMember
from alerts.models.response import (
    Lever,
    LeverQuerySet,
    Measure,
    PublishedWarning,
    PublishedWarningQuerySet,
    Response,
    ResponseQuerySet,
    ResponseStep,
)
from alerts.models.signal import Compared, Signal, SignalQuerySet, Verdict
from alerts.models.situation import Situation, SituationPlace, SituationQuerySet
from alerts.models.subscription import Endpoint, MailSettings, Subscription, SubscriptionQuerySet

__all__ = [
    "Absence",
    "Acknowledgement",
    "Alert",
    "AlertDecision",
    "AlertQuerySet",
    "AlertReason",
    "Change",
    "Compared",
    "Confirmation",
    "ConfirmationQuerySet",
    "CorrectionDuty",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryQuerySet",
    "Duty",
    "DutyStep",
    "Endpoint",
    "Lever",
    "LeverQuerySet",
    "MailSettings",
    "Measure",
    "Office",
    "OfficeMember",
    "Postponed",
    "PublishedWarning",
    "PublishedWarningQuerySet",
    "Response",
    "ResponseQuerySet",
    "ResponseStep",
    "Signal",
    "SignalQuerySet",
    "Situation",
    "SituationPlace",
    "SituationQuerySet",
    "Subscription",
    "SubscriptionQuerySet",
    "Verdict",
]
