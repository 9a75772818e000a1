import type { PrivacyCreateDetectionsApiResponse } from '../../api/generated';

export const OPERATORS = ['replace', 'mask', 'redact', 'hash'] as const;
export type Operator = (typeof OPERATORS)[number];
export type Choices = Readonly<Record<string, Operator>>;
export type Span = PrivacyCreateDetectionsApiResponse['results'][number]['spans'][number];

export const DEFAULT_OPERATOR: Operator = 'replace';

/** The entity types found, in the order of the text. */
export function typesOf(spans: readonly Span[]): string[] {
  return [...new Set([...spans].sort((a, b) => a.start - b.start).map((span) => span.type))];
}

/** What the API gets: only choices that differ from the default. */
export function operatorsOf(choices: Choices): Record<string, { operator: Operator }> | undefined {
  const changed = Object.entries(choices).filter(([, operator]) => operator !== DEFAULT_OPERATOR);
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map(([type, operator]) => [type, { operator }]));
}
