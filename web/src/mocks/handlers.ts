import { HttpResponse, http } from 'msw';
import type {
  AnonymizationRequest,
  AnonymizationsReply,
  DetectionRequest,
  KeyReply,
  KeyRequest,
  SessionReply,
  SessionRequestWrite,
} from '../api/generated';
import { answer, document, insight, messages } from './conversation.ts';
import { anOverview, conversationRows } from './data.ts';
import { anonymize, detect, hidden, type Operators } from './detect.ts';
import { letterHandlers, resetLetters } from './letters.ts';
import { policyHandlers, resetPolicies } from './policies.ts';
import { problem } from './problem.ts';
import { resetRights, rightsHandlers } from './rights.ts';
import { resetTables, tableHandlers } from './tables.ts';
import { resetTraffic, trafficHandlers } from './traffic.ts';

const SCOPES = [
  'audit:read',
  'events:admin',
  'events:read',
  'insights:read',
  'insights:write',
  'keys:manage',
  'llm',
  'privacy:admin',
  'privacy:anonymize',
  'privacy:detect',
  'privacy:reveal',
  'privacy:rights',
  'responder:read',
  'responder:write',
];

export const session: SessionReply = {
  user: { id: 'usr_1', name: 'Ada Lovelace', email: 'ada@example.com', role: 'admin' },
  scopes: SCOPES,
};

export const emptyPage = { items: [], next: null };

const SCOPE_ITEMS = SCOPES.map((scope) => ({ scope, description: `May use ${scope}` }));
const ROWS = conversationRows();
let signedIn = true;
let keys: KeyReply[] = [];

/** Puts the mocks back to how a test expects them. */
export function resetMocks(): void {
  signedIn = true;
  resetLetters();
  resetTraffic();
  resetPolicies();
  resetRights();
  resetTables();
  keys = [
    {
      id: 'key_1',
      name: 'Support bot',
      scopes: ['llm', 'responder:write'],
      created_at: '2026-10-02T08:00:00Z',
      last_used_at: '2026-11-14T17:20:00Z',
      expires_at: '2027-02-01T00:00:00Z',
      revoked_at: null,
    },
    {
      id: 'key_2',
      name: 'Nightly export',
      scopes: SCOPES.slice(0, 5),
      created_at: '2026-09-12T08:00:00Z',
      last_used_at: null,
      expires_at: null,
      revoked_at: null,
    },
    {
      id: 'key_3',
      name: 'Old crawler',
      scopes: ['responder:write'],
      created_at: '2026-06-12T08:00:00Z',
      last_used_at: '2026-07-01T08:00:00Z',
      expires_at: null,
      revoked_at: '2026-07-02T08:00:00Z',
    },
  ];
}
resetMocks();

export const handlers = [
  http.post('*/v1/setups', () => {
    signedIn = true;
    return HttpResponse.json({ user: session.user }, { status: 201 });
  }),
  http.post('*/v1/sessions', async ({ request }) => {
    const body = (await request.json()) as SessionRequestWrite;
    if (body.password === 'wrong') return problem(401, 'Invalid credentials');
    signedIn = true;
    return HttpResponse.json(session, { status: 201 });
  }),
  http.get('*/v1/sessions/current', () =>
    signedIn ? HttpResponse.json(session) : problem(401, 'Not signed in'),
  ),
  http.delete('*/v1/sessions/current', () => {
    signedIn = false;
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('*/v1/insights/overview', () => HttpResponse.json(anOverview())),
  http.get('*/v1/insights/conversations', ({ request }) => {
    const query = new URL(request.url).searchParams;
    const matching = ROWS.filter((row) =>
      (['reason', 'sentiment', 'outcome', 'channel'] as const).every(
        (name) => !query.get(name) || row[name] === query.get(name),
      ),
    );
    const from = Number(query.get('cursor') ?? 0);
    const limit = Number(query.get('limit') ?? 25);
    const next = from + limit < matching.length ? String(from + limit) : null;
    return HttpResponse.json({ items: matching.slice(from, from + limit), next });
  }),
  http.get('*/v1/insights/conversations/:id', () => HttpResponse.json(insight)),
  http.get('*/v1/responder/conversations/:id', ({ params }) => {
    const row = ROWS.find((each) => each.conversation_id === params.id);
    if (!row) return problem(404, 'Conversation not found');
    return HttpResponse.json({
      id: row.conversation_id,
      groups: {},
      messages: row.messages,
      last_at: row.started_at,
      channel: row.channel,
      status: 'open',
      started_at: row.started_at,
      attributes: { plan: 'gold', country: 'DE' },
    });
  }),
  http.get('*/v1/responder/conversations/:id/messages', () =>
    HttpResponse.json({ items: messages, next: null }),
  ),
  http.get('*/v1/responder/conversations/:id/replies', () => HttpResponse.json(emptyPage)),
  http.post('*/v1/responder/conversations/:id/replies', () =>
    HttpResponse.json(answer, { status: 201 }),
  ),
  http.get('*/v1/responder/documents/:id', () => HttpResponse.json(document)),
  http.post('*/v1/privacy/detections', async ({ request }) => {
    const { texts } = (await request.json()) as DetectionRequest;
    return HttpResponse.json({
      results: texts.map((text) => ({ language: 'en', spans: detect(text) })),
      policy: { version: 'default-1', off: [] },
    });
  }),
  http.post('*/v1/privacy/anonymizations', async ({ request }) => {
    const { texts, operators } = (await request.json()) as AnonymizationRequest;
    const safe: AnonymizationsReply = {
      session_id: 'ses_1',
      policy: { version: 'default-1', off: [] },
      results: texts.map((text) => ({
        text: anonymize(text, operators as Operators | undefined),
        spans: hidden(text),
      })),
      receipt: {
        id: 'rcpt_01993f2a7e',
        at: '2026-11-22T08:00:00Z',
        purpose: 'api',
        policy_version: 'default-1',
        recognizer_version: 'test-1',
        entities: Object.fromEntries(texts.flatMap(detect).map((span) => [span.type, 1])),
        texts: texts.length,
        digest: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
      },
    };
    return HttpResponse.json(safe);
  }),
  http.get('*/v1/keys', () => HttpResponse.json({ items: keys, next: null })),
  http.post('*/v1/keys', async ({ request }) => {
    const { name, scopes, expires_at } = (await request.json()) as KeyRequest;
    const key: KeyReply = {
      id: `key_${keys.length + 1}`,
      name,
      scopes,
      created_at: '2026-11-22T08:00:00Z',
      last_used_at: null,
      expires_at: expires_at ?? null,
      revoked_at: null,
    };
    keys = [key, ...keys];
    return HttpResponse.json({ ...key, key: 'cai_live_4f9a_made-for-a-test' }, { status: 201 });
  }),
  http.delete('*/v1/keys/:id', ({ params }) => {
    keys = keys.map((key) =>
      key.id === params.id ? { ...key, revoked_at: '2026-11-22T08:01:00Z' } : key,
    );
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('*/v1/scopes', () => HttpResponse.json({ items: SCOPE_ITEMS })),
  http.get('*/v1/insights/reasons', () =>
    HttpResponse.json({
      items: anOverview().reasons.map(({ reason, title, area }) => ({ reason, title, area })),
    }),
  ),
  http.get('*/v1/jobs', () => HttpResponse.json(emptyPage)),
  ...letterHandlers,
  ...trafficHandlers,
  ...policyHandlers,
  ...rightsHandlers,
  ...tableHandlers,
];
