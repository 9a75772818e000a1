import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { handlers, resetMocks } from '../mocks/handlers';
import { initI18n } from '../shared/i18n';

/** Pages are loaded on demand, which takes a while on a busy machine. */
configure({ asyncUtilTimeout: 10_000 });

/** The mocked network; a test overrides single answers with `server.use`. */
export const server = setupServer(...handlers);

class NoResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

beforeAll(async () => {
  globalThis.ResizeObserver ??= NoResizeObserver;
  window.scrollTo = () => {};
  server.listen({ onUnhandledRequest: 'error' });
  await initI18n();
});

afterEach(() => {
  cleanup();
  server.resetHandlers();
  resetMocks();
  localStorage.clear();
});

afterAll(() => server.close());
