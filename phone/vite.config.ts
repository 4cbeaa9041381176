// Builds the app into the program's static files; the same sources give the same bytes everywhere.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, defineConfig, type Plugin } from "vite";

const out = process.env.PHONE_OUT ?? "../src/xiachen/sync/static/phone";
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const define = { __APP__: JSON.stringify(version) };
const target = ["chrome87", "safari15.4", "firefox111"];

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}

/** The service worker knows each file of the app by its digest; it is built last, into one file. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    async closeBundle() {
      const files = filesBelow(out)
        .map((path) => [relative(out, path).replaceAll("\\", "/"), readFileSync(path)] as const)
        .filter(([name]) => name !== "sw.js")
        .map(([name, bytes]) => [
          name === "index.html" ? "" : name,
          createHash("sha256").update(bytes).digest("hex").slice(0, 16),
        ]);
      await build({
        configFile: false,
        logLevel: "warn",
        define: { ...define, __FILES__: JSON.stringify(Object.fromEntries(files)) },
        publicDir: false,
        build: {
          outDir: out,
          emptyOutDir: false,
          target,
          lib: {
            entry: "src/worker/worker.ts",
            formats: ["iife"],
            name: "worker",
            fileName: () => "sw.js",
          },
        },
      });
      // Ends like every text file of the house.
      writeFileSync(join(out, "sw.js"), `${readFileSync(join(out, "sw.js"), "utf8").trimEnd()}\n`);
    },
  };
}

export default defineConfig({
  base: "/phone/",
  define,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [serviceWorker()],
  build: {
    outDir: out,
    emptyOutDir: true,
    target,
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  server: { proxy: { "/sync": "http://127.0.0.1:8000" } },
});
