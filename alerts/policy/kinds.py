"""What each kind of signal raises, and which only stand on the pages."""

FRESH_DAYS = 90  # the half-life of trigger evidence: an older event is no news of what may come next

ALERT_OF = {  # kind of signal -> kind of alert; in the order in which they are told where several come at once
    "level_up": "rise",
    "trigger": "trigger",
    "rapid": "rapid",
    "blackout": "blackout",
}
RAISING = tuple(ALERT_OF.values())
PLACE = {kind: place for place, kind in enumerate(ALERT_OF)}

TOLD_TOGETHER = frozenset({"rise", "trigger", "rapid"})  # one text can say all of it; silence is another matter

SHOWN_ONLY = {
    "level_down": "shown only: alerts warn of a level that rose",
    "gone_stale": "shown only: alerts warn of a level that rose",
    "method": "the method changed, not what is known of the country",
    "blackout_over": "shown only: alerts warn of reports that fall away",
    "correction": "shown only: who was warned by it is told by a correction",
}
GONE = {  # why a signal that says nothing any more raises no alert
    "level_up": "the level had fallen again when the rule looked",
    "trigger": "the evidence had been retracted when the rule looked",
    "rapid": "the change was no longer rapid when the rule looked",
    "blackout": "reports had come again when the rule looked",
}
HISTORIC = {
    "level_up": "historic: the rise rests on evidence entered long after it was known",
    "trigger": "historic: the event was long past when it was found",
    "rapid": "historic: the change rests on evidence entered long after it was known",
    "blackout": "historic: reports had fallen away before anybody looked",
}
RISEN = {
    "level_up": "the level rose to ELEVATED or more",
    "trigger": "new trigger evidence where the level is ELEVATED or more",
    "rapid": "rapid change where the level is ELEVATED or more",
    "blackout": "reports fell away where the level is ELEVATED or more",
}
