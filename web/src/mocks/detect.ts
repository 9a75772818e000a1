import type { FoundSpanReply, HiddenSpanReply } from '../api/generated';

/** A toy detector for tests; it answers in code points like the real one. */
const PATTERNS: [string, string, number, RegExp][] = [
  ['EMAIL_ADDRESS', 'email', 1, /[\w.+-]+@[\w-]+\.[\w.]*\w/g],
  ['CREDIT_CARD', 'credit_card_luhn', 1, /\b(?:\d{4} ?){4}\b/g],
  ['PHONE_NUMBER', 'phone', 0.9, /\+\d[\d ]{7,}\d/g],
  ['PERSON', 'names_model', 0.86, /\b(?:Maria Schneider|John Smith)\b/g],
  ['LOCATION', 'names_model', 0.71, /\b(?:12 Elm Street|Springfield)\b/g],
];

const points = (text: string) => Array.from(text).length;

export function detect(text: string): FoundSpanReply[] {
  const spans = PATTERNS.flatMap(([type, recognizer, score, pattern]) =>
    [...text.matchAll(pattern)].map((match) => {
      const start = points(text.slice(0, match.index));
      return { type, recognizer, score, start, end: start + points(match[0]) };
    }),
  );
  return spans.sort((a, b) => a.start - b.start);
}

/** The spans as a safe text reports them; where the stand-in lies does not matter to the console. */
export function hidden(text: string): HiddenSpanReply[] {
  return detect(text).map((span) => ({ ...span, safe_start: span.start, safe_end: span.end }));
}

export type Operators = Record<string, { operator: string }>;

export function anonymize(text: string, operators: Operators = {}): string {
  const chars = Array.from(text);
  const counts = new Map<string, number>();
  let safe = '';
  let from = 0;
  for (const { type, start, end } of detect(text)) {
    if (start < from) continue;
    const number = (counts.get(type) ?? 0) + 1;
    counts.set(type, number);
    const instead: Record<string, string> = {
      mask: '*'.repeat(end - start),
      redact: '',
      keep: chars.slice(start, end).join(''),
      hash: `#${(start * 7919 + end).toString(16)}`,
    };
    safe += chars.slice(from, start).join('');
    safe += instead[operators[type]?.operator ?? 'replace'] ?? `[${type}_${number}]`;
    from = end;
  }
  return safe + chars.slice(from).join('');
}
