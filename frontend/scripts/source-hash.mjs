// @ts-check
/**
 * The fingerprint of the canvas's source, which the build writes beside its files. A test in
 * Python computes it again (tests/workflows/test_canvas_build.py): both must do the same.
 *
 * SHA-256 over the files below frontend/, sorted by path: for each `path NUL number-of-bytes NUL
 * bytes`. Left out are `node_modules`, tests (`*.test.ts`, `*.test.tsx`) and `src/types/api.ts`,
 * which is generated and holds types only.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));

/** @returns {string[]} */
function sourceFiles() {
  return readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(FOLDER.length).replace(/^\/+/, ""))
    .filter((path) => !path.split("/").includes("node_modules"))
    .filter((path) => !/\.test\.tsx?$/.test(path) && path !== "src/types/api.ts")
    .sort();
}

export function sourceHash() {
  const hash = createHash("sha256");
  for (const path of sourceFiles()) {
    const bytes = readFileSync(FOLDER + path);
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** A plugin for Vite that adds `build-info.json` to the build. */
export function buildInfo() {
  return {
    name: "build-info",
    /** @this {{ emitFile: (file: { type: "asset", fileName: string, source: string }) => void }} */
    generateBundle() {
      const source = `${JSON.stringify({ source_hash: sourceHash() })}\n`;
      this.emitFile({ type: "asset", fileName: "build-info.json", source });
    },
  };
}
