import { HttpResponse, http } from 'msw';
import type {
  Policy,
  PolicyBody,
  PolicyTestBody,
  PolicyTestReply,
  RecognizerReply,
  RollbackBody,
  SavedPolicyReply,
} from '../api/generatedPrivacy';
import { anonymize, detect } from './detect.ts';
import { problem } from './problem.ts';

/** Policies, own recognizers and the test box, over the toy detector. */

type Purpose = SavedPolicyReply['purpose'];
type Spec = { name: string; kind: 'pattern'; entity: string; patterns: { regex: string }[] };

const PURPOSES: Purpose[] = ['default', 'model_call', 'analytics', 'export', 'support_view'];
const AT = '2026-11-22T08:00:00Z';

let versions: Record<Purpose, SavedPolicyReply[]>;
let specs: Spec[] = [];
let tests: PolicyTestBody[] = [];
let saves: PolicyBody[] = [];

/** What was tried and what was saved so far. */
export const policyTests = () => tests;
export const policySaves = () => saves;

const version = (purpose: Purpose, n: number, policy: Policy, note: string) => ({
  purpose,
  version: n,
  policy,
  note,
  author: 'usr_1',
  at: n === 0 ? null : AT,
});

export function resetPolicies(): void {
  versions = Object.fromEntries(PURPOSES.map((each) => [each, []])) as unknown as typeof versions;
  versions.model_call = [
    version('model_call', 2, { entities: { LOCATION: { threshold: 0.8 } } }, 'Fewer places'),
    version('model_call', 1, { entities: { PERSON: { operator: { operator: 'mask' } } } }, ''),
  ];
  specs = [
    {
      name: 'employee-number',
      kind: 'pattern',
      entity: 'EMPLOYEE_ID',
      patterns: [{ regex: 'E\\d{5}' }],
    },
  ];
  tests = [];
  saves = [];
}
resetPolicies();

const standing = (purpose: Purpose) => versions[purpose][0] ?? version(purpose, 0, {}, '');

const ENTITIES = [
  ['CREDIT_CARD', 'Payment card number', 'Luhn', true],
  ['EMAIL_ADDRESS', 'E-mail address', null, false],
  ['LOCATION', 'Place, street or post code', null, false],
  ['PERSON', 'A person’s name', null, false],
  ['US_SSN', 'Social security number', 'area rules', true],
] as const;

const OPERATORS = [
  { operator: 'hash', length: { type: 'integer', minimum: 8, maximum: 64, default: 32 } },
  { operator: 'mask', from_end: { type: 'boolean', default: false } },
  { operator: 'redact' },
].map(({ operator, ...settings }) => ({
  operator,
  description: `What ${operator} does.`,
  restores: 'never',
  parameters: {
    properties: Object.fromEntries(
      Object.entries(settings).map(([name, each]) => [name, { ...each, description: name }]),
    ),
  },
}));

const facts = (spec: Spec): RecognizerReply => ({
  name: spec.name,
  kind: spec.kind,
  description: '',
  entities: [spec.entity],
  size: spec.patterns.length,
  version: 1,
  author: 'usr_1',
  at: AT,
});

/** The types that a policy switches off. */
function offIn(policy: Policy | null | undefined): string[] {
  const rules = Object.entries((policy?.entities ?? {}) as Record<string, { enabled?: boolean }>);
  return rules.filter(([, rule]) => rule.enabled === false).map(([type]) => type);
}

function tried({ texts, policy, purpose = 'model_call' }: PolicyTestBody): PolicyTestReply {
  const live = offIn(standing(purpose).policy);
  const off = policy ? offIn(policy) : live;
  const keep = (types: string[]) =>
    Object.fromEntries(types.map((type) => [type, { operator: 'keep' }]));
  return {
    policy: { version: policy ? 'draft' : 'model_call-2', off },
    live: { version: 'model_call-2', off: live },
    results: texts.map((text) => {
      const found = detect(text);
      return {
        text: anonymize(text, keep(off)),
        live_text: anonymize(text, keep(live)),
        spans: found
          .filter(({ type }) => !off.includes(type))
          .map((span) => ({
            ...span,
            explanation: {
              recognizer: span.recognizer,
              pattern: 'address',
              context: 'write',
              checksum: null,
              score_before: 0.6,
              rule: 'built-in',
            },
          })),
        let_go: found
          .filter(({ type }) => off.includes(type))
          .map(({ recognizer: _, ...span }) => ({
            ...span,
            rule: `entities.${span.type}.enabled`,
          })),
        differences: found
          .filter(({ type }) => off.includes(type) && !live.includes(type))
          .map(({ type, start, end }) => ({ change: 'removed' as const, type, start, end })),
      };
    }),
  };
}

