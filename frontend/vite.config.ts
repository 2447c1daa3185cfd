import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

import { buildInfo } from "./scripts/source-hash.mjs";

/** One script and one stylesheet with fixed names, which Django serves. */
export default defineConfig({
  plugins: [react(), buildInfo()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: process.env.CANVAS_OUT ?? "../workflows/static/workflows/canvas",
    emptyOutDir: true,
    modulePreload: false,
    sourcemap: false,
    cssCodeSplit: false,
    // The design's own bar: `light-dark()` stays as it is, or it would lose Django's theme.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    rolldownOptions: {
      input: "src/main.tsx",
      output: {
        codeSplitting: false,
        entryFileNames: "canvas.js",
        assetFileNames: "canvas[extname]",
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: "src/testing/setup.ts",
  },
});
