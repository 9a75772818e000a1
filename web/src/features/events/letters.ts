import type { DeadLetterReply, DeadLetterSummaryReply, LetterFilter } from '../../api/generated';

export type Letter = DeadLetterReply;
export type Summary = DeadLetterSummaryReply;

/** What was told again and fails again is parked again; the page shows it soon. */
export const POLL = {
  pollingInterval: 15_000,
  skipPollingIfUnfocused: true,
  refetchOnMountOrArgChange: true,
} as const;

/** The filters that the address carries. */
export const FILTERS = ['handler', 'name', 'error'] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Partial<Record<Filter, string>>;

/** Letters that an action is for: chosen ones, or all that fit and were parked by then. */
export type Target = { count: number; letters: Letter[] } | { count: number; filter: LetterFilter };

export function filtersOf(params: URLSearchParams): Filters {
  return Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = params.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}

/** The letters a call names. */
export function lettersOf(target: Target) {
  return 'filter' in target
    ? target.filter
    : target.letters.map(({ handler, id }) => ({ handler, event_id: id }));
}

export const keyOf = ({ handler, id }: Letter) => `${handler} ${id}`;

/** How many letters fit the filters, by the summary. */
export function countOf(summary: Summary, filters: Filters): number {
  if (FILTERS.every((name) => !filters[name])) return summary.total;
  return summary.items
    .filter((group) => FILTERS.every((name) => !filters[name] || group[name] === filters[name]))
    .reduce((sum, group) => sum + group.count, 0);
}

/** Sums by one member, the largest first. */
export function sumsBy(summary: Summary, member: Filter): [string, number][] {
  const sums = new Map<string, number>();
  for (const group of summary.items)
    sums.set(group[member], (sums.get(group[member]) ?? 0) + group.count);
  return [...sums].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
}