function keep(purpose: Purpose, policy: Policy, note: string): SavedPolicyReply {
  const saved = version(purpose, standing(purpose).version + 1, policy, note);
  versions[purpose] = [saved, ...versions[purpose]];
  return saved;
}

const purposeOf = (params: Record<string, unknown>) => params.purpose as Purpose;

export const policyHandlers = [
  http.get('*/v1/privacy/policies', () => HttpResponse.json({ items: PURPOSES.map(standing) })),
  http.put('*/v1/privacy/policies/:purpose', async ({ request, params }) => {
    const body = (await request.json()) as PolicyBody;
    saves.push(body);
    const purpose = purposeOf(params);
    if (body.based_on !== standing(purpose).version)
      return problem(409, 'Policy moved', 'There is a newer version.');
    return HttpResponse.json(keep(purpose, body.policy, body.note ?? ''));
  }),
  http.get('*/v1/privacy/policies/:purpose/versions', ({ params }) =>
    HttpResponse.json({ items: versions[purposeOf(params)], next: null }),
  ),
  http.get('*/v1/privacy/policies/:purpose/differences', () =>
    HttpResponse.json({
      items: [
        { place: 'allow.values', before: null, after: null, added: ['Acme'], removed: [] },
        { place: 'entities.LOCATION.threshold', before: 0.5, after: 0.8, added: [], removed: [] },
      ],
    }),
  ),
  http.post('*/v1/privacy/policies/:purpose/rollbacks', async ({ request, params }) => {
    const body = (await request.json()) as RollbackBody;
    const purpose = purposeOf(params);
    const old = versions[purpose].find((each) => each.version === body.version);
    return HttpResponse.json(keep(purpose, old?.policy ?? {}, body.note ?? ''));
  }),
  http.post('*/v1/privacy/policy-tests', async ({ request }) => {
    const body = (await request.json()) as PolicyTestBody;
    tests.push(body);
    return HttpResponse.json(tried(body));
  }),
  http.get('*/v1/privacy/entities', () =>
    HttpResponse.json({
      items: ENTITIES.map(([type, description, checksum, guarded]) => ({
        type,
        description,
        default_on: true,
        country: type.startsWith('US_') ? 'US' : null,
        checksum,
        protected: guarded,
        recognizers: [],
      })),
    }),
  ),
  http.get('*/v1/privacy/operators', () => HttpResponse.json({ items: OPERATORS })),
  http.get('*/v1/privacy/recognizers', () => HttpResponse.json({ items: specs.map(facts) })),
  http.post('*/v1/privacy/recognizers', async ({ request }) => {
    const spec = (await request.json()) as Spec;
    if (specs.some((each) => each.name === spec.name))
      return problem(409, 'Recognizer exists', 'There is a recognizer of that name already.');
    specs = [...specs, spec];
    return HttpResponse.json({ ...facts(spec), spec }, { status: 201 });
  }),
  http.get('*/v1/privacy/recognizers/:name', ({ params }) => {
    const spec = specs.find((each) => each.name === params.name) as Spec;
    return HttpResponse.json({ ...facts(spec), spec });
  }),
  http.put('*/v1/privacy/recognizers/:name', async ({ request, params }) => {
    const spec = (await request.json()) as Spec;
    specs = specs.map((each) => (each.name === params.name ? spec : each));
    return HttpResponse.json({ ...facts(spec), spec });
  }),
  http.delete('*/v1/privacy/recognizers/:name', ({ params }) => {
    specs = specs.filter((each) => each.name !== params.name);
    return new HttpResponse(null, { status: 204 });
  }),
];
