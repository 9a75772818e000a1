import type { IncomingMessage, ServerResponse } from 'node:http';
import { getResponse } from 'msw';
import type { Connect, Plugin } from 'vite';
import { handlers } from '../src/mocks/handlers.ts';

async function body(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length > 0 ? Buffer.concat(chunks).toString('utf8') : undefined;
}

async function answer(request: IncomingMessage, response: ServerResponse, next: () => void) {
  if (!request.url?.startsWith('/v1/')) return next();
  const incoming = new Request(`http://127.0.0.1${request.url}`, {
    method: request.method,
    headers: request.headers as Record<string, string>,
    body: await body(request),
  });
  const mocked = await getResponse(handlers, incoming);
  if (!mocked) {
    response.statusCode = 404;
    return response.end();
  }
  response.statusCode = mocked.status;
  mocked.headers.forEach((value, name) => {
    response.setHeader(name, value);
  });
  response.end(Buffer.from(await mocked.arrayBuffer()));
}

/** Answers /v1 of the dev and the preview server from the handlers that the tests use. */
export function mockBackend(): Plugin {
  const use = (middlewares: Connect.Server) => {
    middlewares.use((request, response, next) => void answer(request, response, next));
  };
  return {
    name: 'mock-backend',
    configureServer: (server) => use(server.middlewares),
    configurePreviewServer: (server) => use(server.middlewares),
  };
}
