import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { discarded, someLetters } from '../../mocks/letters';
import { problem } from '../../mocks/problem';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';
import { expectNoError } from '../../test/states';

const [FIRST, SECOND] = someLetters().map(({ id }) => id) as [string, string];

const table = () => screen.findByLabelText('Parked events', { selector: 'table' });
const row = (id: string) => screen.queryByText(id)?.closest('tr') ?? null;

describe('telling again', () => {
  test('one goes at once, with a word about it', async () => {
    const { user } = renderAt('/events');
    await table();
    await user.click(screen.getByRole('button', { name: `Tell again: ${FIRST}` }));
    expect(await screen.findByText('1 event is being told again.')).toBeVisible();
    await waitFor(() => expect(row(FIRST)).not.toBeInTheDocument());
    expect(screen.getByText('5 events are parked')).toBeVisible();
    expectNoError();
  });

  test('one that someone else has moved meanwhile is told as such', async () => {
    server.use(
      http.post('*/v1/events/redrives', () => problem(404, 'Gone', 'No such dead letter.')),
    );
    const { user } = renderAt('/events');
    await table();
    await user.click(screen.getByRole('button', { name: `Tell again: ${FIRST}` }));
    expect(await screen.findByText('Not done: No such dead letter.')).toBeVisible();
  });

  test('the selected ones go after a question', async () => {
    const { user } = renderAt('/events');
    await table();
    await user.click(screen.getByRole('checkbox', { name: `Select ${FIRST}` }));
    await user.click(screen.getByRole('checkbox', { name: `Select ${SECOND}` }));
    await user.click(screen.getByRole('button', { name: 'Tell selected again…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Tell 2 events again?' });
    await user.click(within(dialog).getByRole('button', { name: 'Tell 2 events again' }));
    expect(await screen.findByText('2 events are being told again.')).toBeVisible();
    await waitFor(() => expect(screen.getByText('4 events are parked')).toBeVisible());
    expect(row(SECOND)).not.toBeInTheDocument();
  });

  test('all that fit go, in as many calls as it takes', async () => {
    const { user } = renderAt('/events?handler=score_messages');
    await table();
    await user.click(screen.getByRole('button', { name: 'Tell all again…' }));
    await user.click(await screen.findByRole('button', { name: 'Tell 4 events again' }));
    expect(await screen.findByText('4 events are being told again.')).toBeVisible();
    expect(await screen.findByRole('heading', { name: 'No parked event is here' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Show all parked events' }));
    expect(await screen.findByText('2 events are parked')).toBeVisible();
  });

  test('all names the newest that was seen, so that no later one goes along', async () => {
    const sent: unknown[] = [];
    server.use(
      http.post('*/v1/events/redrives', async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json({ count: 2, more: false }, { status: 202 });
      }),
    );
    const { user } = renderAt('/events?handler=count_decisions');
    await table();
    await user.click(screen.getByRole('button', { name: 'Tell all again…' }));
    await user.click(await screen.findByRole('button', { name: 'Tell 2 events again' }));
    await screen.findByText('2 events are being told again.');
    expect(sent).toEqual([{ letters: { handler: 'count_decisions', until: `1.${FIRST}` } }]);
  });

  test('a failure half-way is told in the dialog', async () => {
    let calls = 0;
    server.use(
      http.post('*/v1/events/redrives', () => {
        calls += 1;
        return calls === 1
          ? HttpResponse.json({ count: 3, more: true }, { status: 202 })
          : problem(503, 'Away', 'The database is away.');
      }),
    );
    const { user } = renderAt('/events');
    await table();
    await user.click(screen.getByRole('button', { name: 'Tell all again…' }));
    await user.click(await screen.findByRole('button', { name: 'Tell 6 events again' }));
    const dialog = screen.getByRole('dialog');
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('The database is away.');
    expect(calls).toBe(2);
  });
});

describe('discarding', () => {
  test('needs a reason, and takes a ticket', async () => {
    const { user } = renderAt('/events');
    await table();
    await user.click(screen.getByRole('button', { name: `Discard… ${FIRST}` }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Discard 1 event?' }));
    const confirm = dialog.getByRole('button', { name: 'Discard 1 event' });
    await user.type(dialog.getByLabelText('Ticket (optional)'), 'ask Jane');
    await user.click(confirm);
    expect(dialog.getByText('Choose a reason.')).toBeVisible();
    expect(dialog.getByLabelText('Ticket (optional)')).toBeInvalid();
    expect(discarded()).toEqual([]);
    await user.selectOptions(dialog.getByLabelText(/^Reason/), 'It can never be handled');
    await user.clear(dialog.getByLabelText('Ticket (optional)'));
    await user.type(dialog.getByLabelText('Ticket (optional)'), 'OPS-7');
    await user.click(confirm);
    expect(await screen.findByText('1 event was discarded.')).toBeVisible();
    await waitFor(() => expect(row(FIRST)).not.toBeInTheDocument());
    expect(discarded()).toEqual([
      {
        letters: [{ handler: 'count_decisions', event_id: FIRST }],
        reason: 'cannot-be-handled',
        reference: 'OPS-7',
      },
    ]);
  });

  test('can be left', async () => {
    const { user } = renderAt('/events');
    await table();
    await user.click(screen.getByRole('button', { name: 'Discard all…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Discard 6 events?' });
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(discarded()).toEqual([]);
    expect(row(FIRST)).toBeVisible();
  });

  test('takes a whole page', async () => {
    const { user } = renderAt('/events?handler=count_decisions');
    await table();
    await user.click(screen.getByRole('checkbox', { name: 'Select all on this page' }));
    await user.click(screen.getByRole('button', { name: 'Discard selected…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Discard 2 events?' }));
    await user.selectOptions(dialog.getByLabelText(/^Reason/), 'It was a test');
    await user.click(dialog.getByRole('button', { name: 'Discard 2 events' }));
    expect(await screen.findByText('2 events were discarded.')).toBeVisible();
  });
});
