import { expect, test } from 'vitest';
import { newcombe, trend, wilson } from './intervals';

test.each([
  // Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('the Wilson interval of %i in %i', (hits, n, low, high) => {
  const rate = wilson(hits, n);
  expect(rate?.low).toBeCloseTo(low, 4);
  expect(rate?.high).toBeCloseTo(high, 4);
});

test('a share of nothing is undefined, not zero', () => {
  expect(wilson(0, 0)).toBeUndefined();
});

test.each([
  // Newcombe, Interval estimation for the difference (1998), table II, method 10.
  [48, 80, 56, 70, 0.0524, 0.3339],
  [3, 10, 9, 10, 0.1705, 0.809],
])('the interval of the difference between %i/%i and %i/%i', (a, m, b, n, low, high) => {
  const before = wilson(a, m);
  const after = wilson(b, n);
  if (!before || !after) throw new Error('both shares exist');
  const interval = newcombe(before, after);
  expect(interval[0]).toBeCloseTo(low, 4);
  expect(interval[1]).toBeCloseTo(high, 4);
});

test('a small change in a small sample is steady', () => {
  expect(trend(wilson(3, 20), wilson(5, 20))).toBe('steady');
  expect(trend(wilson(300, 2000), wilson(500, 2000))).toBe('rose');
  expect(trend(wilson(500, 2000), wilson(300, 2000))).toBe('fell');
});
