import { expect, test } from 'vitest';
import { readRange, withRange } from './range';

const NOW = Date.UTC(2026, 10, 22, 10, 41);
const read = (query: string) => readRange(new URLSearchParams(query), NOW);

test('no parameter means all data', () => {
  expect(read('')).toMatchObject({ preset: 'all', from: undefined, to: undefined });
});

test('a preset ends at the next full hour', () => {
  expect(read('range=24h')).toMatchObject({ preset: '24h', from: '2026-11-21T11:00:00.000Z' });
});

test('days are inclusive: the end is the midnight after the last', () => {
  const { from, to, preset } = read('from=2026-11-01&to=2026-11-03');
  expect(preset).toBe('custom');
  expect(Date.parse(to as string) - Date.parse(from as string)).toBe(3 * 86_400_000);
});

test.each(['range=forever', 'from=yesterday', 'from=2026-99-99'])('%s is ignored', (query) => {
  expect(read(query)).toMatchObject({ from: undefined, to: undefined });
});

test('links keep the range and drop the rest', () => {
  const params = new URLSearchParams('range=7d&cursor=abc');
  expect(withRange('/conversations', params, { reason: 'a b' })).toBe(
    '/conversations?range=7d&reason=a+b',
  );
});
