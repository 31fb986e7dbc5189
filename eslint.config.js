import js from "@eslint/js";

const imports = (message, ...group) => ({
  "no-restricted-imports": ["error", { patterns: [{ group, message }] }],
});

export default [
  { ignores: [".venv/"] },
  js.configs.recommended,
  { rules: { "no-undef": "off" } }, // tsc checks names
  {
    files: ["assets/**"],
    rules: imports("A component imports its own folder and shared/.", "../*/*", "!../shared/*"),
  },
  {
    files: ["assets/train/**"],
    rules: imports(
      "The Train page's own scripts may have the live chart in them.",
      "../*/*",
      "!../shared/*",
      "!../live_chart/*",
    ),
  },
  {
    files: ["assets/shared/**"],
    rules: imports("What components share knows none of them.", "../*"),
  },
];
