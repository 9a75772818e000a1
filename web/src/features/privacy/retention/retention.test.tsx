import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../mocks/problem';
import { sentTo } from '../../../mocks/rights';
import { renderAt } from '../../../test/render';
import { server } from '../../../test/setup';
import { expectNoError } from '../../../test/states';

describe('retention', () => {
  test('days are changed after a question that warns when data go sooner', async () => {
    const { user } = renderAt('/privacy/retention');
    const field = await screen.findByLabelText('Conversations');
    expect(field).toHaveValue(365);
    expect(screen.getByLabelText('Decisions')).toHaveValue(null);
    await user.clear(field);
    await user.type(field, '0');
    expect(screen.getByRole('button', { name: 'Save…' })).toBeDisabled();
    await user.clear(field);
    await user.type(field, '90');
    await user.click(screen.getByRole('button', { name: 'Save…' }));
    const dialog = within(await screen.findByRole('dialog', { name: /how long data are kept/ }));
    expect(dialog.getByText('Conversations: 365 → 90')).toBeVisible();
    expect(dialog.getByText(/cannot be brought back/)).toBeVisible();
    expect(sentTo('retention')).toEqual([]);
    await user.click(dialog.getByRole('button', { name: 'Change' }));
    expect(await screen.findByText(/^Saved\. It holds/)).toBeVisible();
    expect(sentTo('retention')).toEqual([{ conversations: 90 }]);
    expectNoError();
  });

  test('what is too old is counted first', async () => {
    const { user, address } = renderAt('/privacy/retention');
    await user.click(await screen.findByRole('button', { name: 'Count what is too old' }));
    expect(await screen.findByText('1,204 items are older than they may be')).toBeVisible();
    expect(address()).toBe('/privacy/retention?run=run_1');
    const table = screen.getByRole('table', { name: 'What is too old, by class' });
    expect(table).toHaveTextContent('Conversationsresponder1,204Oct 3, 20253');
    expect(sentTo('run')).toEqual([{ dry_run: true }]);
  });

  test('an erasure needs its word', async () => {
    const { user } = renderAt('/privacy/retention');
    await user.click(await screen.findByRole('button', { name: 'Erase it now…' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(dialog.getByRole('button', { name: 'Erase for ever' }));
    expect(sentTo('run')).toEqual([]);
    await user.type(dialog.getByLabelText(/^Type/), 'erase');
    await user.click(dialog.getByRole('button', { name: 'Erase for ever' }));
    expect(await screen.findByText(/items were older than they may be, and go/)).toBeVisible();
    expect(sentTo('run')).toEqual([{ dry_run: false }]);
  });

  test('a failure is told', async () => {
    server.use(http.get('*/v1/privacy/retention', () => problem(403, 'No')));
    renderAt('/privacy/retention');
    expect(await screen.findByRole('alert')).toHaveTextContent('You may not see this');
  });
});

describe('legal holds', () => {
  test('one is put', async () => {
    const { user, address } = renderAt('/privacy/retention?view=holds');
    const section = within(await screen.findByRole('region', { name: 'Hold a customer’s data' }));
    await user.type(section.getByLabelText(/^Customer id/), 'crm-4711');
    await user.type(section.getByLabelText(/^Reason/), 'Case 12');
    await user.click(section.getByRole('button', { name: 'Hold' }));
    expect(await screen.findByText('Held: cust_9f2c.')).toBeVisible();
    expect(sentTo('hold')).toEqual([{ customer: 'crm-4711', reason: 'Case 12' }]);
    expect(address()).not.toContain('crm');
  });

  test('lifting one that is not there is told', async () => {
    const { user } = renderAt('/privacy/retention?view=holds');
    const section = within(await screen.findByRole('region', { name: 'Lift a hold' }));
    await user.type(section.getByLabelText('Customer id'), 'crm-4711');
    await user.click(section.getByRole('button', { name: 'Lift the hold…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Lift the hold?' }));
    await user.click(dialog.getByRole('button', { name: 'Lift the hold' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent('no hold on that customer');
  });
});

describe('consent', () => {
  test('a rule changes after a question, and not before', async () => {
    const { user } = renderAt('/privacy/retention?view=consents');
    const rule = await screen.findByLabelText('Analytics');
    await user.selectOptions(rule, 'Only with consent');
    const dialog = within(await screen.findByRole('dialog', { name: /rule of: Analytics/ }));
    expect(sentTo('purposes')).toEqual([]);
    await user.click(dialog.getByRole('button', { name: 'Change the rule' }));
    expect(await screen.findByText('The rule was changed.')).toBeVisible();
    expect(sentTo('purposes')).toEqual([{ analytics: 'demanded' }]);
    await waitFor(() => expect(screen.getByLabelText('Analytics')).toHaveValue('demanded'));
  });

  test('a statement is recorded and listed', async () => {
    const { user } = renderAt('/privacy/retention?view=consents');
    expect(await screen.findByText('Nothing was recorded yet.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Record a statement' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Record a statement' }));
    await user.type(dialog.getByLabelText(/^Customer id/), 'crm-4711');
    await user.selectOptions(dialog.getByLabelText('Said'), 'Agreed');
    await user.type(dialog.getByLabelText(/^Where it was said/), 'Form 3');
    await user.click(dialog.getByRole('button', { name: 'Record' }));
    const table = await screen.findByRole('table', { name: 'Consents and refusals' });
    expect(table).toHaveTextContent('cust_9f2cModel callsAgreedForm 3');
    expect(table).not.toHaveTextContent('crm-4711');
  });
});
