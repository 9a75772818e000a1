import { describe, expect, test } from 'vitest';
import { codePointLength, codePointSlice, segment } from './code-points';

describe('offsets count code points, not UTF-16 units', () => {
  test.each([
    ['plain', 'write to a@b.de now', 9, 15, 'a@b.de'],
    ['after one emoji', '👋 write to a@b.de', 11, 17, 'a@b.de'],
    ['after a family of joined emoji', '👩‍👩‍👧 a@b.de', 6, 12, 'a@b.de'],
    ['after letters beyond the first plane', '𝒜𝒷 a@b.de', 3, 9, 'a@b.de'],
    ['after a combining accent', 'cafe\u0301 a@b.de', 6, 12, 'a@b.de'],
  ])('%s', (_name, text, start, end, found) => {
    expect(codePointSlice(text, start, end)).toBe(found);
    const marked = segment(text, [{ start, end }]).filter((part) => part.spans.length > 0);
    expect(marked.map((part) => part.text)).toEqual([found]);
  });

  test('an emoji is one long', () => {
    expect(codePointLength('👋')).toBe(1);
  });
});

describe('segments', () => {
  test('joined, they give the text back', () => {
    const text = '👋 Ada wrote to ada@example.com 🎉';
    const spans = [
      { start: 2, end: 5 },
      { start: 15, end: 30 },
    ];
    expect(
      segment(text, spans)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });

  test('overlapping spans are cut at every boundary', () => {
    const outer = { start: 0, end: 6 };
    const inner = { start: 2, end: 4 };
    const parts = segment('abcdefgh', [outer, inner]);
    expect(parts.map((part) => [part.text, part.spans.length])).toEqual([
      ['ab', 1],
      ['cd', 2],
      ['ef', 1],
      ['gh', 0],
    ]);
  });

  test('spans outside the text are left out', () => {
    expect(segment('abc', [{ start: 2, end: 9 }])).toEqual([{ text: 'abc', start: 0, spans: [] }]);
  });
});
