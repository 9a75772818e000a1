import type { RevealRequest } from '../../../api/generatedPrivacy';

export type Code = RevealRequest['reason']['code'];

export const CODES: readonly Code[] = [
  'customer-request',
  'support',
  'fraud',
  'legal',
  'quality',
  'other',
];
