// Adds up, gzipped, what each route makes the browser load; fails past the budgets.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KB = 1000;
const ENTRY_KB = 130;
const ROUTE_KB = 350;
const ASSETS = new URL('../dist/assets/', import.meta.url);

const files = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));
const text = new Map(files.map((name) => [name, readFileSync(new URL(name, ASSETS), 'utf8')]));
const gzip = new Map(files.map((name) => [name, gzipSync(text.get(name)).length / KB]));

/** What a chunk imports at once; dynamic imports wait until they are needed. */
function importsOf(name) {
  const found = text.get(name).matchAll(/(?:from|import)\s*["']\.\/([\w-]+\.js)["']/g);
  return [...found].map((match) => match[1]).filter((each) => text.has(each));
}

function closure(names, seen = new Set()) {
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    closure(importsOf(name), seen);
  }
  return seen;
}

const chunk = (name) => files.filter((file) => file.startsWith(`${name}-`));
const html = readFileSync(new URL('../dist/index.html', import.meta.url), 'utf8');
const entry = html.match(/type="module"[^>]*src="\/assets\/([^"]+)"/)[1];
const kb = (names) => [...names].reduce((sum, name) => sum + gzip.get(name), 0);

const routes = {
  'sign-in': ['SignInPage'],
  setup: ['SetupPage'],
  overview: ['Shell', 'OverviewPage', 'SeriesChart'],
  conversations: ['Shell', 'ConversationsPage'],
  conversation: ['Shell', 'ConversationPage'],
  privacy: ['Shell', 'PrivacyPage'],
  traffic: ['Shell', 'TrafficPage'],
  leaks: ['Shell', 'LeaksPage', 'SeriesChart'],
  policies: ['Shell', 'PoliciesPage'],
  vault: ['Shell', 'VaultPage'],
  requests: ['Shell', 'RequestsPage'],
  retention: ['Shell', 'RetentionPage'],
  tables: ['Shell', 'TablesPage'],
  keys: ['Shell', 'KeysPage'],
  events: ['Shell', 'EventsPage'],
};

let over = false;
function report(name, size, budget) {
  const bad = size > budget;
  over ||= bad;
  console.log(
    `${name.padEnd(22)} ${size.toFixed(1).padStart(7)} kB gzip${bad ? `  over ${budget}` : ''}`,
  );
}

report('entry chunk', gzip.get(entry), ENTRY_KB);
console.log(
  `${'entry with imports'.padEnd(22)} ${kb(closure([entry]))
    .toFixed(1)
    .padStart(7)} kB gzip`,
);
for (const [route, names] of Object.entries(routes)) {
  report(route, kb(closure([entry, ...names.flatMap(chunk)])), ROUTE_KB);
}
process.exit(over ? 1 : 0);
