import { HttpResponse, http } from 'msw';
import type {
  ConsentReply,
  ConsentRequest,
  PurposesBody,
  PurposesReply,
  RetentionBody,
  RetentionReply,
  RevealReply,
  RevealRequest,
  RightsReply,
  RightsRequest,
  RunReply,
  RunRequest,
} from '../api/generatedPrivacy';
import { problem } from './problem.ts';

/** Requests of customers, consents, retention, holds and reveals. */

const AT = '2026-11-22T08:00:00Z';
export const VALUE = 'John Smith';

export function aRequest(changed: Partial<RightsReply> = {}): RightsReply {
  return {
    id: 'rgt_1',
    kind: 'erasure',
    target: 'customer',
    subject: 'cust_9f2c',
    reason: 'Asked by [PERSON_1]',
    status: 'running',
    actor: 'usr_1',
    created_at: AT,
    due_at: '2999-12-22T08:00:00Z',
    done_at: null,
    job: null,
    parts: [
      { service: 'responder', state: 'done', at: AT, counts: { messages: 12 } },
      { service: 'insights', state: 'waiting', at: null, counts: {} },
    ],
    ...changed,
  };
}

const READY: Partial<RightsReply> = {
  id: 'rgt_2',
  kind: 'export',
  status: 'ready',
  done_at: AT,
  parts: [{ service: 'responder', state: 'done', at: AT, counts: { conversations: 2 } }],
};

let requests: RightsReply[] = [];
let runs: RunReply[] = [];
let reveals: RevealReply[] = [];
let consents: ConsentReply[] = [];
let retention: RetentionReply;
let purposes: PurposesReply;
let sent: { call: string; body: unknown }[] = [];

/** What the console sent so far, by the call's name. */
export const sentTo = (call: string) =>
  sent.filter((each) => each.call === call).map(({ body }) => body);

export function resetRights(items?: RightsReply[]): void {
  requests = items ?? [aRequest(), aRequest(READY)];
  runs = [];
  reveals = [];
  consents = [];
  sent = [];
  retention = { conversations: 365, sessions: 30, decisions: null, imports: 7 };
  purposes = {
    model_call: 'allowed',
    analytics: 'allowed',
    export: 'opt_out',
    training: 'demanded',
  };
}
resetRights();

async function taken<T>(call: string, request: Request): Promise<T> {
  const body = (await request.json()) as T;
  sent.push({ call, body });
  return body;
}

export const rightsHandlers = [
  http.get('*/v1/privacy/requests', ({ request }) => {
    const query = new URL(request.url).searchParams;
    const items = requests.filter((each) =>
      (['kind', 'status'] as const).every(
        (name) => !query.get(name) || each[name] === query.get(name),
      ),
    );
    return HttpResponse.json({ items, next: null });
  }),
  http.post('*/v1/privacy/requests', async ({ request }) => {
    const body = await taken<RightsRequest>('request', request);
    const made = aRequest({ id: 'rgt_9', kind: body.kind, reason: body.reason });
    requests = [made, ...requests];
    return HttpResponse.json(made, { status: 202 });
  }),
  http.get('*/v1/privacy/requests/:id', ({ params }) => {
    const found = requests.find((each) => each.id === params.id);
    return found
      ? HttpResponse.json(found)
      : problem(404, 'Request not found', 'No request with that id.');
  }),
  http.get('*/v1/privacy/requests/:id/receipt', ({ params }) =>
    HttpResponse.json({
      request: params.id,
      kind: 'export',
      digest: 'ab12',
      signature: 'cd34',
      genuine: true,
      facts: { done_at: AT },
    }),
  ),
  http.get('*/v1/privacy/retention', () => HttpResponse.json(retention)),
  http.put('*/v1/privacy/retention', async ({ request }) => {
    retention = { ...retention, ...(await taken<RetentionBody>('retention', request)) };
    return HttpResponse.json(retention);
  }),
  http.get('*/v1/privacy/retention/runs', () => HttpResponse.json({ items: runs, next: null })),
  http.post('*/v1/privacy/retention/runs', async ({ request }) => {
    const { dry_run } = await taken<RunRequest>('run', request);
    const run: RunReply = {
      id: `run_${runs.length + 1}`,
      dry_run,
      status: 'done',
      actor: 'usr_1',
      created_at: AT,
      done_at: AT,
      classes: [
        {
          data_class: 'conversations',
          service: 'responder',
          total: 1204,
          months: { '2025-10': 1000, '2025-11': 204 },
          oldest: '2025-10-03T08:00:00Z',
          held: 3,
        },
      ],
    };
    runs = [run, ...runs];
    return HttpResponse.json(run, { status: 202 });
  }),
  http.get('*/v1/privacy/retention/runs/:id', ({ params }) =>
    HttpResponse.json(runs.find((each) => each.id === params.id)),
  ),
  http.put('*/v1/privacy/holds', async ({ request }) => {
    await taken('hold', request);
    return HttpResponse.json({ subject: 'cust_9f2c', reason: '', actor: 'usr_1', at: AT });
  }),
  http.post('*/v1/privacy/holds/lifted', async ({ request }) => {
    await taken('lift', request);
    return problem(404, 'Hold not found', 'There is no hold on that customer.');
  }),
  http.get('*/v1/privacy/purposes', () => HttpResponse.json(purposes)),
  http.put('*/v1/privacy/purposes', async ({ request }) => {
    purposes = {
      ...purposes,
      ...(await taken<PurposesBody>('purposes', request)),
    } as PurposesReply;
    return HttpResponse.json(purposes);
  }),
  http.get('*/v1/privacy/consents', () => HttpResponse.json({ items: consents, next: null })),
  http.put('*/v1/privacy/consents', async ({ request }) => {
    const { purpose, granted, source } = await taken<ConsentRequest>('consent', request);
    const kept: ConsentReply = {
      subject: 'cust_9f2c',
      purpose,
      granted,
      source,
      at: AT,
      recorded_at: AT,
      actor: 'usr_1',
    };
    consents = [kept, ...consents];
    return HttpResponse.json(kept);
  }),
  http.get('*/v1/privacy/reveals', () => HttpResponse.json({ items: reveals, next: null })),
  http.post('*/v1/privacy/reveals', async ({ request }) => {
    const body = await taken<RevealRequest>('reveal', request);
    const wanted = body.placeholders ?? ['[PERSON_1]', '[PHONE_NUMBER_1]'];
    const values = wanted.map((placeholder) => ({
      placeholder,
      type: placeholder.replace(/[[\]]|_\d+/g, ''),
      value: placeholder === '[PERSON_1]' ? VALUE : '+49 30 901820',
    }));
    reveals = [
      {
        id: 'rvl_1',
        at: AT,
        actor: 'usr_1',
        session_id: body.session_id ?? body.conversation_id ?? '',
        reason: body.reason.code,
        text: body.reason.text,
        types: Object.fromEntries(values.map(({ type }) => [type, 1])),
        values: values.length,
      },
      ...reveals,
    ];
    return HttpResponse.json({ id: 'rvl_1', values }, { status: 201 });
  }),
];
