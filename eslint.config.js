import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  // AssemblyScript's top-level @inline is not TypeScript: no linter parses it (assembly/ is type-checked instead).
  {
    ignores: [
      "dist/",
      "demo/dist/",
      "build/",
      "coverage/",
      ".cache/",
      "bench/report/",
      "docs/api/",
      "site/",
      "src/generated/",
      "assembly/",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-non-null-assertion": "off",
      // There are no enums (erasableSyntaxOnly), and it takes two seconds to find none.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      // isolatedDeclarations wants the type on the left.
      "@typescript-eslint/consistent-generic-constructors": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        performance: "readonly",
        URL: "readonly",
        WebAssembly: "readonly",
        Buffer: "readonly",
      },
    },
    // Programs run from top to bottom: a constant below a call is not there yet while the call runs.
    rules: { "no-use-before-define": ["error", { functions: false }] },
  },
  {
    files: ["bench/harness/page/*.js"],
    languageOptions: { globals: { document: "readonly", uPlot: "readonly" } },
  },
  {
    files: ["test/packed/consumer/**"],
    languageOptions: {
      globals: {
        Response: "readonly",
        WebAssembly: "readonly",
        Worker: "readonly",
        addEventListener: "readonly",
        console: "readonly",
        document: "readonly",
        fetch: "readonly",
        postMessage: "readonly",
      },
    },
  },
);
