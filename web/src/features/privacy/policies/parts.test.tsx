import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { policySaves } from '../../../mocks/policies';
import { renderAt } from '../../../test/render';
import { flattened } from './VersionDiff';

test('lists: what is never and what is always personal', async () => {
  const { user } = renderAt('/privacy/policies?view=lists');
  const never = within(await screen.findByRole('region', { name: 'Never personal' }));
  await user.click(never.getByRole('switch', { name: /Own list/ }));
  await user.type(never.getByLabelText('Values'), 'Acme{Enter}Globex');
  const always = within(screen.getByRole('region', { name: 'Always personal' }));
  await user.click(always.getByRole('switch', { name: /Own list/ }));
  await user.click(always.getByRole('button', { name: 'Add words' }));
  await user.type(always.getByLabelText(/^Type/), 'project x');
  await user.type(always.getByLabelText('Words'), 'Bluebird');
  await user.click(screen.getByRole('button', { name: 'Save…' }));
  await user.click(await screen.findByRole('button', { name: 'Save policy' }));
  await screen.findByText('Version 3 holds from now on.');
  expect(policySaves()[0]?.policy).toMatchObject({
    allow: { values: ['Acme', 'Globex'], patterns: [], ignore_case: true, whole: true },
    deny: [{ entity: 'PROJECT_X', words: ['Bluebird'], whole_words: true, ignore_case: true }],
  });
});

describe('own recognizers', () => {
  test('one is added, and a name that is taken is told', async () => {
    const { user } = renderAt('/privacy/policies?view=recognizers');
    await screen.findByText('employee-number');
    await user.click(screen.getByRole('button', { name: 'Add recognizer' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Add a recognizer' }));
    await user.click(dialog.getByRole('button', { name: 'Save recognizer' }));
    expect(dialog.getByLabelText(/^Name/)).toBeInvalid();
    await user.type(dialog.getByLabelText(/^Name/), 'employee-number');
    await user.type(dialog.getByLabelText(/^Type/), 'badge');
    await user.type(dialog.getByLabelText(/^Patterns/), 'B-\\d+');
    await user.click(dialog.getByRole('button', { name: 'Save recognizer' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent('of that name already');
    await user.clear(dialog.getByLabelText(/^Name/));
    await user.type(dialog.getByLabelText(/^Name/), 'badge');
    await user.click(dialog.getByRole('button', { name: 'Save recognizer' }));
    expect(await screen.findByText('“badge” was saved and runs from now on.')).toBeVisible();
    expect(await screen.findByRole('switch', { name: 'Run: badge' })).toBeChecked();
  });

  test('one can be left out of a purpose', async () => {
    const { user } = renderAt('/privacy/policies?view=recognizers');
    await user.click(await screen.findByRole('switch', { name: 'Run: employee-number' }));
    expect(screen.getByText('1 unsaved change')).toBeVisible();
    await user.click(screen.getByRole('switch', { name: 'Run: employee-number' }));
    expect(screen.getByText('Version 2 stands, nothing is unsaved')).toBeVisible();
  });

  test('one is removed after a question', async () => {
    const { user } = renderAt('/privacy/policies?view=recognizers');
    await user.click(
      await screen.findByRole('button', { name: 'Remove recognizer employee-number' }),
    );
    await user.click(await screen.findByRole('button', { name: 'Remove recognizer' }));
    expect(await screen.findByText(/There are none yet/)).toBeVisible();
  });
});

describe('the history', () => {
  test('shows how a version differs and lets it hold again', async () => {
    const { user, address } = renderAt('/privacy/policies?view=history');
    await user.click(await screen.findByRole('link', { name: /^Version 1/ }));
    await waitFor(() => expect(address()).toContain('version=1'));
    const table = await screen.findByRole('table', { name: /version 1 and version 2/ });
    expect(table).toHaveTextContent('Place: threshold0.50.8');
    expect(table).toHaveTextContent('+ Acme');
    await user.click(screen.getByRole('button', { name: 'Let it hold again…' }));
    await user.click(await screen.findByRole('button', { name: 'Roll back' }));
    expect(await screen.findByText('Version 3 holds from now on.')).toBeVisible();
    expect(await screen.findByRole('link', { name: /^Version 3 · stands/ })).toBeVisible();
  });
});

test('a difference of a whole group is told setting by setting', () => {
  const one = { added: [], removed: [] };
  const places = flattened({
    ...one,
    place: 'entities',
    before: { PERSON: { enabled: false, threshold: 0.4 } },
    after: null,
  });
  expect(places.map(({ place, before, after }) => [place, before, after])).toEqual([
    ['entities.PERSON.enabled', false, undefined],
    ['entities.PERSON.threshold', 0.4, undefined],
  ]);
  expect(flattened({ ...one, place: 'allow.whole', before: true, after: false })).toHaveLength(1);
});
