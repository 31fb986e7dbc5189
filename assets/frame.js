/** What every page needs: its address, and what the keys do. */
import "./keys.js";
import "./number_box.js";

export { default } from "./address.js";
