"""What a rule says beside its places and its level, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.models import Subscription
from indicators.models import Factor

SCOPES = {  # of the Framework: what its factors are about; no finding
    Factor.Scope.COMMON: gettext_lazy("risk factors of any atrocity crime"),
    Factor.Scope.GENOCIDE: gettext_lazy("risk factors of genocide"),
    Factor.Scope.CRIMES_AGAINST_HUMANITY: gettext_lazy("risk factors of crimes against humanity"),
    Factor.Scope.WAR_CRIMES: gettext_lazy("risk factors of war crimes"),
}
FREQUENCIES = {
    Subscription.Frequency.AT_ONCE: "",
    Subscription.Frequency.DAILY: gettext_lazy("once a day"),
    Subscription.Frequency.WEEKLY: gettext_lazy("once a week"),
}


def beyond(rule: Subscription) -> str:
    """Such as `, only on risk factors 9 or 10 or risk factors of genocide, once a day`; empty for a rule of neither."""
    parts = [_("only on %(subjects)s") % {"subjects": _subjects(rule)}] if rule.factors or rule.scopes else []
    parts += [str(FREQUENCIES[Subscription.Frequency(rule.frequency)])]
    parts += [_("to a webhook")] if rule.channel == Subscription.Channel.WEBHOOK else []
    return "".join(f", {part}" for part in parts if part)


def _subjects(rule: Subscription) -> str:
    either = _(" or ")
    said = []
    if rule.factors:
        numbers = either.join(str(number) for number in rule.factors)
        said.append(
            ngettext("risk factor %(numbers)s", "risk factors %(numbers)s", len(rule.factors)) % {"numbers": numbers}
        )
    said += [str(words) for scope, words in SCOPES.items() if scope in rule.scopes]
    return either.join(said)
