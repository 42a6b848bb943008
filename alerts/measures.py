"""What others can do about each risk factor: pure, one sentence each in our own words.

Kinds of response after the Secretary-General's report A/78/901, section III; the paragraph that names the kind stands
at the end. They are no advice for one country: a later issue brings a catalogue with actors, dates and levers.
"""

SOURCE = "A/78/901"

MEASURES: dict[int, str] = {
    1: "Good offices and mediation between the parties, inclusive of women (¶61–62).",
    2: "Support for bodies that preserve evidence and for courts that try such crimes (¶35–40).",
    3: "Help towards security forces that know and respect the law (¶64).",
    4: "A political strategy that takes away what there is to gain, and widens no divide (¶56).",
    5: "Joint steps to dissuade and deter those able to attack (¶52, ¶61).",
    6: "Backing for monitors, defenders and independent media (¶59).",
    7: "Public messages for tolerance, answers to hate speech, early mediation (¶52).",
    8: "Alertness of security forces and observers to the next foreseeable trigger (¶64).",
    9: "Support for community and religious leaders, women and youth who calm tensions (¶63).",
    10: "Word to the Security Council, and formal reminders of duties under the Genocide Convention (¶60, ¶66).",
    11: "Talks on physical protection of civilians, by those authorised or invited to give it (¶64–66).",
    12: "Inquiry into patterns, orders and responsibility, with evidence preserved (¶35, ¶59).",
    13: "Reminders to every party, armed groups too, of its duties under the law of war (¶60).",
    14: "Access for aid to everybody in need, and protection of those who bring it (¶67).",
}


def measures_for(factors: list[int]) -> str:
    """What can be done about the two factors that come first; empty for none."""
    return " ".join(MEASURES[factor] for factor in factors[:2])
