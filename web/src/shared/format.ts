/** Numbers, shares and times in the reader's language, through Intl. */

const locale = () => globalThis.document?.documentElement.lang || 'en';

export function formatCount(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** Short form for tiles: 12,345 stays, 1,234,567 becomes 1.2M. */
export function formatCompact(value: number): string {
  const compact = value >= 100_000;
  return new Intl.NumberFormat(locale(), {
    notation: compact ? 'compact' : 'standard',
    maximumFractionDigits: compact ? 1 : 0,
  }).format(value);
}

export function formatShare(share: number, digits = 1): string {
  return new Intl.NumberFormat(locale(), {
    style: 'percent',
    maximumFractionDigits: digits,
  }).format(share);
}

export function formatScore(score: number): string {
  return new Intl.NumberFormat(locale(), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(score);
}

export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(iso));
}

export function formatDateTime(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(iso),
  );
}

export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(new Date(iso));
}

/** A point of a series: the hour when buckets are hours, else the day. */
export function formatBucket(iso: string, bucket: string): string {
  const options: Intl.DateTimeFormatOptions =
    bucket === 'hour'
      ? { month: 'short', day: 'numeric', hour: 'numeric' }
      : { month: 'short', day: 'numeric' };
  return new Intl.DateTimeFormat(locale(), options).format(new Date(iso));
}

/** A duration in the largest fitting unit, e.g. "3 min". */
export function formatDuration(seconds: number): string {
  const [value, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5400
        ? [seconds / 60, 'minute']
        : [seconds / 3600, 'hour'];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: unit as string }).format(
    Math.max(1, Math.round(value as number)),
  );
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size in the largest fitting unit, e.g. "1.2 MB". */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3);
  const power = Math.min(BYTE_UNITS.length - 1, step);
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: BYTE_UNITS[power],
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** power);
}
