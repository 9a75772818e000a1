import { useSearchParams } from 'react-router';
import { FILTERS, type Filter, type Filters, filtersOf } from './letters';

interface InAddress {
  filters: Filters;
  cursor: string | undefined;
  set: (filter: Filter, value: string | undefined) => void;
  clear: () => void;
}

/** The filters and the page's cursor, as the address has them. */
export function useFilters(): InAddress {
  const [params, setParams] = useSearchParams();
  const change = (values: Filters | undefined) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.delete('cursor');
      for (const name of FILTERS) {
        if (values && !(name in values)) continue;
        const value = values?.[name];
        if (value) next.set(name, value);
        else next.delete(name);
      }
      return next;
    });
  return {
    filters: filtersOf(params),
    cursor: params.get('cursor') ?? undefined,
    set: (filter, value) => change({ [filter]: value }),
    clear: () => change(undefined),
  };
}
