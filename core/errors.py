"""The one base of every error that Toolmark raises on purpose."""


class ToolmarkError(Exception):
    """Bad input or an impossible request.

    The message is one plain sentence: what is wrong, where (file, row, column), and what to do.
    """
