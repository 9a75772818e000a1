import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { emptyPage } from '../../mocks/handlers';
import { problem } from '../../mocks/problem';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';
import { expectNoError } from '../../test/states';

const LIST = '*/v1/insights/conversations';
const rows = async () =>
  within(await screen.findByRole('list', { name: 'Conversations' })).getAllByRole('link');

describe('the list of conversations', () => {
  test('filters live in the address', async () => {
    const { user, address } = renderAt('/conversations?range=30d&cursor=25');
    await rows();
    await user.selectOptions(screen.getByLabelText('Sentiment'), 'Negative');
    await waitFor(() => expect(address()).toBe('/conversations?range=30d&sentiment=negative'));
    for (const row of await rows()) expect(row).toHaveTextContent('Negative');
    await user.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(address()).toBe('/conversations?range=30d');
    expectNoError();
  });

  test('a reason of the address is chosen in the filter', async () => {
    renderAt('/conversations?reason=refund-status');
    await waitFor(() =>
      expect(screen.getByLabelText('Reason')).toHaveDisplayValue('Refund status'),
    );
    for (const row of await rows()) expect(row).toHaveTextContent('Refund status');
  });

  test('pages go by cursor, forward and back', async () => {
    const { user, address } = renderAt('/conversations');
    expect(await rows()).toHaveLength(25);
    expect(screen.getByRole('button', { name: 'Previous page' })).toBeDisabled();
    await user.click(screen.getByRole('button', { name: 'Next page' }));
    expect(address()).toBe('/conversations?cursor=25');
    await rows();
    await user.click(screen.getByRole('button', { name: 'Previous page' }));
    await waitFor(() => expect(address()).toBe('/conversations'));
  });

  test('j and k move over the rows and Enter opens one', async () => {
    const { user, address } = renderAt('/conversations');
    const [first, second] = await rows();
    await user.keyboard('j');
    expect(first).toHaveFocus();
    await user.keyboard('jjk');
    expect(second).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('heading', { name: 'Conversation' })).toBeVisible();
    expect(address()).toBe('/conversations/conv_0002');
  });

  test('letters typed into a filter do not move the rows', async () => {
    const { user } = renderAt('/conversations');
    await rows();
    screen.getByLabelText('Outcome').focus();
    await user.keyboard('j');
    expect(screen.getByLabelText('Outcome')).toHaveFocus();
  });

  test('hidden personal data is marked and announced', async () => {
    renderAt('/conversations');
    const [first] = await rows();
    expect(first).toHaveTextContent('hidden: Person 1');
    expect(first).not.toHaveTextContent('[PERSON_1]');
  });

  test('nothing found offers a way out', async () => {
    server.use(http.get(LIST, () => HttpResponse.json(emptyPage)));
    renderAt('/conversations?sentiment=negative');
    expect(await screen.findByRole('heading', { name: 'No conversation matches' })).toBeVisible();
    expect(screen.getByRole('link', { name: 'Clear filters and range' })).toHaveAttribute(
      'href',
      '/conversations',
    );
  });

  test.each([
    [500, 'This did not load'],
    [403, 'You may not see this'],
  ])('status %i is told as “%s”', async (status, words) => {
    server.use(http.get(LIST, () => problem(status, 'No')));
    renderAt('/conversations');
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
  });
});

describe('one conversation', () => {
  test('shows the messages with marks, sentiment and the reason', async () => {
    renderAt('/conversations/conv_0001');
    const timeline = await screen.findByRole('list', { name: 'Messages' });
    const messages = within(timeline).getAllByRole('listitem');
    expect(messages).toHaveLength(5);
    expect(messages[0]).toHaveTextContent('Person 1');
    await waitFor(() => expect(messages[2]).toHaveTextContent('Negative'));
    expect(messages[1]).not.toHaveTextContent('Neutral');
    expect(await screen.findByRole('link', { name: 'Refund status' })).toHaveAttribute(
      'href',
      '/conversations?reason=refund-status',
    );
    expectNoError();
  });

  test('the message to answer is the newest with a reason, or one that is chosen', async () => {
    let body: unknown;
    server.use(
      http.post('*/v1/responder/conversations/:id/replies', async ({ request }) => {
        body = await request.json();
        return problem(503, 'Busy');
      }),
    );
    const { user } = renderAt('/conversations/conv_0001');
    const chosen = await screen.findByRole('button', { name: 'To be answered', pressed: true });
    expect(chosen.closest('li')).toHaveTextContent('How long does a refund take');
    await user.click(screen.getAllByRole('button', { name: 'Answer this' })[0] as HTMLElement);
    await user.click(screen.getByRole('button', { name: 'Suggest a reply' }));
    await screen.findByRole('alert');
    expect(body).toEqual({ message_id: 'msg_1' });
  });

  test('an unknown id is told as such', async () => {
    renderAt('/conversations/conv_nope');
    expect(await screen.findByRole('heading', { name: 'Conversation not found' })).toBeVisible();
  });

  test('a refusal is told as such', async () => {
    server.use(http.get('*/v1/responder/conversations/:id', () => problem(403, 'No')));
    renderAt('/conversations/conv_0001');
    expect(await screen.findByRole('alert')).toHaveTextContent('You may not see this');
  });

  test('stays readable when the insights are missing', async () => {
    server.use(http.get('*/v1/insights/conversations/:id', () => problem(503, 'Busy')));
    renderAt('/conversations/conv_0001');
    expect(await screen.findByText('Sentiment and reason are not available.')).toBeVisible();
    expect(await screen.findByRole('list', { name: 'Messages' })).toBeVisible();
  });
});
