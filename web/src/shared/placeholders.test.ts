import { expect, test } from 'vitest';
import { codePointSlice } from './code-points';
import { placeholders } from './placeholders';

test('finds typed stand-ins with code-point offsets', () => {
  const text = '👋 [PERSON_1] and [EMAIL_ADDRESS_12], not [a] or [1]';
  const found = placeholders(text);
  expect(found.map(({ type, number }) => [type, number])).toEqual([
    ['PERSON', '1'],
    ['EMAIL_ADDRESS', '12'],
  ]);
  expect(found.map(({ start, end }) => codePointSlice(text, start, end))).toEqual([
    '[PERSON_1]',
    '[EMAIL_ADDRESS_12]',
  ]);
});
