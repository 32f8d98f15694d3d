import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** What makes HTML or code of a string: none of it has a place here. */
const HTML_SINKS = ["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc", "dangerouslySetInnerHTML"];

export default defineConfig(
  { ignores: ["dist", "node_modules", "src/api/schema.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } } },
    rules: {
      "no-eval": "error",
      "no-console": "error",
      "no-restricted-properties": ["error", ...HTML_SINKS.map((property) => ({ property }))],
      "no-restricted-syntax": [
        "error",
        ...HTML_SINKS.map((name) => ({ selector: `JSXAttribute[name.name='${name}']`, message: `No ${name}.` })),
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
);
