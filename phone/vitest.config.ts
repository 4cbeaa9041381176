import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __APP__: '"1.0.0"' },
  test: { setupFiles: ["tests/surroundings.ts"], testTimeout: 20_000 },
});
