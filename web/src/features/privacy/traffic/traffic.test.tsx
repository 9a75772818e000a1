import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../mocks/problem';
import { ORIGINAL, resetTraffic, revealReasons } from '../../../mocks/traffic';
import { renderAt } from '../../../test/render';
import { withScopes } from '../../../test/scopes';
import { server } from '../../../test/setup';
import { expectNoError } from '../../../test/states';
import { valuesIn } from './passages';

const list = () => screen.findByRole('list', { name: 'What left' });

describe('what left', () => {
  test('is listed as safe text, and a row opens beside the list', async () => {
    const { user, address } = renderAt('/privacy/traffic');
    const rows = within(await list()).getAllByRole('link');
    expect(rows).toHaveLength(4);
    expect(rows[0]).toHaveTextContent('Please call hidden: Person 1 on hidden: Phone 1');
    expect(rows[0]).toHaveTextContent('2 values hidden');
    expect(screen.getByText('Choose a call to see what left and its receipt.')).toBeVisible();
    await user.keyboard('j{Enter}');
    await waitFor(() => expect(address()).toBe('/privacy/traffic?id=rcpt_0001'));
    const receipt = within(await screen.findByRole('region', { name: 'Receipt' }));
    for (const fact of ['rcpt_0001', 'ses_1', 'default-1', 'A caller of the API'])
      expect(receipt.getByText(fact)).toBeVisible();
    const counts = within(screen.getByRole('list', { name: 'Hidden by type' }));
    expect(counts.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'Person 1',
      'Phone 1',
    ]);
    expectNoError();
  });

  test('is filtered by what it left for, and the address keeps it', async () => {
    const { user, address } = renderAt('/privacy/traffic');
    await list();
    await user.selectOptions(screen.getByLabelText('Left for'), 'A language model');
    await waitFor(() => expect(address()).toBe('/privacy/traffic?purpose=model-call'));
    await waitFor(async () => expect(within(await list()).getAllByRole('link')).toHaveLength(1));
    await user.selectOptions(screen.getByLabelText('Left for'), 'A Presidio client');
    expect(await screen.findByRole('heading', { name: 'Nothing left for this' })).toBeVisible();
    await user.click(screen.getByRole('link', { name: 'Show everything that left' }));
    await waitFor(() => expect(address()).toBe('/privacy/traffic'));
  });

  test('of one session can be left again', async () => {
    const { user, address } = renderAt('/privacy/traffic?session=ses_3');
    expect(within(await list()).getAllByRole('link')).toHaveLength(1);
    await user.click(screen.getByTestId('CancelIcon'));
    await waitFor(() => expect(address()).toBe('/privacy/traffic'));
  });

  test('comes in pages', async () => {
    resetTraffic(27);
    const { user, address } = renderAt('/privacy/traffic');
    await list();
    expect(screen.getByText(/^25 calls on this page/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Next page' }));
    expect(await screen.findByText(/^2 calls on this page/)).toBeVisible();
    expect(address()).toBe('/privacy/traffic?cursor=25');
  });

  test('says when only some of the texts are kept', async () => {
    renderAt('/privacy/traffic?id=rcpt_0002');
    expect(await screen.findByText(/The first 1 of 30 texts are kept here/)).toBeVisible();
  });
});

describe('what came', () => {
  const open = async () => {
    const view = renderAt('/privacy/traffic?id=rcpt_0001');
    await view.user.click(await screen.findByRole('button', { name: 'See what came…' }));
    const dialog = within(await screen.findByRole('dialog', { name: /as they came/ }));
    return { ...view, dialog };
  };

  test('is shown for a reason, side by side, and hidden again', async () => {
    const { user, dialog } = await open();
    await user.type(dialog.getByLabelText(/Why must you see them/), 'Customer disputes a call');
    expect(screen.queryByText(/John Smith/)).not.toBeInTheDocument();
    await user.click(dialog.getByRole('button', { name: 'See what came' }));
    const came = await screen.findByRole('group', { name: 'What came', hidden: true });
    expect(came).toHaveTextContent(ORIGINAL);
    expect([...came.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual([
      'John Smith',
      '+49 30 901820',
    ]);
    expect(screen.getByText(/is in the audit log/)).toBeVisible();
    expect(revealReasons()).toEqual(['Customer disputes a call']);
    await user.click(await screen.findByRole('button', { name: 'Hide again' }));
    expect(screen.queryByText(/John Smith/)).not.toBeInTheDocument();
  });

  test('is hidden again when another row is opened and this one once more', async () => {
    const { user, dialog } = await open();
    await user.type(dialog.getByLabelText(/Why must you see them/), 'A dispute');
    await user.click(dialog.getByRole('button', { name: 'See what came' }));
    await screen.findByRole('group', { name: 'What came', hidden: true });
    const rows = within(await screen.findByRole('list', { name: 'What left' }));
    await user.click(rows.getAllByRole('link')[1] as HTMLElement);
    await screen.findByText('rcpt_0002');
    await user.click(rows.getAllByRole('link')[0] as HTMLElement);
    await screen.findByText('rcpt_0001');
    expect(screen.queryByRole('group', { name: 'What came' })).not.toBeInTheDocument();
  });

  test('needs a reason', async () => {
    const { user, dialog } = await open();
    await user.click(dialog.getByRole('button', { name: 'See what came' }));
    expect(dialog.getByText('Say in 3 to 200 characters why.')).toBeVisible();
    expect(revealReasons()).toEqual([]);
  });

  test('a refusal is told, and nothing is shown', async () => {
    server.use(
      http.post('*/v1/privacy/traffic/:id/originals', () =>
        problem(503, 'Vault closed', 'The vault does not answer.'),
      ),
    );
    const { user, dialog } = await open();
    await user.type(dialog.getByLabelText(/Why must you see them/), 'A dispute');
    await user.click(dialog.getByRole('button', { name: 'See what came' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent('The vault does not answer.');
  });

  test('is not offered to who may not reveal', async () => {
    withScopes('*');
    renderAt('/privacy/traffic?id=rcpt_0001');
    await screen.findByRole('region', { name: 'Receipt' });
    expect(screen.queryByRole('button', { name: 'See what came…' })).not.toBeInTheDocument();
  });
});

describe('the states of the page', () => {
  test('with nothing it leads to where something can be made', async () => {
    resetTraffic(0);
    renderAt('/privacy/traffic');
    expect(await screen.findByRole('heading', { name: 'Nothing has left yet' })).toBeVisible();
    expect(screen.getByRole('link', { name: 'Make a safe text' })).toHaveAttribute(
      'href',
      '/privacy',
    );
  });

  test('an id that is gone says so, beside the list', async () => {
    renderAt('/privacy/traffic?id=rcpt_gone');
    expect(await screen.findByRole('alert')).toHaveTextContent('Nothing with that id is kept.');
    expect(await list()).toBeVisible();
  });

  test('a failure can be tried again', async () => {
    server.use(http.get('*/v1/privacy/traffic', () => problem(500, 'Down'), { once: true }));
    const { user } = renderAt('/privacy/traffic');
    expect(await screen.findByRole('alert')).toHaveTextContent('Request id req_01993f2a');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await list()).toBeVisible();
    expectNoError();
  });

  test('the rail leads here from the privacy page; who may not audit is not led', async () => {
    withScopes('privacy:detect');
    renderAt('/privacy');
    await screen.findByRole('heading', { name: 'Privacy' });
    expect(screen.queryByRole('link', { name: 'Traffic' })).not.toBeInTheDocument();
  });

  test('the palette leads here', async () => {
    const { user, address } = renderAt('/keys');
    await screen.findByRole('heading', { name: 'API keys' });
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'traffic{Enter}');
    await waitFor(() => expect(address()).toBe('/privacy/traffic'));
    await list();
    const rail = within(screen.getByRole('navigation', { name: 'Main' }));
    expect(rail.getByRole('link', { name: 'Traffic' })).toHaveAttribute('aria-current', 'page');
    expect(rail.getByRole('link', { name: 'Privacy' })).not.toHaveAttribute('aria-current');
  });
});

describe('values in an original', () => {
  const cut = (safe: string, original: string) =>
    valuesIn(safe, original)?.map(({ type, start, end }) => [
      type,
      Array.from(original).slice(start, end).join(''),
    ]);

  test.each([
    ['[PERSON_1] wrote', 'Ann Lee wrote', [['PERSON', 'Ann Lee']]],
    ['👋 I am [PERSON_1]', '👋 I am Ann', [['PERSON', 'Ann']]],
    ['[PERSON_1], [LOCATION_1] 👍', 'Ann, Rome 👍', [['PERSON', 'Ann, Rome']]],
    ['nothing here', 'nothing here', []],
  ])('“%s” of “%s”', (safe, original, expected) => {
    expect(cut(safe, original)).toEqual(expected);
  });

  test('two texts that do not fit give none', () => {
    expect(valuesIn('call [PERSON_1] now', 'write to Ann')).toBeUndefined();
    expect(valuesIn('nothing', 'something')).toBeUndefined();
  });
});
