import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { readRange, type TimeRange } from '../range';

/** The time range of the address, and how to change it; a change starts lists from their beginning. */
export function useRange() {
  const [params, setParams] = useSearchParams();
  const [now] = useState(() => Date.now());
  const range = useMemo(() => readRange(params, now), [params, now]);
  const setRange = (next: Partial<Pick<TimeRange, 'preset' | 'fromDay' | 'toDay'>>) =>
    setParams((old) => {
      const changed = new URLSearchParams(old);
      for (const name of ['range', 'from', 'to', 'cursor']) changed.delete(name);
      if (next.preset && next.preset !== 'all' && next.preset !== 'custom')
        changed.set('range', next.preset);
      if (next.fromDay) changed.set('from', next.fromDay);
      if (next.toDay) changed.set('to', next.toDay);
      return changed;
    });
  return { range, params, setRange };
}
