"""The Train page's charts: which curves of a run there are and what they are measured against."""

from collections.abc import Sequence
from functools import partial
from itertools import cycle
from typing import get_args

import numpy as np

from dashboard.charts.live_chart import News, held, live_charts
from dashboard.charts.panels import Hue, Panel, Reference, Takeaway, Trace
from dashboard.charts.predictions import about_the_gap
from dashboard.session.earlier import MOST_NAMED, Earlier
from dashboard.session.links import Link
from dashboard.session.run import Run
from dashboard.session.session import Session
from dashboard.session.view import XAxis
from dashboard.train_page.figures import average_name, figures_of
from dashboard.train_page.paper import caption, filename, worded
from dashboard.train_page.past import fork_at
from dashboard.train_page.race_curves import race_panels
from dashboard.train_page.random_policy import random_policy, words
from dashboard.web.feed import CURVES_SECONDS
from dashboard.web.language import _, said
from dashboard.web.static_files import component
from dqn_core.base.numbers import number
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.family import RandomReturn

_component = component("train/curves.js", isolate_styles=False)


def curves(session: Session, drawn: str) -> None:
    """All charts of the session's run under its figures, both renewed by the browser.

    ``drawn`` is the session's state that the page shows. A presentation has the first chart alone.
    """
    turns, run, link = session.turns, session.run, session.link
    arms = turns.arms
    is_whole = link.view == "page"
    # No earlier run is drawn beside a race, and no race as an earlier run: both would mislead.
    earlier = [] if arms else [one for one in session.earlier.of(run) if not one.differing]
    spec, policy = run.trainer.spec, random_policy()
    at_random = policy.of(spec)

    def news() -> News:
        session.runner.touch()  # somebody looks
        run_id = turns.id  # first: rows of a run that was rewound meanwhile are of another one
        # Drawing the page begins another runner, which after a lost connection nothing else does.
        state = "no runner" if session.runner.is_stopped else session.state
        state += _mark(policy.of(spec))
        tables = turns.tables() | held({_table(before): before.episodes for before in earlier})
        numbers = figures_of(turns, link.smoothing) if is_whole else None
        remarks = {} if arms else {"values": said(about_the_gap(run))}
        return News(tables, run_id, state, numbers, turns.uncounted, remarks)

    panels = _panels(run, earlier, at_random, link)
    if arms:
        panels = race_panels(turns, panels)
    live_charts(
        panels if is_whole else panels[:1],
        news,
        x_axis=link.x_axis,
        smoothing=link.smoothing,
        key="curves",
        period=CURVES_SECONDS if turns.is_active or policy.is_coming(spec) else 0,
        drawn=drawn + _mark(at_random),
        caption=caption(run, link, turns.configs),
        filename=filename(run, link, turns.configs),
        mount=_component,
        on_fork=partial(fork_at, session) if run.keeping.name else None,
    )


def _mark(at_random: RandomReturn | None) -> str:
    """The page is drawn anew when the random policy's return has come."""
    return "" if at_random is None else " with the random policy"


def value_ceiling(spec: EnvironmentSpec, gamma: float) -> float | None:
    """The largest discounted return there can be, where it is known what a step is worth."""
    if spec.step_reward is None or gamma >= 1:
        return None
    return spec.step_reward / (1 - gamma)


def _table(earlier: Earlier) -> str:
    return f"earlier {earlier.record.run}"


def _training(run: Run, earlier: Sequence[Earlier], link: Link) -> str:
    """The present run's name: with its own values of what it is compared in."""
    differing = [before.config.difference(run.config) for before in earlier]
    names = [name for name in HYPERPARAMETERS if any(name in found for found in differing)]
    values = worded(run, names, link)[:MOST_NAMED]
    if not values:
        return _("training")
    return _("training ({values})", values=_(", ").join(values))


def _returns_to_compare_with(run: Run, at_random: RandomReturn | None) -> list[Reference]:
    spec = run.trainer.spec
    references = [Reference(at_random.mean, words(at_random))] if at_random else []
    if spec.reward_threshold is not None:
        references.append(Reference(spec.reward_threshold, _("solved")))
    if spec.optimum is not None:
        optimum = _("optimum {value}", value=number(spec.optimum))
        references.append(Reference(spec.optimum, optimum))
    return references


