// The picture of a cart and its pole, with the limits at which an episode ends.

import { freshPen } from "../shared/paper.js";

const ASPECT = 0.52; // height to width
const CART = { width: 0.4, height: 0.22 }; // m
const GROUND = 0.76; // share of the height at which the cart runs
const LONGEST = 1.8; // m that a pole is drawn at most

/**
 * Draws a lane with the cart and its pole at `[x, angle]`; `force` is −1, 0 or 1: the direction in
 * which the cart is pushed.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Messages.Physics} physics
 * @param {number[]} pose
 * @param {{ force: number, over: boolean }} now
 */
export function draw(canvas, physics, pose, { force, over }) {
  const [x, angle] = pose;
  const width = canvas.clientWidth;
  if (!width) return;
  const height = Math.round(width * ASPECT);
  const style = getComputedStyle(canvas);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(name);
  const pen = freshPen(canvas, width, height);

  const scale = width / (2 * physics.x_threshold + 2 * CART.width);
  const ground = height * GROUND;
  /** @param {number} metres */
  const at = (metres) => width / 2 + metres * scale;
  pen.strokeStyle = colour("--faint");
  pen.lineWidth = 1;
  line(pen, 0, ground, width, ground);
  pen.setLineDash([4, 4]);
  for (const side of [-1, 1]) {
    const limit = at(side * physics.x_threshold);
    line(pen, limit, ground - 1.4 * scale, limit, ground + 8);
  }
  const length = Math.min(2 * physics.length, LONGEST) * scale;
  const axle = ground - CART.height * scale;
  for (const side of [-1, 1]) {
    const limit = side * physics.theta_threshold_radians;
    line(pen, at(x), axle, at(x) + length * Math.sin(limit), axle - length * Math.cos(limit));
  }
  pen.setLineDash([]);

  pen.globalAlpha = over ? 0.4 : 1;
  pen.fillStyle = colour("--ink");
  pen.fillRect(at(x) - (CART.width / 2) * scale, axle, CART.width * scale, CART.height * scale);
  pen.strokeStyle = colour("--pole");
  pen.lineCap = "round";
  pen.lineWidth = Math.max(4, 0.09 * scale);
  line(pen, at(x), axle, at(x) + length * Math.sin(angle), axle - length * Math.cos(angle));
  if (force) arrow(pen, at(x), axle + (CART.height * scale) / 2, force, scale, colour("--force"));
  pen.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
function line(pen, x0, y0, x1, y1) {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

/**
 * From the side of the cart that is not pushed from, outwards.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x
 * @param {number} y
 * @param {number} direction
 * @param {number} scale
 * @param {string} colour
 */
function arrow(pen, x, y, direction, scale, colour) {
  const from = x + direction * (CART.width / 2 + 0.06) * scale;
  const size = 0.11 * scale;
  pen.fillStyle = colour;
  pen.fillRect(
    Math.min(from, from + direction * 0.16 * scale),
    y - size / 4,
    0.16 * scale,
    size / 2,
  );
  pen.beginPath();
  pen.moveTo(from + direction * 0.14 * scale, y - size);
  pen.lineTo(from + direction * 0.14 * scale, y + size);
  pen.lineTo(from + direction * 0.3 * scale, y);
  pen.fill();
}
