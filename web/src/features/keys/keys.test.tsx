import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { emptyPage } from '../../mocks/handlers';
import { problem } from '../../mocks/problem';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';
import { expectNoError } from '../../test/states';
import { keyStatus } from './keyStatus';

const table = () => screen.findByRole('table', { name: 'API keys' });

describe('API keys', () => {
  test('lists keys with their state', async () => {
    renderAt('/keys');
    const row = within(await table()).getByRole('row', { name: /Old crawler/ });
    expect(row).toHaveTextContent('Revoked');
    expect(within(row).queryByRole('button')).not.toBeInTheDocument();
    expectNoError();
  });

  test('a new key is shown once and then listed', async () => {
    const { user } = renderAt('/keys');
    await table();
    await user.click(screen.getByRole('button', { name: 'Create key' }));
    const dialog = await screen.findByRole('dialog', { name: 'Create a key' });
    await user.type(within(dialog).getByLabelText(/^Name/), 'My app');
    await user.click(within(dialog).getByRole('checkbox', { name: /^llm/ }));
    await user.selectOptions(within(dialog).getByLabelText('Expires'), 'Never');
    await user.click(within(dialog).getByRole('button', { name: 'Create key' }));
    expect(await screen.findByLabelText('New key')).toHaveValue('cai_live_4f9a_made-for-a-test');
    await user.keyboard('{Escape}');
    await user.click(screen.getByRole('button', { name: 'I have stored it' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    expect(screen.queryByDisplayValue('cai_live_4f9a_made-for-a-test')).not.toBeInTheDocument();
    expect(within(await table()).getByRole('row', { name: /My app/ })).toHaveTextContent('Active');
  });

  test('a key needs a name and a scope', async () => {
    const { user } = renderAt('/keys');
    await table();
    await user.click(screen.getByRole('button', { name: 'Create key' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Create key' }));
    expect(within(dialog).getByText('Give the key a name.')).toBeVisible();
    expect(within(dialog).getByText('Choose at least one scope.')).toBeVisible();
  });

  test('revoking asks first', async () => {
    const { user } = renderAt('/keys');
    await user.click(await screen.findByRole('button', { name: 'Revoke Support bot' }));
    const dialog = await screen.findByRole('dialog', { name: 'Revoke “Support bot”?' });
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(screen.getByRole('row', { name: /Support bot/ })).toHaveTextContent('Active');
    await user.click(screen.getByRole('button', { name: 'Revoke Support bot' }));
    await user.click(await screen.findByRole('button', { name: 'Revoke key' }));
    await waitFor(() =>
      expect(screen.getByRole('row', { name: /Support bot/ })).toHaveTextContent('Revoked'),
    );
  });

  test('a failed revocation is told in the dialog', async () => {
    server.use(http.delete('*/v1/keys/:id', () => problem(500, 'Broken')));
    const { user } = renderAt('/keys');
    await user.click(await screen.findByRole('button', { name: 'Revoke Support bot' }));
    await user.click(await screen.findByRole('button', { name: 'Revoke key' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Request id req_01993f2a');
  });

  test('without keys it says what they are for', async () => {
    server.use(http.get('*/v1/keys', () => HttpResponse.json(emptyPage)));
    renderAt('/keys');
    expect(await screen.findByRole('heading', { name: 'No keys yet' })).toBeVisible();
  });

  test.each([
    [500, 'This did not load'],
    [403, 'You may not see this'],
  ])('status %i is told as “%s”', async (status, words) => {
    server.use(http.get('*/v1/keys', () => problem(status, 'No')));
    renderAt('/keys');
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
  });
});

test('a key past its expiry is expired, a revoked one revoked', () => {
  const key = {
    id: 'key_1',
    name: 'n',
    scopes: [],
    created_at: '2026-01-01T00:00:00Z',
    last_used_at: null,
    expires_at: '2026-02-01T00:00:00Z',
    revoked_at: null,
  };
  expect(keyStatus(key, Date.parse('2026-01-15T00:00:00Z'))).toBe('active');
  expect(keyStatus(key, Date.parse('2026-02-01T00:00:00Z'))).toBe('expired');
  expect(keyStatus({ ...key, revoked_at: '2026-01-02T00:00:00Z' }, 0)).toBe('revoked');
});
