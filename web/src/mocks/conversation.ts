import type {
  ConversationScoresReply,
  DocumentDetailReply,
  MessageReply,
  ReplyReply,
} from '../api/generated';
import { START } from './data.ts';

export const messages: MessageReply[] = [
  [
    'customer',
    'Hi, this is [PERSON_1] 👋 I sent a jacket back two weeks ago (order [ID_NUMBER_1]) and I still have no refund.',
  ],
  ['agent', 'Hello [PERSON_1], I am sorry to hear that. May I ask how you paid?'],
  [
    'customer',
    'With my card [CREDIT_CARD_1]. You can reach me at [EMAIL_ADDRESS_1]. This is really slow!',
  ],
  ['system', 'The conversation was moved to the returns team.'],
  ['customer', 'How long does a refund take after you have received the parcel?'],
].map(([role, text], i) => ({
  id: `msg_${i + 1}`,
  conversation_id: 'conv_0001',
  seq: i + 1,
  role: role as MessageReply['role'],
  text: text as string,
  at: new Date(START + i * 180_000).toISOString(),
}));

export const insight: ConversationScoresReply = {
  conversation_id: 'conv_0001',
  sentiment: 'negative',
  outcome: 'answered',
  reason: 'refund-status',
  reason_title: 'Refund status',
  messages: [
    {
      at: new Date(START).toISOString(),
      message_id: 'msg_1',
      language: 'en',
      sentiment: 'neutral',
      sentiment_score: 0.62,
      intent: 'refund-status',
      intent_title: 'Refund status',
      intent_score: 0.93,
    },
    {
      at: new Date(START).toISOString(),
      message_id: 'msg_3',
      language: 'en',
      sentiment: 'negative',
      sentiment_score: 0.91,
      intent: null,
      intent_title: null,
      intent_score: 0.31,
    },
    {
      at: new Date(START).toISOString(),
      message_id: 'msg_5',
      language: 'en',
      sentiment: 'neutral',
      sentiment_score: 0.78,
      intent: 'refund-status',
      intent_title: 'Refund status',
      intent_score: 0.97,
    },
  ],
};

const FIRST = 'Refunds reach you within 5 working days after we receive the parcel.';
const SECOND = 'Your bank may need up to 3 more days to show it.';

const REPLY = {
  conversation_id: 'conv_0001',
  message_id: 'msg_5',
  model: 'extractive-1',
  at: new Date(START).toISOString(),
};

export const answer: ReplyReply = {
  ...REPLY,
  id: 'rep_1',
  status: 'answered',
  text: `Hello [PERSON_1] 👋 ${FIRST} ${SECOND}`,
  citations: [
    { start: 19, end: 19 + FIRST.length, document_id: 'doc_1', passage_id: 'pas_2', quote: FIRST },
    {
      start: 20 + FIRST.length,
      end: 20 + FIRST.length + SECOND.length,
      document_id: 'doc_1',
      passage_id: 'pas_3',
      quote: SECOND,
    },
  ],
  confidence: 0.87,
  reason: null,
  action: 'reply',
  receipt: 'rcp_01993f2a7c',
};

export const abstention: ReplyReply = {
  ...REPLY,
  id: 'rep_2',
  status: 'abstained',
  text: 'I have found nothing on this in our help pages. I am passing you to a colleague.',
  citations: [],
  confidence: 0.12,
  reason: 'no_evidence',
  action: 'handoff',
  receipt: 'rcp_01993f2a7d',
};

export const document: DocumentDetailReply = {
  id: 'doc_1',
  title: 'Returns and refunds',
  format: 'markdown',
  audience: 'customer',
  passages: 4,
  updated_at: new Date(START).toISOString(),
  content: [
    {
      id: 'pas_1',
      heading: 'How to return',
      text: 'Print the label from your account and hand the parcel in at any post office within 30 days.',
    },
    {
      id: 'pas_2',
      heading: 'When you get your money',
      text: `We check every parcel on arrival. ${FIRST} We use the way you paid with.`,
    },
    { id: 'pas_3', heading: 'Banks', text: `${SECOND} Ask your bank if it takes longer.` },
    {
      id: 'pas_4',
      heading: 'Exchanges',
      text: 'For another size, order it anew and return the first one.',
    },
  ],
};
