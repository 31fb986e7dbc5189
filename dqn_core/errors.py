"""What a user can cause: one exception type, each message one sentence for the person reading it.

Programming errors are not in here; they stay loud.
"""


class LabError(Exception):
    """Something a user asked for cannot be done; the message says what is wrong and what to do."""


class ConfigurationError(LabError):
    """A hyperparameter is out of range, of the wrong type, or does not go with another one.

    ``names`` are those that do not go together.
    """

    def __init__(self, message: str, *names: str) -> None:
        super().__init__(message)
        self.names = names


class CheckpointError(LabError):
    """A file is no checkpoint of this project, is damaged, does not fit or cannot be written."""


class UnsupportedEnvironmentError(LabError):
    """An environment id is unknown, or the environment is not one that DQN can learn."""


class EnvironmentFailure(LabError):  # noqa: N818 - a failure of the environment, not of ours
    """An environment raised something, or returned what cannot be used."""


class MissingPackageError(LabError):
    """An optional package is needed for what was asked."""


class DivergenceError(LabError):
    """Q-values stopped being finite or left every bound that the rewards allow."""
