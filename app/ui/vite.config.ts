import { fileURLToPath } from "node:url";
import type { Plugin, UserConfig } from "vite";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

/** What micromark imports instead of its own: see the two files. */
const alias = [
  { find: "decode-named-character-reference", replacement: source("text/entities.ts") },
  {
    find: /^\.\/lib\/(?:html-flow|html-text|definition|code-indented|setext-underline)\.js$/,
    replacement: source("text/omitted.ts"),
  },
];

/**
 * Writes the component's file name into the loader. The loader cannot import it in the usual way: Vite would add an import of
 * its own helper, which a classic script may not have.
 */
const elementName: Plugin = {
  name: "element-name",
  generateBundle(_, bundle) {
    const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
    const element = chunks.find((chunk) => chunk.name === "element");
    const loader = chunks.find((chunk) => chunk.name === "loader");
    if (!element || !loader) throw new Error("The build has no chunk named element, or none named loader.");
    loader.code = loader.code.replace("ELEMENT_FILE", element.fileName);
  },
};

/** The build of the administration, apart from that of the chat: what it shares with it would otherwise move into other chunks. */
const administration: UserConfig["build"] = {
  emptyOutDir: false,
  rolldownOptions: {
    input: { admin: "admin.html" },
    output: {
      hashCharacters: "hex",
      entryFileNames: "assets/admin-[hash].js",
      chunkFileNames: "assets/admin-[name]-[hash].js",
      assetFileNames: "assets/admin-[name]-[hash][extname]",
    },
  },
};

/**
 * The loader has a fixed name, because sites name it; everything else has the hash of its content in its name, so that a
 * browser may keep it for ever. The service gives `index.html` at its root, `admin.html` at
 * `/admin`, and everything else below `widget/`.
 */
export default defineConfig(({ mode }) => ({
  plugins: mode === "admin" ? [] : [elementName],
  resolve: { alias },
  build: {
    target: "es2022",
    outDir: "dist",
    assetsDir: "assets",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { loader: "src/loader.ts", element: "src/element.tsx", index: "index.html" },
      output: {
        hashCharacters: "hex",
        entryFileNames: ({ name }) => (name === "loader" ? "loader.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
      },
    },
    ...(mode === "admin" ? administration : {}),
  },
  experimental: {
    renderBuiltUrl: (filename, { hostType }) => (hostType === "html" ? `widget/${filename}` : { relative: true }),
  },
  server: { proxy: { "/v1": "http://localhost:8000" } },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/random.ts"],
    // So that the alias is for the packages, too, which are otherwise loaded by Node.
    server: { deps: { inline: [/micromark/, /mdast/] } },
    css: true,
  },
}));
