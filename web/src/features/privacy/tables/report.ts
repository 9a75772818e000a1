/** The figures of a release, as the server writes them; plain JSON without any value of the table. */

export interface Bucket {
  least: number;
  most: number | null;
  classes: number;
  rows: number;
}

export interface Measured {
  rows: number;
  k: number | null;
  /** Why there are no figures. */
  reason?: string;
  classes?: number;
  unique_share?: number | null;
  sizes?: Bucket[];
  risk?: {
    threshold: number;
    prosecutor_highest: number | null;
    prosecutor_at_risk: number | null;
    marketer: number | null;
  };
  sensitive?: Record<string, { distinct_l: number | null; t: number | null; values: number }>;
}

export interface Report {
  before: Measured;
  after: Measured;
  utility: {
    rows: number;
    suppressed: number;
    suppressed_share: number;
    information_loss: number;
    loss_by_column: Record<string, number>;
  };
  columns: { name: string; role: string; operator?: string; level_name?: string }[];
  search: { proven_best: boolean } | null;
}

/** The ranges of class sizes of two tables, so that both can be drawn on one scale. */
export function ranges(before: Measured, after: Measured): Pick<Bucket, 'least' | 'most'>[] {
  const found = new Map<number, number | null>();
  for (const { least, most } of [...(before.sizes ?? []), ...(after.sizes ?? [])])
    found.set(least, most);
  return [...found].sort(([a], [b]) => a - b).map(([least, most]) => ({ least, most }));
}

/** The share of a table's rows in classes of these sizes. */
export function shareIn(measured: Measured, least: number): number {
  const bucket = measured.sizes?.find((each) => each.least === least);
  return bucket && measured.rows > 0 ? bucket.rows / measured.rows : 0;
}
