import type { ConversationRowReply, OverviewReply } from '../api/generated';

/** Invented data for tests and for work on the console without a server. */

const DAY_MS = 86_400_000;
export const START = Date.UTC(2026, 9, 1);
const DAYS = 45;

/** A repeatable stream of numbers in [0, 1): mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const REASONS: [string, string, string, number, number][] = [
  ['refund-status', 'Refund status', 'Returns', 2210, 0.41],
  ['order-status', 'Where is my order', 'Delivery', 1987, 0.28],
  ['change-address', 'Change delivery address', 'Delivery', 1204, 0.12],
  ['cancel-order', 'Cancel an order', 'Orders', 1098, 0.25],
  ['damaged-item', 'Damaged or wrong item', 'Returns', 921, 0.58],
  ['payment-failed', 'Payment did not go through', 'Payments', 804, 0.47],
  ['reset-password', 'Reset password', 'Account', 640, 0.16],
  ['invoice', 'Get an invoice', 'Payments', 512, 0.08],
  ['size-advice', 'Size and fit advice', 'Products', 377, 0.04],
  ['loyalty-points', 'Loyalty points missing', 'Account', 291, 0.36],
  ['gift-card', 'Gift card', 'Payments', 160, 0.19],
  ['close-account', 'Close my account', 'Account', 94, 0.31],
];
const CONVERSATIONS = 12_480;

export function anOverview(): OverviewReply {
  const random = randomFrom(7);
  const series = Array.from({ length: DAYS }, (_, i) => {
    const weekend = new Date(START + i * DAY_MS).getUTCDay() % 6 === 0;
    const conversations = Math.round((weekend ? 170 : 310) * (0.85 + random() * 0.3));
    const messages = Math.round(conversations * 2.6);
    const negative = Math.round(messages * (0.19 + (i / DAYS) * 0.08 + random() * 0.02));
    const positive = Math.round(messages * (0.2 + random() * 0.03));
    const answered = Math.round(conversations * (0.66 + random() * 0.05));
    return {
      at: new Date(START + i * DAY_MS).toISOString(),
      conversations,
      customer_messages: messages,
      negative,
      neutral: messages - negative - positive,
      positive,
      answered,
      abstained: Math.round(conversations * 0.17),
      escalated: Math.round(conversations * 0.03),
    };
  });
  const total = (
    key: 'negative' | 'neutral' | 'positive' | 'answered' | 'abstained' | 'escalated',
  ) => series.reduce((sum, point) => sum + point[key], 0);
  const [negative, neutral, positive] = [total('negative'), total('neutral'), total('positive')];
  const [answered, abstained, escalated] = [
    total('answered'),
    total('abstained'),
    total('escalated'),
  ];
  const decided = answered + abstained + escalated;
  return {
    range: {
      from: new Date(START).toISOString(),
      to: new Date(START + DAYS * DAY_MS).toISOString(),
      bucket: 'day',
    },
    conversations: { value: CONVERSATIONS, previous: 11_290 },
    customer_messages: { value: negative + neutral + positive, previous: 31_930 },
    sentiment: {
      negative,
      neutral,
      positive,
      n: negative + neutral + positive,
      negative_share: negative / (negative + neutral + positive),
      interval: [0.235, 0.245],
    },
    decisions: {
      answered,
      abstained,
      escalated,
      n: decided,
      answered_share: answered / decided,
      interval: [0.75, 0.78],
    },
    languages: { en: 28_400, de: 2447 },
    reasons: REASONS.map(([reason, title, area, conversations, negative_share]) => {
      const share = conversations / CONVERSATIONS;
      const half = 1.96 * Math.sqrt((share * (1 - share)) / CONVERSATIONS);
      return {
        reason,
        title,
        area,
        conversations,
        share,
        interval: [share - half, share + half],
        negative_share,
      };
    }),
    series,
  };
}

const PREVIEWS = [
  'Hi, this is [PERSON_1]. I sent the jacket back two weeks ago and still have no refund on [CREDIT_CARD_1].',
  'Where is my order? The tracking page has not moved since [DATE_TIME_1].',
  'Please change the delivery address to [LOCATION_1], I moved last week.',
  'My payment was refused twice but my bank says it is fine. Call me on [PHONE_NUMBER_1].',
  'The vase arrived broken 😕 I wrote to you from [EMAIL_ADDRESS_1] yesterday.',
  'Thanks, that was quick! The invoice arrived.',
];

export function conversationRows(): ConversationRowReply[] {
  const random = randomFrom(11);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  return Array.from({ length: 60 }, (_, i) => {
    const [reason, title] = REASONS[i % REASONS.length] as (typeof REASONS)[number];
    return {
      conversation_id: `conv_${String(i + 1).padStart(4, '0')}`,
      started_at: new Date(START + (DAYS - i * 0.7) * DAY_MS).toISOString(),
      channel: pick(['chat', 'email', 'phone']),
      reason: i % 13 === 12 ? null : reason,
      reason_title: i % 13 === 12 ? null : title,
      sentiment: pick(['negative', 'neutral', 'positive'] as const),
      outcome: pick(['answered', 'abstained', 'escalated', null] as const),
      messages: 2 + Math.floor(random() * 9),
      preview: PREVIEWS[i % PREVIEWS.length] as string,
    };
  });
}
