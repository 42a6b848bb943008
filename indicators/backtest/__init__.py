"""The back-test: how a method's index stood before outcomes that began (scoring.md §8). Pure code, no Django.

Everything here works on a grid of countries × month ends. `outcomes` reads and `one_sided` derives what is
looked for; `grid` labels the months; `standing`, `curves`, `leads` and `groups` measure; `mapping` fits the Platt
mapping out of time; `bootstrap` gives intervals; `variants` changes the method a little; `report` puts together
what is stored and shown. docs/backtest.md defines every figure.
"""
