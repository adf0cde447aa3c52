"""The end of a run by a signal; a module of its own, so that the command line starts quickly."""


class Stopped(BaseException):
    """The run was asked to end by a signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
