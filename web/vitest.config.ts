import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/**/*.test.ts', 'test/**/*.test.tsx'], reporters: ['default'], pool: 'forks', testTimeout: 20_000 },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
} as never)
