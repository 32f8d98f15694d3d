import { defineConfig } from "vitest/config";

/**
 * The loader has a fixed name, because sites name it; everything else has the hash of its content in its name, so that
 * a browser may keep it for ever. The page's HTML is written by the service, which reads the names in the manifest.
 */
export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    outDir: "dist",
    assetsDir: "assets",
    manifest: "manifest.json",
    modulePreload: false,
    rolldownOptions: {
      input: { loader: "src/loader.ts", element: "src/element.tsx" },
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: ({ name }) => (name === "loader" ? "loader.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
      },
    },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});
