/**
 * Offsets in the API count Unicode code points; JavaScript strings count UTF-16 units.
 *
 * Everything that cuts a text by an offset of the API goes through here.
 */
export interface Offsets {
  start: number;
  end: number;
}

export interface Segment<T> {
  text: string;
  /** Where the segment begins, in code points. */
  start: number;
  /** The spans that cover the segment, in the order given; empty for plain text. */
  spans: T[];
}

/** The number of code points in a text. */
export function codePointLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** The text between two code-point offsets. */
export function codePointSlice(text: string, start: number, end: number): string {
  return Array.from(text).slice(start, end).join('');
}

/** Cuts a text at every span boundary; joined, the segments give the text back. */
export function segment<T extends Offsets>(text: string, spans: readonly T[]): Segment<T>[] {
  const points = Array.from(text);
  const inside = spans.filter((s) => s.start < s.end && s.start >= 0 && s.end <= points.length);
  const cuts = new Set([0, points.length]);
  for (const span of inside) {
    cuts.add(span.start);
    cuts.add(span.end);
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const segments: Segment<T>[] = [];
  for (let i = 0; i + 1 < sorted.length; i += 1) {
    const start = sorted[i] as number;
    const end = sorted[i + 1] as number;
    segments.push({
      text: points.slice(start, end).join(''),
      start,
      spans: inside.filter((span) => span.start <= start && span.end >= end),
    });
  }
  return segments;
}
