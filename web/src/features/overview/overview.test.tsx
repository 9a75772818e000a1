import { screen, waitFor, within } from '@testing-library/react';
import { delay, HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { anOverview } from '../../mocks/data';
import { problem } from '../../mocks/problem';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';
import { expectNoError } from '../../test/states';
import { sentimentFinding, sharedLead } from './findings';

const overview = (answer: () => Response | Promise<Response>) =>
  server.use(http.get('*/v1/insights/overview', answer));

describe('the overview', () => {
  test('shows the key figures, each leading to its conversations', async () => {
    renderAt('/?range=30d');
    const tiles = await screen.findByRole('list', { name: 'Key figures' });
    expect(within(tiles).getByRole('link', { name: /^Conversations 12,480/ })).toHaveAttribute(
      'href',
      '/conversations?range=30d',
    );
    expect(within(tiles).getByRole('link', { name: /^Negative share 24%/ })).toHaveAttribute(
      'href',
      '/conversations?range=30d&sentiment=negative',
    );
    expect(within(tiles).getByRole('link', { name: /^Abstention rate/ })).toHaveTextContent(
      /95\s%\sinterval .* n\s=\s[\d,]+/,
    );
    expectNoError();
  });

  test('asks for the range of the address', async () => {
    let query = new URLSearchParams();
    server.use(
      http.get('*/v1/insights/overview', ({ request }) => {
        query = new URL(request.url).searchParams;
        return HttpResponse.json(anOverview());
      }),
    );
    renderAt('/?from=2026-10-01&to=2026-10-31');
    await screen.findByRole('list', { name: 'Key figures' });
    expect(query.get('from')).toBe(new Date('2026-10-01T00:00:00').toISOString());
    expect(query.get('to')).toBe(new Date('2026-11-01T00:00:00').toISOString());
  });

  test('a reason leads to the conversations behind it', async () => {
    const { user, address } = renderAt('/');
    const title = '“Refund status” leads with 17.7% of conversations';
    const card = await screen.findByRole('region', { name: title });
    await user.click(
      within(card).getByRole('link', { name: /^Refund status .*17\.7%.*View conversations$/ }),
    );
    await screen.findByRole('heading', { name: 'Conversations' });
    expect(address()).toBe('/conversations?reason=refund-status');
  });

  test('every chart has a table of the same figures', async () => {
    const { user } = renderAt('/');
    const card = await screen.findByRole('region', { name: /^Negative share rose/ });
    await user.click(within(card).getByRole('button', { name: 'Show as table' }));
    const table = within(card).getByRole('table');
    expect(within(table).getAllByRole('row')).toHaveLength(46);
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map((each) => each.textContent),
    ).toEqual(['When', 'Negative', 'Neutral', 'Positive']);
  });

  test('shows a skeleton while it loads', async () => {
    overview(async () => {
      await delay('infinite');
      return HttpResponse.json({});
    });
    renderAt('/');
    await screen.findByRole('heading', { name: 'Overview' });
    expect(screen.getByRole('status', { name: 'Loading' })).toBeInTheDocument();
    expectNoError();
  });

  test('an undefined share is a dash with its reason, never zero', async () => {
    const base = anOverview();
    overview(() =>
      HttpResponse.json({
        ...base,
        decisions: {
          answered: 0,
          abstained: 0,
          escalated: 0,
          n: 0,
          answered_share: null,
          interval: null,
        },
        series: [],
        reasons: [],
      }),
    );
    renderAt('/');
    const tile = await screen.findByRole('link', { name: /^Abstention rate/ });
    expect(tile).toHaveTextContent('No value: no reply was decided on');
    expect(tile).not.toHaveTextContent('0%');
    expect(screen.getByText('No reply has been decided on in this range.')).toBeVisible();
    expect(screen.getByText('No reason was found in this range.')).toBeVisible();
  });

  test('without data it says how to get some', async () => {
    const base = anOverview();
    overview(() => HttpResponse.json({ ...base, conversations: { value: 0, previous: null } }));
    renderAt('/');
    expect(await screen.findByRole('heading', { name: 'No conversations yet' })).toBeVisible();
    expect(screen.getByText('customerai demo')).toBeVisible();
  });

  test('an empty range offers all data', async () => {
    const base = anOverview();
    overview(() => HttpResponse.json({ ...base, conversations: { value: 0, previous: null } }));
    const { user, address } = renderAt('/?range=24h');
    await user.click(await screen.findByRole('button', { name: 'Show all data' }));
    expect(address()).toBe('/');
  });

  test('a failure shows the request id and can be tried again', async () => {
    server.use(http.get('*/v1/insights/overview', () => problem(500, 'Broken'), { once: true }));
    const { user } = renderAt('/');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Broken');
    expect(alert).toHaveTextContent('Request id req_01993f2a');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('list', { name: 'Key figures' })).toBeVisible();
    expectNoError();
  });

  test('a refusal says so and offers no retry', async () => {
    overview(() => problem(403, 'Missing scope', 'Needs insights:read.'));
    renderAt('/');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('You may not see this');
    expect(alert).toHaveTextContent('Needs insights:read.');
    expect(within(alert).queryByRole('button')).not.toBeInTheDocument();
  });

  test('a running import shows its progress', async () => {
    const progress = { done: 2000, total: 8000, rate_per_s: 812.4, eta_s: 240 };
    const job = { id: 'job_1', kind: 'import', status: 'running', progress };
    server.use(http.get('*/v1/jobs', () => HttpResponse.json({ items: [job], next: null })));
    renderAt('/');
    const bar = await screen.findByRole('progressbar', { name: 'Import in progress' });
    expect(bar).toHaveAttribute('aria-valuenow', '25');
    await waitFor(() =>
      expect(screen.getByText('2,000 of 8,000 · 812 per second · about 4 min left')).toBeVisible(),
    );
  });
});

describe('findings', () => {
  test('a steady share is not called a rise', () => {
    const base = anOverview();
    const series = base.series.map((point) => ({ ...point, negative: 2, neutral: 5, positive: 3 }));
    expect(sentimentFinding({ ...base, series })).toMatchObject({ trend: 'steady', after: 0.2 });
  });

  test('nothing scored is no finding', () => {
    expect(sentimentFinding({ ...anOverview(), series: [] })).toBeUndefined();
  });

  test('overlapping intervals share the lead', () => {
    const [first, second] = anOverview().reasons;
    if (!first || !second) throw new Error('the mock has reasons');
    expect(sharedLead([first, second])).toBe(false);
    expect(sharedLead([first, { ...second, interval: [0.16, 0.19] }])).toBe(true);
  });
});
