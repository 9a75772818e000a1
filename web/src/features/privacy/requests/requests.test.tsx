import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../mocks/problem';
import { aRequest, resetRights, sentTo } from '../../../mocks/rights';
import { renderAt } from '../../../test/render';
import { withScopes } from '../../../test/scopes';
import { server } from '../../../test/setup';
import { expectNoError } from '../../../test/states';

const list = () => screen.findByRole('list', { name: 'Requests' });

describe('requests of customers', () => {
  test('are listed with their state, and one shows each service’s part', async () => {
    const { user, address } = renderAt('/privacy/requests');
    const rows = within(await list()).getAllByRole('link');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toHaveTextContent('Erasure · A customerIn progressAsked by hidden: Person 1');
    await user.click(rows[0] as HTMLElement);
    expect(address()).toBe('/privacy/requests?id=rgt_1');
    const parts = await screen.findByRole('table', { name: 'Services' });
    expect(parts).toHaveTextContent('responderDone');
    expect(parts).toHaveTextContent('messages 12');
    expect(screen.getByText('1 of 2 have answered')).toBeVisible();
    expectNoError();
  });

  test('are filtered in the address', async () => {
    const { user, address } = renderAt('/privacy/requests');
    await list();
    await user.selectOptions(screen.getByLabelText('Request'), 'Export');
    await waitFor(() => expect(address()).toBe('/privacy/requests?kind=export'));
    await waitFor(async () => expect(within(await list()).getAllByRole('link')).toHaveLength(1));
    await user.selectOptions(screen.getByLabelText('Status'), 'Failed');
    expect(await screen.findByRole('heading', { name: 'No request fits' })).toBeVisible();
  });

  test('one that is late says so', async () => {
    resetRights([aRequest({ due_at: '2020-01-01T00:00:00Z' })]);
    renderAt('/privacy/requests?id=rgt_1');
    expect(await screen.findByText(/late: was due/)).toBeVisible();
    expect(screen.getByText(/past its date/)).toBeVisible();
  });

  test('a finished export has its receipt and its file', async () => {
    renderAt('/privacy/requests?id=rgt_2');
    expect(await screen.findByText('The signature is genuine.')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Download the file' })).toHaveAttribute(
      'href',
      '/v1/privacy/requests/rgt_2/file',
    );
  });

  test('the file is not offered to who may not reveal', async () => {
    withScopes('*');
    renderAt('/privacy/requests?id=rgt_2');
    expect(await screen.findByText(/takes the right to reveal/)).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Download the file' })).not.toBeInTheDocument();
  });
});

describe('a new request', () => {
  const open = async () => {
    const view = renderAt('/privacy/requests');
    await view.user.click(await screen.findByRole('button', { name: 'New request' }));
    return { ...view, dialog: within(await screen.findByRole('dialog', { name: 'New request' })) };
  };

  test('for an erasure its word must be typed, and the customer stays out of the address', async () => {
    const { user, address, dialog } = await open();
    await user.selectOptions(dialog.getByLabelText('Request'), 'Erasure');
    await user.type(dialog.getByLabelText(/^Customer id/), 'crm-4711');
    await user.type(dialog.getByLabelText(/^Reason/), 'Asked by e-mail');
    await user.click(dialog.getByRole('button', { name: 'Erase for ever' }));
    expect(dialog.getByText('Type erase.')).toBeVisible();
    expect(sentTo('request')).toEqual([]);
    await user.type(dialog.getByLabelText(/^Type/), 'erase');
    await user.click(dialog.getByRole('button', { name: 'Erase for ever' }));
    expect(await screen.findByText('The erasure was requested and is under way.')).toBeVisible();
    expect(sentTo('request')).toEqual([
      { kind: 'erasure', customer: 'crm-4711', reason: 'Asked by e-mail' },
    ]);
    await waitFor(() => expect(address()).toBe('/privacy/requests?id=rgt_9'));
  });

  test('for an export of a conversation', async () => {
    const { user, dialog } = await open();
    await user.selectOptions(dialog.getByLabelText('About'), 'A conversation');
    await user.type(dialog.getByLabelText(/^Conversation id/), 'conv_0003');
    await user.type(dialog.getByLabelText(/^Reason/), 'Asked by phone');
    await user.click(dialog.getByRole('button', { name: 'Request export' }));
    expect(await screen.findByText('The export was requested.')).toBeVisible();
    expect(sentTo('request')).toEqual([
      { kind: 'export', conversation_id: 'conv_0003', reason: 'Asked by phone' },
    ]);
  });

  test('that is refused keeps the dialog, and nothing is claimed', async () => {
    server.use(
      http.post('*/v1/privacy/requests', () =>
        problem(409, 'Customer held', 'There is a legal hold on this customer.'),
      ),
    );
    const { user, dialog } = await open();
    await user.type(dialog.getByLabelText(/^Customer id/), 'crm-4711');
    await user.type(dialog.getByLabelText(/^Reason/), 'Asked');
    await user.click(dialog.getByRole('button', { name: 'Request export' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent('legal hold on this customer');
    expect(screen.queryByText('The export was requested.')).not.toBeInTheDocument();
  });
});

test('with nothing asked it says so', async () => {
  resetRights([]);
  renderAt('/privacy/requests');
  expect(await screen.findByRole('heading', { name: 'Nobody has asked yet' })).toBeVisible();
});

test.each([
  [500, 'This did not load'],
  [403, 'You may not see this'],
])('status %i is told as “%s”', async (status, words) => {
  server.use(http.get('*/v1/privacy/requests', () => problem(status, 'No')));
  renderAt('/privacy/requests');
  expect(await screen.findByRole('alert')).toHaveTextContent(words);
});
