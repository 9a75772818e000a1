import type { InsightsListScoredConversationsApiResponse } from '../../api/generated';

export const SENTIMENTS = ['negative', 'neutral', 'positive'] as const;
export const OUTCOMES = ['answered', 'abstained', 'escalated'] as const;

/** The filters that the address carries besides the time range. */
export const FILTERS = ['reason', 'sentiment', 'outcome', 'channel'] as const;
export type Filter = (typeof FILTERS)[number];

export type Row = InsightsListScoredConversationsApiResponse['items'][number];

/** A value only when it is one of the choices; an address may say anything. */
export function oneOf<T extends string>(
  choices: readonly T[],
  value: string | null,
): T | undefined {
  return choices.find((choice) => choice === value);
}
