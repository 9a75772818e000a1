/** The time range of the address: a preset (`range=30d`) or days (`from`, `to`, inclusive). */

export const PRESETS = ['all', '24h', '7d', '30d', '90d'] as const;
export type Preset = (typeof PRESETS)[number];

export interface TimeRange {
  preset: Preset | 'custom';
  /** What the API gets; undefined is open. */
  from: string | undefined;
  to: string | undefined;
  /** What the date fields show. */
  fromDay: string;
  toDay: string;
}

const HOUR_MS = 3_600_000;
const HOURS: Record<Exclude<Preset, 'all'>, number> = {
  '24h': 24,
  '7d': 168,
  '30d': 720,
  '90d': 2160,
};
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Parameters of the address that carry the range, for links between pages. */
export const RANGE_PARAMS = ['range', 'from', 'to'] as const;

function day(value: string | null): string {
  return value && DAY.test(value) ? value : '';
}

/** Local midnight of a day as an instant; `plus` days later. */
function instant(value: string, plus: number): string | undefined {
  if (value === '') return undefined;
  const date = new Date(`${value}T00:00:00`);
  if (Number.isNaN(date.getTime())) return undefined;
  date.setDate(date.getDate() + plus);
  return date.toISOString();
}

/** Reads the range; a preset is rounded to the hour so that the same view asks the same question. */
export function readRange(params: URLSearchParams, now: number): TimeRange {
  const preset = params.get('range');
  if (preset && preset in HOURS) {
    const hours = HOURS[preset as Exclude<Preset, 'all'>];
    const end = Math.ceil(now / HOUR_MS) * HOUR_MS;
    return {
      preset: preset as Preset,
      from: new Date(end - hours * HOUR_MS).toISOString(),
      to: undefined,
      fromDay: '',
      toDay: '',
    };
  }
  const fromDay = day(params.get('from'));
  const toDay = day(params.get('to'));
  return {
    preset: fromDay || toDay ? 'custom' : 'all',
    from: instant(fromDay, 0),
    to: instant(toDay, 1),
    fromDay,
    toDay,
  };
}

/** A link to another page that keeps the range of this one. */
export function withRange(
  path: string,
  params: URLSearchParams,
  extra: Record<string, string | undefined> = {},
): string {
  const next = new URLSearchParams();
  for (const name of RANGE_PARAMS) {
    const value = params.get(name);
    if (value) next.set(name, value);
  }
  for (const [name, value] of Object.entries(extra)) if (value) next.set(name, value);
  const query = next.toString();
  return query === '' ? path : `${path}?${query}`;
}

/** The reader's calendar day of an instant, as the address writes it. */
export function localDay(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
