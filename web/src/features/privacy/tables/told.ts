import { formatScore } from '../../../shared/format';

interface Noisy {
  value: number;
  accuracy_95: number;
}

const isNoisy = (value: unknown): value is Noisy =>
  typeof value === 'object' && value !== null && 'value' in value && 'accuracy_95' in value;

const said = ({ value, accuracy_95 }: Noisy) =>
  `${formatScore(value)} ± ${formatScore(accuracy_95)}`;

/** What was asked, in the words of the request. */
export function queryWords(query: Readonly<Record<string, unknown>>): string {
  const { statistic, column, where } = query;
  const conditions = Array.isArray(where)
    ? where.map((each) => (each as string[]).join(' = '))
    : Object.entries((where as Record<string, string> | undefined) ?? {}).map((each) =>
        each.join(' = '),
      );
  return [String(statistic), column ? `(${String(column)})` : '', ...conditions]
    .filter(Boolean)
    .join(' ');
}

/** The answer with its accuracy (95 %); of a histogram a line for each bin. */
export function resultWords(result: Readonly<Record<string, unknown>> | null): string {
  if (result === null) return '–';
  const { bins } = result;
  if (Array.isArray(bins))
    return (bins as (Noisy & { key: string | null })[])
      .map((bin) => `${bin.key ?? '…'}: ${said(bin)}`)
      .join('\n');
  return isNoisy(result) ? said(result) : '–';
}
