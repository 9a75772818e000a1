import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '..');
const MAX_LINES = 250;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));
const written = files.filter(({ name }) => !name.startsWith('api/generated'));
const code = written.filter(
  ({ name }) => !/\.test\.tsx?$/.test(name) && !/^(test|mocks)\//.test(name),
);

/** The files of this tree that a file imports, statically or on demand. */
function importsOf({ name, text }: { name: string; text: string }): string[] {
  const found = text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)['"](\.[^'"]+)['"]/g);
  return [...found].map((match) => relative(SRC, resolve(SRC, dirname(name), match[1] as string)));
}

const featureOf = (name: string) => name.match(/^features\/([^/]+)/)?.[1];

/** Imports that point up: shared -> features -> app is the only way. */
function violations(file: { name: string; text: string }): string[] {
  const own = featureOf(file.name);
  const layer = file.name.split('/')[0];
  return importsOf(file).filter((target) => {
    const theirs = featureOf(target);
    if (own) return (theirs !== undefined && theirs !== own) || target.startsWith('app/');
    if (layer === 'shared' || layer === 'api')
      return theirs !== undefined || target.startsWith('app/');
    return false;
  });
}

describe('the console keeps its layers', () => {
  test('the rule sees a feature that imports a feature', () => {
    const bad = { name: 'features/keys/X.tsx', text: "import { Tile } from '../overview/Tile';" };
    expect(violations(bad)).toEqual(['features/overview/Tile']);
  });

  test('no feature imports a feature, and nothing imports upwards', () => {
    expect(code.length).toBeGreaterThan(50);
    const found = code.flatMap((file) => violations(file).map((to) => `${file.name} -> ${to}`));
    expect(found).toEqual([]);
  });

  test(`files are under ${MAX_LINES} lines`, () => {
    const long = written.filter(({ text }) => text.split('\n').length > MAX_LINES);
    expect(long.map(({ name }) => name)).toEqual([]);
  });

  test('colours are named in the theme alone', () => {
    const raw = code.filter(
      ({ name, text }) =>
        name !== 'app/theme.ts' && /#[0-9a-f]{3,8}\b['"]|rgba?\(|hsla?\(/i.test(text),
    );
    expect(raw.map(({ name }) => name)).toEqual([]);
  });

  test('nothing is fetched around the generated hooks', () => {
    const around = code.filter(({ text }) => /\bfetch\(|XMLHttpRequest|axios/.test(text));
    expect(around.map(({ name }) => name)).toEqual([]);
  });
});
