"""What a back-test refuses."""


class BacktestError(ValueError):
    """An outcome list or a question that cannot be used: where, what was found, what was wanted."""

    def __init__(self, place: str, found: object, wanted: str) -> None:
        super().__init__(f"{place}: found {found}; wanted {wanted}")
