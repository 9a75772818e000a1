import type { InsightsGetOverviewApiResponse } from '../../api/generated';
import type { Series } from '../../shared/components/SeriesChart';
import { type Rate, type Trend, trend, wilson } from '../../shared/intervals';

export type Overview = InsightsGetOverviewApiResponse;
export type Reason = Overview['reasons'][number];
export type Point = Overview['series'][number];
/** A series of the figures that every point has. */
export type PointSeries = Series<
  'negative' | 'neutral' | 'positive' | 'answered' | 'abstained' | 'escalated'
>;

const sum = (points: readonly Point[], of: (point: Point) => number) =>
  points.reduce((total, point) => total + of(point), 0);

function negativeRate(points: readonly Point[]): Rate | undefined {
  const negative = sum(points, (point) => point.negative);
  return wilson(negative, negative + sum(points, (point) => point.neutral + point.positive));
}

export interface SentimentFinding {
  trend: Trend;
  before: number;
  after: number;
}

/** Whether the second half of the range is more negative than the first, beyond chance. */
export function sentimentFinding(overview: Overview): SentimentFinding | undefined {
  const half = Math.floor(overview.series.length / 2);
  const before = negativeRate(overview.series.slice(0, half));
  const after = negativeRate(overview.series.slice(half));
  const found = trend(before, after);
  if (!found || !before || !after) return undefined;
  const whole = negativeRate(overview.series);
  return {
    trend: found,
    before: before.value,
    after: found === 'steady' ? (whole ?? after).value : after.value,
  };
}

/** Whether the first reason leads or shares the lead, judged by the intervals. */
export function sharedLead(reasons: readonly Reason[]): boolean {
  const [first, second] = reasons;
  if (!first?.interval || !second?.interval) return false;
  return (second.interval[1] ?? 0) > (first.interval[0] ?? 1);
}

/** How much a count changed against the range before, as a share; undefined without a range before. */
export function change(value: number, previous: number | null | undefined): number | undefined {
  if (previous === null || previous === undefined || previous === 0) return undefined;
  return value / previous - 1;
}
