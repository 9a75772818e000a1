import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const SOURCE = new URL('./color-scheme.js', import.meta.url);
const DEV_PATH = '/color-scheme.js';

/**
 * Puts a small blocking script into the head that sets the colour scheme before the first paint.
 *
 * It is a hashed file and not an inline script because the content security policy refuses those.
 */
export function colorSchemeScript(): Plugin {
  let building = false;
  return {
    name: 'color-scheme-script',
    configResolved(config) {
      building = config.command === 'build';
    },
    buildStart() {
      if (process.env.VITEST || !building) return;
      this.emitFile({
        type: 'asset',
        name: 'color-scheme.js',
        source: readFileSync(SOURCE, 'utf8'),
      });
    },
    configureServer(server) {
      server.middlewares.use(DEV_PATH, (_request, response) => {
        response.setHeader('content-type', 'text/javascript');
        response.end(readFileSync(SOURCE, 'utf8'));
      });
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, context) {
        const bundled = Object.values(context.bundle ?? {}).find(
          (file) => file.type === 'asset' && file.names.includes('color-scheme.js'),
        );
        const src = bundled ? `/${bundled.fileName}` : DEV_PATH;
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
      },
    },
  };
}
