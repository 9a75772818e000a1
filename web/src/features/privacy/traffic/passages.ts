import type { TrafficReply } from '../../../api/generatedPrivacy';
import type { Offsets } from '../../../shared/code-points';
import { codePointLength, codePointSlice } from '../../../shared/code-points';
import { placeholders } from '../../../shared/placeholders';

export type Passage = TrafficReply;

/** What a text leaves for; those that the server keeps as traffic. */
export const PURPOSES = ['api', 'model-call', 'analysis', 'presidio'] as const;

export interface Value extends Offsets {
  type: string;
}

const WORD = /[\p{L}\p{N}]/u;

/**
 * Where in an original the values behind a safe text's placeholders stand.
 *
 * The text between placeholders is the same in both, so the values are what lies between it.
 * Placeholders with no word between them are one value. Undefined when the two do not fit.
 */
export function valuesIn(safe: string, original: string): Value[] | undefined {
  const values: Value[] = [];
  const length = codePointLength(original);
  let read = 0;
  let at = 0;
  let open: { type: string; start: number } | undefined;
  const found = placeholders(safe);
  for (const [i, placeholder] of [...found, undefined].entries()) {
    const between = codePointSlice(safe, read, placeholder?.start ?? codePointLength(safe));
    if (!open || WORD.test(between) || !placeholder) {
      const last = i === found.length;
      const start = last
        ? length - codePointLength(between)
        : indexOfPoints(original, between, at + (open ? 1 : 0));
      if (
        start < at ||
        codePointSlice(original, start, start + codePointLength(between)) !== between
      )
        return undefined;
      if (!open && start !== at) return undefined;
      if (open) values.push({ type: open.type, start: open.start, end: start });
      at = start + codePointLength(between);
      open = placeholder && { type: placeholder.type, start: at };
    }
    read = placeholder?.end ?? read;
  }
  return values;
}

/** Where a part begins in a text, in code points; -1 when it does not. */
function indexOfPoints(text: string, part: string, from: number): number {
  const units = Array.from(text).slice(0, from).join('').length;
  const at = text.indexOf(part, units);
  return at === -1 ? -1 : codePointLength(text.slice(0, at));
}
