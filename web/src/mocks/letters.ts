import { HttpResponse, http } from 'msw';
import type {
  DeadLetterReply,
  DiscardRequest,
  LetterFilter,
  RedriveRequest,
} from '../api/generated';

/** Parked events as the server keeps them, and the calls that move them. */

const MESSAGE = 'responder.message_received.v1';
const DECISION = 'responder.decision_made.v1';
/** Fewer than the server's 500, so that tests see an action that takes several calls. */
const MOST_AT_ONCE = 3;

const START = Date.UTC(2026, 10, 22, 8);
const id = (prefix: string, n: number) => `${prefix}_${String(n).padStart(32, '0')}`;

/** The first two were refused by `count_decisions`, the others by `score_messages`. */
export function someLetters(count = 6): DeadLetterReply[] {
  return Array.from({ length: count }, (_, i) => {
    const scored = i > 1;
    const codes: Record<string, string> = scored
      ? { role: 'customer' }
      : { kind: 'reply', outcome: 'answered' };
    return {
      id: id('evt', i + 1),
      handler: scored ? 'score_messages' : 'count_decisions',
      name: scored ? MESSAGE : DECISION,
      attempts: 4,
      error: i % 2 ? 'KeyError' : 'LookupError',
      parked_at: new Date(START - i * 60_000).toISOString(),
      ids: { conversation_id: i === 0 ? 'conv_0003' : id('conv', i + 1) },
      codes,
    };
  });
}

let letters: DeadLetterReply[] = someLetters();
let discards: DiscardRequest[] = [];

export function resetLetters(count?: number): void {
  letters = someLetters(count);
  discards = [];
}

/** What was discarded so far, with the reasons. */
export const discarded = () => discards;

function fits(letter: DeadLetterReply, wanted: LetterFilter): boolean {
  return (['handler', 'name', 'error'] as const).every(
    (name) => !wanted[name] || letter[name] === wanted[name],
  );
}

function take(wanted: RedriveRequest['letters']) {
  const chosen = letters.filter((letter) =>
    Array.isArray(wanted)
      ? wanted.some((key) => key.event_id === letter.id && key.handler === letter.handler)
      : fits(letter, wanted),
  );
  const taken = chosen.slice(-MOST_AT_ONCE);
  letters = letters.filter((letter) => !taken.includes(letter));
  return { count: taken.length, more: taken.length === MOST_AT_ONCE };
}

function summary() {
  const groups = new Map<string, DeadLetterReply[]>();
  for (const letter of letters) {
    const key = `${letter.handler} ${letter.error}`;
    groups.set(key, [...(groups.get(key) ?? []), letter]);
  }
  const items = [...groups.values()].map((group) => ({
    handler: group[0]?.handler,
    name: group[0]?.name,
    error: group[0]?.error,
    count: group.length,
    oldest_at: group.at(-1)?.parked_at,
    newest_at: group[0]?.parked_at,
  }));
  return { total: letters.length, items, until: letters[0] ? `1.${letters[0].id}` : null };
}

export const letterHandlers = [
  http.get('*/v1/events/dead-letters', ({ request }) => {
    const query = new URL(request.url).searchParams;
    const matching = letters.filter((letter) => fits(letter, Object.fromEntries(query.entries())));
    const from = Number(query.get('cursor') ?? 0);
    const limit = Number(query.get('limit') ?? 50);
    const next = from + limit < matching.length ? String(from + limit) : null;
    return HttpResponse.json({ items: matching.slice(from, from + limit), next });
  }),
  http.get('*/v1/events/dead-letters/summary', () => HttpResponse.json(summary())),
  http.post('*/v1/events/redrives', async ({ request }) => {
    const { letters: wanted } = (await request.json()) as RedriveRequest;
    return HttpResponse.json(take(wanted), { status: 202 });
  }),
  http.post('*/v1/events/discards', async ({ request }) => {
    const body = (await request.json()) as DiscardRequest;
    discards.push(body);
    return HttpResponse.json(take(body.letters), { status: 201 });
  }),
];
