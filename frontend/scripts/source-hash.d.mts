import type { Plugin } from "vite";

export function sourceHash(): string;
export function buildInfo(): Plugin;
