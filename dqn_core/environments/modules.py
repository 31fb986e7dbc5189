"""Modules that register environments, as in ``my_module:MyEnv-v0``: which may be imported.

Importing runs code. A person who types such an id wants that; a link or a file must not do it.
"""

import sys
from importlib import import_module
from pathlib import PurePath

from dqn_core.base.errors import UnsupportedEnvironmentError, excerpt
from dqn_core.base.scalars import shown
from dqn_core.base.settings import MODULES
from dqn_core.environments.border import named_reason


def parts(env_id: str) -> tuple[str, str]:
    """The module, "" if none is named, and the id without it, as Gymnasium's registry has it."""
    module, _, name = env_id.rpartition(":")
    return (module, name) if module else ("", env_id)


def import_typed(env_id: str) -> None:
    """Import the module that a person named; raises `UnsupportedEnvironmentError`."""
    module, _ = parts(env_id)
    if module:
        _import(module)


def import_allowed(env_id: str) -> None:
    """Import the module that a link, a file or a visitor named, if the setting names it too.

    One that was imported before does no harm. Raises `UnsupportedEnvironmentError`.
    """
    module, _ = parts(env_id)
    if not module or module in sys.modules:
        return
    if module not in MODULES.value:
        raise UnsupportedEnvironmentError(
            "{env_id} names a module that was not imported: type it as the environment on your own "
            "machine, set {setting}={module}, or import it in your script.",
            env_id=shown(env_id),
            setting=MODULES.name,
            module=module,
        )
    _import(module)


def _import(module: str) -> None:
    path = PurePath(module)
    if path.suffix == ".py":
        raise UnsupportedEnvironmentError(
            "{module} is a file: give its module, as in {name}:MyEnv-v0, and start in its folder.",
            module=shown(module),
            name=excerpt(path.stem),
        )
    if not all(part.isidentifier() for part in module.split(".")):
        raise UnsupportedEnvironmentError(
            "{module} is no module's name: an environment is named as in my_module:MyEnv-v0.",
            module=shown(module),
        )
    try:
        import_module(module)
    except BaseException as error:
        raise UnsupportedEnvironmentError(
            "The module {module} could not be imported: {reason}.",
            module=module,
            reason=named_reason(error),
        ) from error
