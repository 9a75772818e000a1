import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { colorSchemeScript } from './scripts/color-scheme-plugin.ts';
import { mockBackend } from './scripts/mock-backend-plugin.ts';

const backend = process.env.CUSTOMERAI_URL;
const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** With CUSTOMERAI_URL the dev server talks to that server; without it, to the mocks of the tests. */
const proxy = backend ? { '/v1': { target: backend, changeOrigin: true } } : undefined;

export default defineConfig({
  base: '/',
  plugins: [react(), colorSchemeScript(), ...(backend ? [] : [mockBackend()])],
  define: { __VERSION__: JSON.stringify(version) },
  server: { port: 5173, proxy },
  preview: { port: 4173, proxy },
  build: {
    outDir: 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  test: {
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'http://127.0.0.1/' } },
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    testTimeout: 30_000,
    env: { DEBUG_PRINT_LIMIT: '3000' },
    css: false,
  },
});
