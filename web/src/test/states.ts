import { screen } from '@testing-library/react';
import { expect } from 'vitest';

/** Asserts that the page reports no failure: a test without this can pass on a broken page. */
export function expectNoError(): void {
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
}
