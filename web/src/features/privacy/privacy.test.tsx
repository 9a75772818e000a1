import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { problem } from '../../mocks/problem';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';
import { expectNoError } from '../../test/states';
import { operatorsOf, typesOf } from './findings';

const TEXT = '👋👩‍👩‍👧 I am John Smith, john@example.com';

async function typeText() {
  const view = renderAt('/privacy');
  await view.user.click(await screen.findByLabelText('Text to check'));
  await view.user.paste(TEXT);
  return view;
}

describe('the privacy try-it page', () => {
  test('marks exactly the personal data, also behind emoji', async () => {
    await typeText();
    const marked = await screen.findByRole('group', { name: 'Text with findings marked' });
    const marks = [...marked.querySelectorAll('mark')].map((mark) => mark.firstChild?.textContent);
    expect(marks).toEqual(['John Smith', 'john@example.com']);
    expectNoError();
  });

  test('lists type, text, score and recognizer of each finding', async () => {
    await typeText();
    const table = await screen.findByRole('table', { name: 'Findings as a table' });
    const cells = within(within(table).getAllByRole('row')[2] as HTMLElement);
    expect(cells.getByRole('rowheader')).toHaveTextContent('E-mail');
    expect(cells.getAllByRole('cell').map((cell) => cell.textContent)).toEqual([
      'john@example.com',
      '1.00',
      'email',
    ]);
  });

  test('makes a safe text on request, with its receipt', async () => {
    const { user } = await typeText();
    await user.click(screen.getByRole('button', { name: 'Make safe text' }));
    const safe = await screen.findByRole('group', { name: 'Safe text' });
    expect(safe).toHaveTextContent('hidden: E-mail 1');
    expect(safe).not.toHaveTextContent('john@example.com');
    expect(screen.getByText('rcpt_01993f2a7e')).toBeVisible();
  });

  test('sends the operator chosen for a type', async () => {
    const { user } = await typeText();
    await user.selectOptions(
      await screen.findByLabelText('What stands instead of: E-mail'),
      'Mask',
    );
    await user.click(screen.getByRole('button', { name: 'Make safe text' }));
    const safe = await screen.findByRole('group', { name: 'Safe text' });
    expect(safe).toHaveTextContent('****************');
    expect(safe).toHaveTextContent('Person 1');
  });

  test('says when the safe text is no longer of this text', async () => {
    const { user } = await typeText();
    await user.click(screen.getByRole('button', { name: 'Make safe text' }));
    await screen.findByRole('group', { name: 'Safe text' });
    await user.type(screen.getByLabelText('Text to check'), ' more');
    expect(screen.getByText(/has changed since/)).toBeVisible();
  });

  test('has a sample text', async () => {
    const { user } = renderAt('/privacy');
    await user.click(await screen.findByRole('button', { name: 'Use a sample text' }));
    expect(await screen.findByText('6 findings')).toBeVisible();
  });

  test('says when there is nothing to hide', async () => {
    server.use(
      http.post('*/v1/privacy/detections', () =>
        HttpResponse.json({ results: [{ language: 'en', spans: [] }] }),
      ),
    );
    await typeText();
    expect(await screen.findByText('No personal data found.')).toBeVisible();
  });

  test('without a text there is nothing to press', async () => {
    renderAt('/privacy');
    expect(await screen.findByRole('button', { name: 'Make safe text' })).toBeDisabled();
    expect(screen.getByText('Findings appear here when there is a text.')).toBeVisible();
  });

  test('a failed detection can be tried again', async () => {
    server.use(http.post('*/v1/privacy/detections', () => problem(503, 'Down'), { once: true }));
    const { user } = await typeText();
    expect(await screen.findByRole('alert')).toHaveTextContent('Request id req_01993f2a');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('2 findings')).toBeVisible();
    expectNoError();
  });

  test('a refusal is told as such', async () => {
    server.use(http.post('*/v1/privacy/anonymizations', () => problem(403, 'No')));
    const { user } = await typeText();
    await user.click(screen.getByRole('button', { name: 'Make safe text' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('You may not see this');
  });
});

test('types come in the order of the text, each once', () => {
  const span = (type: string, start: number) => ({
    type,
    start,
    end: start + 1,
    score: 1,
    recognizer: 'r',
  });
  expect(typesOf([span('B', 5), span('A', 1), span('B', 9)])).toEqual(['A', 'B']);
});

test('only choices that differ from the default are sent', () => {
  expect(operatorsOf({ A: 'replace', B: 'hash' })).toEqual({ B: { operator: 'hash' } });
  expect(operatorsOf({ A: 'replace' })).toBeUndefined();
});
