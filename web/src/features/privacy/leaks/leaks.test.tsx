import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../mocks/problem';
import { aLeakReport } from '../../../mocks/traffic';
import { renderAt } from '../../../test/render';
import { withScopes } from '../../../test/scopes';
import { server } from '../../../test/setup';
import { expectNoError } from '../../../test/states';

const answers = (report: unknown) =>
  server.use(http.get('*/v1/privacy/leaks', () => HttpResponse.json(report as object)));

describe('the leak watch', () => {
  test('answers first', async () => {
    renderAt('/privacy/leaks');
    expect(
      await screen.findByRole('heading', {
        name: '0 of 1,319 looked-at texts showed anything personal',
      }),
    ).toBeVisible();
    expect(screen.getByText('Last 30 days · 95 % interval 0% – 0.3% · n = 1,319')).toBeVisible();
    expect(screen.getByText('Nothing. There is nothing to do.')).toBeVisible();
    expectNoError();
  });

  test('names what was found, and what to do about it', async () => {
    answers(aLeakReport(3));
    renderAt('/privacy/leaks');
    await screen.findByRole('heading', { name: /^3 of 1,319 .* something personal$/ });
    const found = within(screen.getByRole('table', { name: 'What was found' }));
    expect(found.getAllByRole('row').map((row) => row.textContent)).toEqual([
      'TypeFindings',
      'Person3',
      'E-mail1',
    ]);
    expect(screen.getByRole('heading', { name: /had the most: 3 texts/ })).toBeVisible();
    expect(screen.getByRole('link', { name: 'Open traffic' })).toHaveAttribute(
      'href',
      '/privacy/traffic',
    );
  });

  test('has its figures as a table, by the day that the server means', async () => {
    const { user } = renderAt('/privacy/leaks');
    await user.click(await screen.findByRole('button', { name: 'Show as table' }));
    const table = within(screen.getByRole('table', { name: 'Looked-at texts by day' }));
    const rows = table.getAllByRole('row');
    expect(rows).toHaveLength(13);
    expect(rows[12]).toHaveTextContent('Nov 22, 2026');
  });

  test('the days are in the address', async () => {
    const asked: (string | null)[] = [];
    server.use(
      http.get('*/v1/privacy/leaks', ({ request }) => {
        asked.push(new URL(request.url).searchParams.get('days'));
        return HttpResponse.json(aLeakReport());
      }),
    );
    const { user, address } = renderAt('/privacy/leaks');
    await user.click(await screen.findByRole('button', { name: '7 days' }));
    await waitFor(() => expect(address()).toBe('/privacy/leaks?days=7'));
    await waitFor(() => expect(asked).toEqual(['30', '7']));
    await user.click(screen.getByRole('button', { name: '30 days' }));
    await waitFor(() => expect(address()).toBe('/privacy/leaks'));
  });

  test('with nothing looked at it claims nothing', async () => {
    answers({ rate: 0, days: [], texts: 0, flagged: 0, share: null, interval: null });
    renderAt('/privacy/leaks?days=7');
    expect(
      await screen.findByRole('heading', { name: 'No text was looked at in the last 7 days' }),
    ).toBeVisible();
    expect(screen.getByText(/second look is switched off/)).toBeVisible();
    expect(screen.queryByText(/showed anything personal/)).not.toBeInTheDocument();
  });

  test.each([
    [500, 'This did not load'],
    [403, 'You may not see this'],
  ])('status %i is told as “%s”', async (status, words) => {
    server.use(http.get('*/v1/privacy/leaks', () => problem(status, 'No')));
    renderAt('/privacy/leaks');
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
  });

  test('is not offered to who may not audit', async () => {
    withScopes('privacy:detect');
    const { user, address } = renderAt('/privacy');
    await screen.findByRole('heading', { name: 'Privacy' });
    await user.keyboard('gl');
    expect(address()).toBe('/privacy');
  });
});
