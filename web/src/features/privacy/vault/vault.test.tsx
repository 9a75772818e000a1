import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../mocks/problem';
import { sentTo, VALUE } from '../../../mocks/rights';
import { renderAt } from '../../../test/render';
import { withScopes } from '../../../test/scopes';
import { server } from '../../../test/setup';
import { expectNoError } from '../../../test/states';
import { standsIn } from './usePlaceholders';

describe('the vault', () => {
  test('shows placeholders of a session, and values only for a reason', async () => {
    const { user, address } = renderAt('/privacy/vault');
    await user.type(await screen.findByLabelText('Session or conversation id'), 'ses_1{Enter}');
    await waitFor(() => expect(address()).toBe('/privacy/vault?session=ses_1'));
    expect(await screen.findByText('2 placeholders in its texts')).toBeVisible();
    expect(screen.queryByText(VALUE)).not.toBeInTheDocument();
    await user.click(screen.getByRole('checkbox', { name: /Person 1/ }));
    await user.click(screen.getByRole('button', { name: 'Reveal 1 value…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Reveal 1 value?' }));
    await user.click(dialog.getByRole('button', { name: 'Reveal' }));
    expect(dialog.getByText('Choose a reason.')).toBeVisible();
    expect(sentTo('reveal')).toEqual([]);
    await user.selectOptions(dialog.getByLabelText(/^Reason/), 'Suspected fraud');
    await user.type(dialog.getByLabelText(/^In your own words/), 'Disputed charge');
    await user.click(dialog.getByRole('button', { name: 'Reveal' }));
    const values = await screen.findByRole('table', { name: 'Revealed values' });
    expect(values).toHaveTextContent(`[PERSON_1]Person${VALUE}`);
    expect(sentTo('reveal')).toEqual([
      {
        session_id: 'ses_1',
        placeholders: ['[PERSON_1]'],
        reason: { code: 'fraud', text: 'Disputed charge' },
      },
    ]);
    expect(await screen.findByRole('table', { name: 'Reveal log' })).toHaveTextContent(
      'Person 1Suspected fraudDisputed charge',
    );
    await user.click(screen.getByRole('button', { name: 'Hide again' }));
    expect(screen.queryByText(VALUE)).not.toBeInTheDocument();
    expectNoError();
  });

  test('a conversation’s placeholders come from its messages', async () => {
    const { user } = renderAt('/privacy/vault?session=conv_0001');
    await user.click(await screen.findByRole('button', { name: 'Reveal all its values…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Reveal all values?' }));
    await user.selectOptions(dialog.getByLabelText(/^Reason/), 'A legal duty');
    await user.type(dialog.getByLabelText(/^In your own words/), 'Court order');
    await user.click(dialog.getByRole('button', { name: 'Reveal' }));
    await screen.findByRole('table', { name: 'Revealed values' });
    expect(sentTo('reveal')).toEqual([
      { conversation_id: 'conv_0001', reason: { code: 'legal', text: 'Court order' } },
    ]);
  });

  test('a refusal is told, and nothing is shown', async () => {
    server.use(
      http.post('*/v1/privacy/reveals', () => problem(429, 'Too many reveals', 'Wait an hour.')),
    );
    const { user } = renderAt('/privacy/vault?session=ses_1');
    await user.click(await screen.findByRole('button', { name: 'Reveal all its values…' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.selectOptions(dialog.getByLabelText(/^Reason/), 'Checking quality');
    await user.type(dialog.getByLabelText(/^In your own words/), 'Sampling');
    await user.click(dialog.getByRole('button', { name: 'Reveal' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent('Wait an hour.');
    expect(screen.queryByRole('table', { name: 'Revealed values' })).not.toBeInTheDocument();
  });

  test('something that is no id is not looked up', async () => {
    const { user, address } = renderAt('/privacy/vault');
    await user.type(await screen.findByLabelText('Session or conversation id'), 'Jane Doe{Enter}');
    expect(screen.getByText(/^An id has letters/)).toBeVisible();
    expect(address()).toBe('/privacy/vault');
  });

  test('who may only audit sees the log alone', async () => {
    withScopes('audit:read');
    renderAt('/privacy/vault');
    expect(await screen.findByText('Nobody has looked yet.')).toBeVisible();
    expect(screen.queryByLabelText('Session or conversation id')).not.toBeInTheDocument();
  });
});

test('placeholders come once each, in order, and unnumbered ones do not count', () => {
  expect(standsIn(['[PERSON_10] and [PERSON_2]', '[PERSON_2] [EMAIL_ADDRESS]'])).toEqual([
    { placeholder: '[PERSON_2]', type: 'PERSON' },
    { placeholder: '[PERSON_10]', type: 'PERSON' },
  ]);
});