def _panels(
    run: Run, earlier: Sequence[Earlier], at_random: RandomReturn | None, link: Link
) -> list[Panel]:
    """What is drawn of a run: the return, Q-values, loss, gradient, exploration, noise."""
    return [
        _returns(run, earlier, at_random, link),
        _q_values(run),
        Panel(
            "loss",
            _("Loss"),
            (Trace("updates", "loss", _("loss"), "average", "loss"),),
            y_title=_("loss of a batch"),
            y_scale="log",
            takeaway=Takeaway("updates/loss", _("average loss")),
            empty=_("The loss is drawn once learning has started."),
        ),
        _gradient(run),
        Panel(
            "exploration",
            _("Exploration"),
            (
                Trace("episodes", "epsilon", _("ε at an episode's end"), "line", "exploration"),
                Trace(
                    "episodes",
                    "exploration_share",
                    _("share of random actions"),
                    "line",
                    "gradient",
                ),
            ),
            y_title=_("share of actions"),
            y_range=(0.0, 1.0),
            takeaway=Takeaway("episodes/epsilon", "ε", 1.0),
            empty=_("ε and the share of random actions are drawn as episodes end."),
        ),
        *_noise(run),
    ]


def _returns(
    run: Run, earlier: Sequence[Earlier], at_random: RandomReturn | None, link: Link
) -> Panel:
    spec = run.trainer.spec
    behind = [
        Trace(
            _table(before),
            "return",
            said(before.words(run)),
            "average",
            dash=before.dash,
            behind=True,
            whole=before.is_kin_of(run),
        )
        for before in earlier
    ]
    most = spec.step_reward and spec.step_reward * spec.max_episode_steps
    return Panel(
        "return",
        _("Return of an episode"),
        (
            Trace("episodes", "return", _training(run, earlier, link), "average", "return"),
            Trace("evaluations", "mean_return", _("greedy"), "markers", "prediction"),
            *behind,
        ),
        tuple(_returns_to_compare_with(run, at_random)),
        y_title=_("sum of rewards"),
        y_range=spec.return_range,
        takeaway=Takeaway("episodes/return", average_name(link.smoothing).lower(), most),
        empty=_("Press Start: each episode becomes a point when it ends."),
    )


def _q_values(run: Run) -> Panel:
    ceiling = value_ceiling(run.trainer.spec, run.config.gamma)
    references: tuple[Reference, ...] = ()
    if ceiling:
        label = _("ceiling 1/(1−γ) = {value}", value=number(ceiling))
        references = (Reference(ceiling, label, _last_change(run, "gamma")),)
    predicted = _("greedy: predicted (max Q at the start)")
    obtained = _("greedy: obtained (discounted rewards)")
    return Panel(
        "values",
        _("Q-values: predicted and obtained"),
        (
            Trace("updates", "mean_q", _("mean max Q of a batch"), "line", "value"),
            Trace("evaluations", "predicted", predicted, "markers", "prediction"),
            Trace("evaluations", "obtained", obtained, "markers", "return"),
        ),
        references,
        y_title=_("discounted return"),
        y_range=(0.0, ceiling) if ceiling else None,
        takeaway=Takeaway("updates/mean_q", _("mean max Q"), ceiling),
        empty=_("Q-values are drawn once learning has started."),
    )


def _gradient(run: Run) -> Panel:
    references: tuple[Reference, ...] = ()
    if run.config.gradient_clipping == "norm":
        since = _last_change(run, "gradient_clip", "gradient_clipping")
        references = (Reference(run.config.gradient_clip, _("clipped to"), since),)
    return Panel(
        "gradient",
        _("Gradient norm"),
        (Trace("updates", "gradient_norm", _("before clipping"), "average", "gradient"),),
        references,
        y_title=_("length of the gradient"),
        y_scale="log",
        takeaway=Takeaway("updates/gradient_norm", _("average gradient norm")),
        empty=_("The gradient is drawn once learning has started."),
    )


def _last_change(run: Run, *names: str) -> dict[XAxis, float] | None:
    """Where one of these hyperparameters was changed last, on each x axis."""
    changes = run.history.changes.columns()
    named = np.isin(changes["name"].astype(str), names)
    rows = np.flatnonzero(named & (changes["member"] == 0))
    if not len(rows):
        return None
    return {axis: float(changes[axis][rows[-1]]) for axis in get_args(XAxis)}


def _noise(run: Run) -> list[Panel]:
    """How large the noise of each layer is, where the network is noisy."""
    shape = run.trainer.learner.online.shape
    if not shape.noisy:
        return []
    hues = cycle(get_args(Hue))
    traces = [
        Trace("updates", f"noise_{n}", _("layer {number}", number=n), "line", hue)
        for n, hue in zip(range(1, len(shape.layers) + 1), hues, strict=False)
    ]
    return [
        Panel(
            "noise",
            _("Noise"),
            tuple(traces),
            y_title=_("mean |σ| of a layer's weights"),
            y_scale="log",
            takeaway=Takeaway(traces[-1].id, _("noise of the last layer")),
            empty=_("The size of the noise is drawn once learning has started."),
        )
    ]
