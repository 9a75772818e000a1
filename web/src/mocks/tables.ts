import { HttpResponse, http } from 'msw';
import type {
  DatasetReply,
  StatisticReply,
  StatisticRequest,
  TableReleaseReply,
  TableReleaseRequest,
  TableReply,
} from '../api/generatedPrivacy';

/** Tables, releases and private statistics. */

const AT = '2026-11-22T08:00:00Z';
const LATER = '2026-11-22T09:00:00Z';
const column = {
  kind: 'text',
  n: 100,
  missing: 0,
  distinct: 100,
  entity: null,
  reasons: [{ code: 'nothing-found', n: 0, of: 0 }],
} as const;

const TABLE: TableReply = {
  id: 'tbl_1',
  project_id: 'prj_1',
  dataset_id: 'dst_1',
  format: 'csv',
  rows: 100,
  columns: [
    {
      ...column,
      name: 'email',
      role: 'direct',
      entity: 'EMAIL_ADDRESS',
      reasons: [{ code: 'values-recognized', n: 98, of: 100, entity: 'EMAIL_ADDRESS' }],
    },
    {
      ...column,
      name: 'age',
      kind: 'integer',
      distinct: 40,
      role: 'quasi',
      reasons: [{ code: 'name' }],
    },
    { ...column, name: 'diagnosis', distinct: 6, role: 'sensitive', reasons: [{ code: 'name' }] },
    {
      ...column,
      name: 'shop',
      distinct: 3,
      role: 'none',
      reasons: [{ code: 'few-values', n: 3, of: 100 }],
    },
  ],
  available: true,
  created_at: AT,
  expires_at: LATER,
};

const measured = (rows: number, k: number, unique: number) => ({
  rows,
  classes: 40,
  k,
  unique_share: unique,
  sizes:
    k === 1
      ? [
          { least: 1, most: 1, classes: 25, rows: 25 },
          { least: 5, most: 9, classes: 15, rows: 75 },
        ]
      : [{ least: 5, most: 9, classes: 14, rows }],
  risk: { threshold: 0.2, prosecutor_highest: 1 / k, prosecutor_at_risk: unique, marketer: 0.4 },
  sensitive: { diagnosis: { distinct_l: k === 1 ? 1 : 2, entropy_l: 1.2, t: 0.31, values: 6 } },
});

export const REPORT = {
  before: measured(100, 1, 0.25),
  after: measured(97, 5, 0),
  utility: {
    rows: 100,
    suppressed: 3,
    suppressed_share: 0.03,
    information_loss: 0.214,
    loss_by_column: { age: 0.19 },
  },
  columns: [
    { name: 'email', role: 'direct', operator: 'hash' },
    { name: 'age', role: 'quasi', level_name: '10 years' },
    { name: 'diagnosis', role: 'sensitive' },
    { name: 'shop', role: 'none' },
  ],
  search: { checked: 5, proven_best: true, loss: 0.2 },
};

let tables: TableReply[] = [];
let releases: TableReleaseReply[] = [];
let plans: TableReleaseRequest[] = [];
let asked: StatisticReply[] = [];
let polls = 0;

/** What releases were asked for so far. */
export const releasePlans = () => plans;

export function resetTables(items: TableReply[] = [TABLE]): void {
  tables = items;
  releases = [];
  plans = [];
  asked = [];
  polls = 0;
}
resetTables();

function dataset(): DatasetReply {
  const spent = asked.reduce((sum, { epsilon }) => sum + epsilon, 0.25);
  return {
    id: 'dst_1',
    name: 'Orders of spring',
    epsilon_budget: 1,
    epsilon_spent: spent,
    epsilon_left: 1 - spent,
    rows_per_person: 1,
    created_at: AT,
  };
}

export const tableHandlers = [
  http.get('*/v1/privacy/tables', () => HttpResponse.json({ items: tables, next: null })),
  http.post('*/v1/privacy/tables', () => {
    const made = { ...TABLE, id: 'tbl_2' };
    tables = [made, ...tables];
    return HttpResponse.json(made, { status: 201 });
  }),
  http.get('*/v1/privacy/tables/:id', ({ params }) =>
    HttpResponse.json(tables.find((each) => each.id === params.id)),
  ),
  http.delete('*/v1/privacy/tables/:id', ({ params }) => {
    tables = tables.filter((each) => each.id !== params.id);
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('*/v1/privacy/table-releases', () => HttpResponse.json({ items: releases, next: null })),
  http.post('*/v1/privacy/table-releases', async ({ request }) => {
    plans.push((await request.json()) as TableReleaseRequest);
    const made: TableReleaseReply = {
      id: 'rel_1',
      project_id: 'prj_1',
      job_id: 'job_1',
      job_url: '/v1/jobs/job_1',
      available: false,
      files: null,
      created_at: AT,
      expires_at: LATER,
    };
    releases = [made];
    return HttpResponse.json(made, { status: 202 });
  }),
  http.get('*/v1/privacy/table-releases/:id', () => {
    polls += 1;
    const [made] = releases;
    if (polls < 2) return HttpResponse.json(made);
    const file = {
      table_id: 'tbl_1',
      format: 'csv',
      size_bytes: 12_345,
      url: '/v1/privacy/table-releases/rel_1/files/tbl_1',
      report: REPORT,
    };
    return HttpResponse.json({ ...made, available: true, files: [file] });
  }),
  http.delete('*/v1/privacy/table-releases/:id', () => {
    releases = [];
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('*/v1/jobs/:id', ({ params }) =>
    HttpResponse.json({
      id: params.id,
      kind: 'table-release',
      status: 'running',
      progress: { done: 40, total: 100, rate_per_s: null, eta_s: null },
      result: null,
      problem: null,
      created_at: AT,
      finished_at: null,
    }),
  ),
  http.get('*/v1/privacy/datasets', () => HttpResponse.json({ items: [dataset()], next: null })),
  http.get('*/v1/privacy/datasets/:id/ledger', () =>
    HttpResponse.json({ ...dataset(), items: asked, next: null }),
  ),
  http.post('*/v1/privacy/statistics', async ({ request }) => {
    const { table_id: _, epsilon, ...query } = (await request.json()) as StatisticRequest;
    const told: StatisticReply = {
      id: `stt_${asked.length + 1}`,
      dataset_id: 'dst_1',
      query,
      epsilon,
      result: { value: 42, scale: 2, accuracy_95: 6.1 },
      created_at: AT,
    };
    asked = [told, ...asked];
    return HttpResponse.json(told, { status: 201 });
  }),
];
