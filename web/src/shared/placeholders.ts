import type { Offsets } from './code-points';

export interface Placeholder extends Offsets {
  type: string;
  number: string | undefined;
}

const PLACEHOLDER = /\[([A-Z][A-Z_]*[A-Z])(?:_(\d+))?\]|<([A-Z][A-Z_]*[A-Z])(?:_(\d+))?>/g;

/** The typed stand-ins such as `[PERSON_1]` in a safe text, with code-point offsets. */
export function placeholders(text: string): Placeholder[] {
  const found: Placeholder[] = [];
  let units = 0;
  let points = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    points += Array.from(text.slice(units, match.index)).length;
    const start = points;
    points += match[0].length;
    units = match.index + match[0].length;
    found.push({
      start,
      end: points,
      type: (match[1] ?? match[3]) as string,
      number: match[2] ?? match[4],
    });
  }
  return found;
}
