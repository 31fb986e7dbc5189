// CartPole as Gymnasium integrates it (explicit Euler, float64), operation by operation, so that a
// person plays in the very world that the agent learnt in.

/**
 * Gymnasium's own variables: gravity, masscart, masspole, length (half the pole's), force_mag, tau
 * (seconds a step), x_threshold, theta_threshold_radians; besides them the time limit in steps, and
 * the push that a run's environment gives.
 */

export class CartPole {
  /**
   * @param {Messages.Physics} physics
   * @param {number[]} state
   */
  constructor(physics, state) {
    this.physics = physics;
    this.state = [...state]; // position, velocity, angle, angular velocity
    this.steps = 0;
    this.terminated = false;
    this.truncated = false;
  }

  get over() {
    return this.terminated || this.truncated;
  }

  /**
   * Pushes left (0) or right (1) for one step; each step brings a reward of 1.
   *
   * @param {number} action
   */
  step(action) {
    const p = this.physics;
    if (p.push && p.push.step === this.steps) this.state[p.push.component] += p.push.amount;
    let [x, velocity, angle, angular] = this.state;
    const totalMass = p.masspole + p.masscart;
    const poleMassLength = p.masspole * p.length;
    const force = action === 1 ? p.force_mag : -p.force_mag;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const temp = (force + poleMassLength * (angular * angular) * sin) / totalMass;
    const angularAcceleration =
      (p.gravity * sin - cos * temp) /
      (p.length * (4.0 / 3.0 - (p.masspole * (cos * cos)) / totalMass));
    const acceleration = temp - (poleMassLength * angularAcceleration * cos) / totalMass;
    x += p.tau * velocity;
    velocity += p.tau * acceleration;
    angle += p.tau * angular;
    angular += p.tau * angularAcceleration;
    this.state = [x, velocity, angle, angular];
    this.steps += 1;
    this.terminated = Math.abs(x) > p.x_threshold || Math.abs(angle) > p.theta_threshold_radians;
    this.truncated = p.time_limit !== null && this.steps >= p.time_limit;
  }
}

/** The agent's episode, played before: positions and angles at every moment. */
export class Replay {
  /** @param {Messages.DuelEpisode} episode */
  constructor({ positions, angles, terminated }) {
    this.positions = positions;
    this.angles = angles;
    this.fell = terminated;
    this.steps = 0;
  }

  get over() {
    return this.steps === this.positions.length - 1;
  }
  get terminated() {
    return this.over && this.fell;
  }
  step() {
    this.steps += 1;
  }

  /**
   * Position and angle, `share` of a step after the last moment.
   *
   * @param {number} share
   */
  pose(share) {
    const next = Math.min(this.steps + 1, this.positions.length - 1);
    /** @param {number[]} values */
    const between = (values) => values[this.steps] + share * (values[next] - values[this.steps]);
    return [between(this.positions), between(this.angles)];
  }
}

/**
 * A game's pose; between two moments an Euler step is a straight line.
 *
 * @param {CartPole} game
 * @param {number} share
 */
export function pose(game, share) {
  const [x, velocity, angle, angular] = game.state;
  const ahead = share * game.physics.tau;
  return [x + ahead * velocity, angle + ahead * angular];
}
