"""What an indicator's nature means for a reader."""

from django.utils.translation import gettext_lazy as _

from indicators.models import Indicator

NATURES = {
    Indicator.Nature.STRUCTURAL: _("a standing condition, such as a law or an institution; changes over years"),
    Indicator.Nature.RECORD: _("something in the past that still bears on the present; fades over many years"),
    Indicator.Nature.DYNAMIC: _("conduct or a state of affairs that moves within months; fades over about a year"),
    Indicator.Nature.TRIGGER: _("a sudden happening that can set things off; fades within months"),
}
