import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, test } from 'vitest';
import { policySaves, policyTests } from '../../../mocks/policies';
import { problem } from '../../../mocks/problem';
import { renderAt } from '../../../test/render';
import { withScopes } from '../../../test/scopes';
import { server } from '../../../test/setup';
import { expectNoError } from '../../../test/states';

const types = () => screen.findByRole('list', { name: 'Types of personal data' });
const TEXT = '👋 I am John Smith, john@example.com';

describe('the rules', () => {
  test('say for each type what holds', async () => {
    renderAt('/privacy/policies');
    const list = within(await types());
    const place = list.getByText('Place').closest('li') as HTMLElement;
    expect(place).toHaveTextContent('own rule');
    expect(place).toHaveTextContent('from score 0.80 · numbered placeholder');
    expect(list.getByText('Card').closest('li')).toHaveTextContent('proven by Luhn');
    expect(screen.getByText('Version 2 stands, nothing is unsaved')).toBeVisible();
    expectNoError();
  });

  test('types of single countries show when they are looked for', async () => {
    const { user, address } = renderAt('/privacy/policies');
    const list = within(await types());
    const number = 'Social security number (US)';
    expect(list.queryByText(number)).not.toBeInTheDocument();
    await user.type(screen.getByLabelText('Find a type'), 'ssn');
    expect(list.getByText(number)).toBeVisible();
    await user.clear(screen.getByLabelText('Find a type'));
    await user.click(screen.getByRole('button', { name: 'Show 1 type of single countries' }));
    expect(list.getByText(number)).toBeVisible();
    expect(address()).toBe('/privacy/policies?countries=yes');
  });

  test('a type that is switched off warns, is saved with a note, and holds', async () => {
    const { user } = renderAt('/privacy/policies');
    await types();
    await user.click(screen.getByRole('switch', { name: 'Hide: Person' }));
    expect(screen.getByText('Models would get these as they are: Person.')).toBeVisible();
    expect(screen.getByText('1 unsaved change')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Save…' }));
    const dialog = within(await screen.findByRole('dialog', { name: /Model calls/ }));
    expect(dialog.getByRole('list', { name: 'What changes' })).toHaveTextContent('Person');
    await user.type(dialog.getByLabelText('Note (optional)'), 'Names are public here');
    await user.click(dialog.getByRole('button', { name: 'Save policy' }));
    expect(await screen.findByText('Version 3 holds from now on.')).toBeVisible();
    expect(await screen.findByText('Version 3 stands, nothing is unsaved')).toBeVisible();
    expect(policySaves()).toEqual([
      {
        policy: { entities: { LOCATION: { threshold: 0.8 }, PERSON: { enabled: false } } },
        note: 'Names are public here',
        based_on: 2,
      },
    ]);
    expect(screen.getByRole('switch', { name: 'Hide: Person' })).not.toBeChecked();
  });

  test('a protected type goes off only with a reason', async () => {
    const { user } = renderAt('/privacy/policies');
    await types();
    await user.click(screen.getByRole('switch', { name: 'Hide: Card' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Card' }));
    await user.selectOptions(dialog.getByLabelText('Hide it'), 'No, leave it as it is');
    await user.click(dialog.getByRole('button', { name: 'Use this rule' }));
    expect(dialog.getByText(/Tick the box and say why/)).toBeVisible();
    await user.click(dialog.getByRole('checkbox'));
    await user.type(dialog.getByLabelText(/Why this is right/), 'Test cards only');
    await user.click(dialog.getByRole('button', { name: 'Use this rule' }));
    await user.click(await screen.findByRole('button', { name: 'Save…' }));
    await user.click(await screen.findByRole('button', { name: 'Save policy' }));
    await screen.findByText('Version 3 holds from now on.');
    expect(policySaves()[0]?.policy.entities).toMatchObject({
      CREDIT_CARD: { enabled: false, accept_risk: true, reason: 'Test cards only' },
    });
  });

  test('an operator has its settings', async () => {
    const { user } = renderAt('/privacy/policies');
    await types();
    await user.click(screen.getByRole('button', { name: 'Edit: E-mail' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'E-mail' }));
    await user.selectOptions(await dialog.findByLabelText('Stands in its place'), 'Mask');
    await user.selectOptions(dialog.getByLabelText('from end'), 'Yes');
    await user.click(dialog.getByRole('button', { name: 'Use this rule' }));
    await waitFor(async () =>
      expect(
        within(await types())
          .getByText('E-mail')
          .closest('li'),
      ).toHaveTextContent('Mask'),
    );
    await user.click(screen.getByRole('button', { name: 'Save…' }));
    await user.click(await screen.findByRole('button', { name: 'Save policy' }));
    await screen.findByText('Version 3 holds from now on.');
    expect(policySaves()[0]?.policy.entities).toMatchObject({
      EMAIL_ADDRESS: { operator: { operator: 'mask', from_end: true } },
    });
  });

  test('a save that somebody overtook is told, and nothing is lost before it is said', async () => {
    server.use(
      http.put('*/v1/privacy/policies/:purpose', () =>
        problem(409, 'Policy moved', 'There is a newer version than the one this was made from.'),
      ),
    );
    const { user } = renderAt('/privacy/policies');
    await types();
    await user.click(screen.getByRole('switch', { name: 'Hide: E-mail' }));
    await user.click(screen.getByRole('button', { name: 'Save…' }));
    await user.click(await screen.findByRole('button', { name: 'Save policy' }));
    expect(await screen.findByText(/newer version than/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByText('1 unsaved change')).toBeVisible();
  });

  test('each purpose is in the address and keeps what is being written', async () => {
    const { user, address } = renderAt('/privacy/policies');
    await types();
    await user.click(screen.getByRole('switch', { name: 'Hide: Person' }));
    await user.click(screen.getByRole('tab', { name: 'Exports' }));
    expect(address()).toBe('/privacy/policies?purpose=export');
    expect(screen.getByText('Version 0 stands, nothing is unsaved')).toBeVisible();
    await user.click(screen.getByRole('tab', { name: 'Model calls' }));
    expect(screen.getByText('1 unsaved change')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Discard' }));
    expect(screen.getByText('Version 2 stands, nothing is unsaved')).toBeVisible();
  });
});

describe('the test box', () => {
  test('tries the draft as it is typed, explains, and compares', async () => {
    const { user } = renderAt('/privacy/policies');
    await types();
    await user.click(screen.getByLabelText('Text to try'));
    await user.paste(TEXT);
    const marked = await screen.findByRole('group', { name: 'Text with findings marked' });
    const marks = () => [...marked.querySelectorAll('mark')];
    expect(marks().map((mark) => mark.firstChild?.textContent)).toEqual([
      'John Smith',
      'john@example.com',
    ]);
    expect(marks()[1]).toHaveTextContent('Recognizer: email; Pattern: address; Word nearby: write');
    await user.hover(marks()[1] as HTMLElement);
    expect(await screen.findByRole('tooltip')).toHaveTextContent('Counts by: built-in');
    expect(policyTests()[0]).toEqual({ texts: [TEXT], purpose: 'model_call' });
    await user.click(screen.getByRole('switch', { name: 'Hide: Person' }));
    expect(await screen.findByText('Person “John Smith” is left, and was hidden')).toBeVisible();
    const safe = screen.getByRole('group', { name: 'Safe text' });
    expect(safe).toHaveTextContent('I am John Smith, hidden: E-mail 1');
    expect(policyTests()[1]?.policy?.entities).toHaveProperty('PERSON', { enabled: false });
  });

  test('a failure can be tried again', async () => {
    server.use(http.post('*/v1/privacy/policy-tests', () => problem(503, 'Down'), { once: true }));
    const { user } = renderAt('/privacy/policies');
    await types();
    await user.click(screen.getByLabelText('Text to try'));
    await user.paste(TEXT);
    expect(await screen.findByRole('alert')).toHaveTextContent('Request id req_01993f2a');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('2 values are hidden')).toBeVisible();
    expectNoError();
  });
});

test.each([
  [500, 'This did not load'],
  [403, 'You may not see this'],
])('status %i is told as “%s”', async (status, words) => {
  server.use(http.get('*/v1/privacy/policies', () => problem(status, 'No')));
  renderAt('/privacy/policies');
  expect(await screen.findByRole('alert')).toHaveTextContent(words);
});

test('who may not change policies is not led to them', async () => {
  withScopes('privacy:detect', 'audit:read');
  renderAt('/privacy');
  expect(await screen.findByRole('link', { name: 'Traffic' })).toBeVisible();
  expect(screen.queryByRole('link', { name: 'Policies' })).not.toBeInTheDocument();
});
