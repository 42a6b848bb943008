"""The lexicon desk: versions, a draft and its tests, trying a text, searching again."""
