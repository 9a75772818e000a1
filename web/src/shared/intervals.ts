/** 97.5 % quantile of the standard normal distribution: a two-sided 95 % interval. */
const Z = 1.959964;

export interface Rate {
  value: number;
  low: number;
  high: number;
  n: number;
}

/**
 * A share with its Wilson score interval (95 %); undefined when there is nothing to count.
 *
 * Wilson, Probable inference, the law of succession, and statistical inference (1927).
 */
export function wilson(hits: number, n: number): Rate | undefined {
  if (n <= 0) return undefined;
  const p = hits / n;
  const z2n = (Z * Z) / n;
  const centre = (p + z2n / 2) / (1 + z2n);
  const half = (Z * Math.sqrt((p * (1 - p)) / n + z2n / (4 * n))) / (1 + z2n);
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half), n };
}

/**
 * The interval (95 %) of a difference of two independent shares: Newcombe's hybrid score method.
 *
 * Newcombe, Interval estimation for the difference between independent proportions (1998), method 10.
 */
export function newcombe(before: Rate, after: Rate): [number, number] {
  const difference = after.value - before.value;
  return [
    difference - Math.hypot(after.value - after.low, before.high - before.value),
    difference + Math.hypot(after.high - after.value, before.value - before.low),
  ];
}

export type Trend = 'rose' | 'fell' | 'steady';

/** Whether a share changed from one half of a range to the other beyond chance. */
export function trend(before: Rate | undefined, after: Rate | undefined): Trend | undefined {
  if (!before || !after) return undefined;
  const [low, high] = newcombe(before, after);
  if (low > 0) return 'rose';
  if (high < 0) return 'fell';
  return 'steady';
}
