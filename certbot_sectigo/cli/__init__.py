"""The command ``certbot-sectigo``: options, tables and prompts, one module per command group."""


# Here, as it is imported before the first of our words is executed.
class Signalled(BaseException):
    """A signal came: what is under way is cleaned up, and the process ends.

    No :class:`KeyboardInterrupt`, which click and others answer with words of their own.

    :param number: the signal's number.
    """

    words = "what was begun, the same command finishes, or says what does."

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
