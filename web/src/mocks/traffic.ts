import { HttpResponse, http } from 'msw';
import type { LeaksReply, RevealBody, TrafficReply } from '../api/generatedPrivacy';
import { problem } from './problem.ts';

/** What left, as the server keeps it, and the second look at it. */

const START = Date.UTC(2026, 10, 22, 8);
const PURPOSES = ['api', 'model-call', 'analysis'];

export const ORIGINAL = 'Please call John Smith on +49 30 901820 about order 88213.';
const SAFE = 'Please call [PERSON_1] on [PHONE_NUMBER_1] about order 88213.';

export function somePassages(count = 4): TrafficReply[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `rcpt_${String(i + 1).padStart(4, '0')}`,
    at: new Date(START - i * 60_000).toISOString(),
    purpose: PURPOSES[i % PURPOSES.length] as string,
    actor: 'key_1',
    session_id: `ses_${i + 1}`,
    policy_version: 'default-1',
    entities: { PERSON: 1, PHONE_NUMBER: 1 },
    texts: [SAFE],
    n: i === 1 ? 30 : 1,
    digest: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  }));
}

let passages = somePassages();
let reasons: string[] = [];

export function resetTraffic(count?: number): void {
  passages = somePassages(count);
  reasons = [];
}

/** Why originals were asked for so far. */
export const revealReasons = () => reasons;

export function aLeakReport(flagged = 0): LeaksReply {
  const days = Array.from({ length: 12 }, (_, i) => ({
    day: new Date(START - (11 - i) * 86_400_000).toISOString().slice(0, 10),
    texts: 100 + ((i * 37) % 23),
    flagged: i === 6 ? flagged : 0,
    found: (i === 6 && flagged > 0 ? { PERSON: flagged, EMAIL_ADDRESS: 1 } : {}) as Record<
      string,
      number
    >,
  }));
  const texts = days.reduce((sum, day) => sum + day.texts, 0);
  return {
    rate: 0.1,
    days,
    texts,
    flagged,
    share: flagged / texts,
    interval: { low: flagged ? 0.0004 : 0, high: 0.0029 },
  };
}

export const trafficHandlers = [
  http.get('*/v1/privacy/traffic', ({ request }) => {
    const query = new URL(request.url).searchParams;
    const matching = passages.filter(
      (each) =>
        (!query.get('purpose') || each.purpose === query.get('purpose')) &&
        (!query.get('session_id') || each.session_id === query.get('session_id')),
    );
    const from = Number(query.get('cursor') ?? 0);
    const limit = Number(query.get('limit') ?? 25);
    const next = from + limit < matching.length ? String(from + limit) : null;
    return HttpResponse.json({ items: matching.slice(from, from + limit), next });
  }),
  http.get('*/v1/privacy/traffic/:id', ({ params }) => {
    const found = passages.find((each) => each.id === params.id);
    return found
      ? HttpResponse.json(found)
      : problem(404, 'Traffic not found', 'Nothing with that id is kept.');
  }),
  http.post('*/v1/privacy/traffic/:id/originals', async ({ request }) => {
    const { reason } = (await request.json()) as RevealBody;
    reasons.push(reason);
    return HttpResponse.json({ texts: [ORIGINAL] });
  }),
  http.get('*/v1/privacy/leaks', () => HttpResponse.json(aLeakReport())),
];
