import { act, screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { abstention } from '../../mocks/conversation';
import { problem } from '../../mocks/problem';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';
import { expectNoError } from '../../test/states';
import { sourcesOf } from './citations';

const REPLIES = '*/v1/responder/conversations/:id/replies';
const QUOTE = 'Refunds reach you within 5 working days after we receive the parcel.';

async function suggest() {
  const view = renderAt('/conversations/conv_0001');
  await view.user.click(await screen.findByRole('button', { name: 'Suggest a reply' }));
  return view;
}

describe('a suggested reply', () => {
  test('carries numbered citations; the one in focus lights its passage', async () => {
    const { user } = await suggest();
    const mark = await screen.findByRole('button', { name: 'Source 1' });
    const source = await screen.findByRole('listitem', { name: 'Source 1: Returns and refunds' });
    expect(source).toHaveAttribute('data-active', 'false');
    act(() => mark.focus());
    expect(source).toHaveAttribute('data-active', 'true');
    const quote = within(source).getByText(QUOTE);
    expect(quote.tagName).toBe('MARK');
    expect(quote).toHaveAttribute('data-lit', 'true');
    await user.hover(screen.getByRole('button', { name: 'Source 2' }));
    expect(screen.getByRole('listitem', { name: 'Source 2: Returns and refunds' })).toHaveAttribute(
      'data-active',
      'true',
    );
    expectNoError();
  });

  test('a citation opens the whole document with the quote marked', async () => {
    const { user } = await suggest();
    await user.click(await screen.findByRole('button', { name: 'Source 1' }));
    const drawer = await screen.findByRole('dialog', { name: 'Sources' });
    expect(await within(drawer).findByRole('heading', { name: 'Exchanges' })).toBeInTheDocument();
    expect(within(drawer).getByText(QUOTE).tagName).toBe('MARK');
  });

  test('the citation stands right after its words, counted in code points', async () => {
    await suggest();
    const mark = await screen.findByRole('button', { name: 'Source 1' });
    expect(mark.previousSibling).toHaveTextContent(QUOTE);
  });

  test('an abstention says why in plain words and what to do', async () => {
    server.use(http.post(REPLIES, () => HttpResponse.json(abstention, { status: 201 })));
    await suggest();
    expect(await screen.findByText('No safe answer')).toBeVisible();
    expect(
      screen.getByText('The documents hold nothing that answers this question.'),
    ).toBeVisible();
    expect(screen.getByText('Hand this conversation over to a person.')).toBeVisible();
    expect(screen.getByText(/I have found nothing on this/)).toBeVisible();
    expect(screen.queryByText('no_evidence')).not.toBeInTheDocument();
  });

  test('a failure shows the request id and can be tried again', async () => {
    server.use(http.post(REPLIES, () => problem(503, 'Privacy is down'), { once: true }));
    const { user } = await suggest();
    expect(await screen.findByRole('alert')).toHaveTextContent('Request id req_01993f2a');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('button', { name: 'Source 1' })).toBeVisible();
  });
});

test('a passage cited twice is one source with both quotes', () => {
  const citation = { document_id: 'd', passage_id: 'p' };
  const sources = sourcesOf([
    { ...citation, start: 9, end: 12, quote: 'second' },
    { ...citation, start: 0, end: 3, quote: 'first' },
    { ...citation, passage_id: 'q', start: 4, end: 8, quote: 'other' },
  ]);
  expect(sources.map(({ number, passageId, quotes }) => [number, passageId, quotes])).toEqual([
    [1, 'p', ['first', 'second']],
    [2, 'q', ['other']],
  ]);
});
