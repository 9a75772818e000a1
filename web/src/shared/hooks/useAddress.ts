import { useSearchParams } from 'react-router';

type Values = Readonly<Record<string, string | undefined>>;

/** The address's parameters, and a way to change some; a change starts lists from their beginning. */
export function useAddress(): {
  get: (name: string) => string | undefined;
  set: (values: Values) => void;
  /** The address of this page with some parameters changed. */
  link: (values: Values) => string;
} {
  const [params, setParams] = useSearchParams();
  const changed = (old: URLSearchParams, values: Values) => {
    const next = new URLSearchParams(old);
    for (const [name, value] of Object.entries(values)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    return next;
  };
  return {
    get: (name) => params.get(name) ?? undefined,
    set: (values) => setParams((old) => changed(old, { cursor: undefined, ...values })),
    link: (values) => `?${changed(params, values)}`,
  };
}
