import js from "@eslint/js";

export default [
  { ignores: [".venv/"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: "latest", sourceType: "module" },
    rules: { "no-undef": "off" }, // tsc checks names
  },
];
