import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { emptyPage, session } from '../../mocks/handlers';
import { resetLetters, someLetters } from '../../mocks/letters';
import { problem } from '../../mocks/problem';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';
import { expectNoError } from '../../test/states';

const LETTERS = someLetters();
const FIRST = LETTERS[0]?.id as string;
const SECOND = LETTERS[1]?.id as string;
const NONE = { total: 0, items: [], until: null };

const table = () => screen.findByLabelText('Parked events', { selector: 'table' });
const row = (id: string) => screen.queryByText(id)?.closest('tr') ?? null;

function withScopes(...scopes: string[]): void {
  server.use(http.get('*/v1/sessions/current', () => HttpResponse.json({ ...session, scopes })));
}

describe('parked events', () => {
  test('are listed with their cause and the conversation that they concern', async () => {
    renderAt('/events');
    await table();
    const first = within(row(FIRST) as HTMLElement);
    expect(first.getByText('count_decisions')).toBeVisible();
    expect(first.getByText('LookupError')).toBeVisible();
    expect(first.getByText('4 attempts')).toBeVisible();
    expect(first.getByText('responder.decision_made.v1 (reply, answered)')).toBeVisible();
    expect(first.getByRole('link', { name: 'conv_0003' })).toHaveAttribute(
      'href',
      '/conversations/conv_0003',
    );
    expect(screen.getByText('6 events are parked')).toBeVisible();
    expectNoError();
  });

  test('the rail tells how many there are', async () => {
    renderAt('/keys');
    expect(await screen.findByRole('link', { name: 'Events 6 parked' })).toHaveAttribute(
      'href',
      '/events',
    );
  });

  test('come in pages', async () => {
    resetLetters(27);
    const { user, address } = renderAt('/events');
    await table();
    expect(screen.getByText(/^25 events on this page/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Next page' }));
    await waitFor(() => expect(screen.getByText(/^2 events on this page/)).toBeVisible());
    expect(address()).toBe('/events?cursor=25');
    await user.click(screen.getByRole('button', { name: 'Previous page' }));
    await waitFor(() => expect(address()).toBe('/events'));
  });

  test('a chip filters by handler, and the address keeps it', async () => {
    const { user, address } = renderAt('/events');
    await table();
    await user.click(screen.getByRole('button', { name: 'count_decisions: 2' }));
    expect(address()).toBe('/events?handler=count_decisions');
    expect(await screen.findByText('2 parked events fit the filters')).toBeVisible();
    await waitFor(() => expect(screen.getAllByRole('checkbox', { name: /evt_/ })).toHaveLength(2));
    expect(screen.getByRole('button', { name: 'count_decisions: 2' })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    await user.selectOptions(screen.getByLabelText('Error'), 'KeyError');
    expect(await screen.findByText('1 parked event fits the filters')).toBeVisible();
    expect(address()).toBe('/events?handler=count_decisions&error=KeyError');
    await user.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(address()).toBe('/events');
  });

  test('j moves to a row and Space selects it', async () => {
    const { user } = renderAt('/events');
    await table();
    await user.keyboard('jj ');
    expect(screen.getByRole('checkbox', { name: `Select ${SECOND}` })).toBeChecked();
    expect(screen.getByText('1 selected')).toBeVisible();
  });
});

describe('the states of the page', () => {
  test('with nothing parked it says that all is well', async () => {
    server.use(
      http.get('*/v1/events/dead-letters/summary', () => HttpResponse.json(NONE)),
      http.get('*/v1/events/dead-letters', () => HttpResponse.json(emptyPage)),
    );
    renderAt('/events');
    expect(await screen.findByRole('heading', { name: 'Nothing is parked' })).toBeVisible();
    expect(screen.getByText('Every event was handled.')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Events' })).toBeVisible();
    expectNoError();
  });

  test.each([
    [500, 'This did not load'],
    [403, 'You may not see this'],
  ])('status %i is told as “%s”', async (status, words) => {
    server.use(http.get('*/v1/events/dead-letters/summary', () => problem(status, 'No')));
    renderAt('/events');
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
  });

  test('who may only look sees no action', async () => {
    withScopes('events:read');
    renderAt('/events');
    await table();
    expect(row(FIRST)).toBeVisible();
    expect(screen.queryByRole('button', { name: /again|Discard/ })).not.toBeInTheDocument();
    expect(screen.queryByRole('checkbox')).not.toBeInTheDocument();
  });

  test('who may not look is not led there, nor asked for', async () => {
    withScopes('insights:read');
    let asked = 0;
    server.use(
      http.get('*/v1/events/dead-letters/summary', () => {
        asked += 1;
        return HttpResponse.json(NONE);
      }),
    );
    const { user, address } = renderAt('/keys');
    await screen.findByRole('heading', { name: 'API keys' });
    expect(screen.queryByRole('link', { name: /^Events/ })).not.toBeInTheDocument();
    await user.keyboard('ge');
    expect(address()).toBe('/keys');
    expect(asked).toBe(0);
  });

  test('everything is everything but revealing', async () => {
    withScopes('*');
    const { user, address } = renderAt('/keys');
    await screen.findByRole('link', { name: /^Events/ });
    await user.keyboard('ge');
    expect(address()).toBe('/events');
  });
});
