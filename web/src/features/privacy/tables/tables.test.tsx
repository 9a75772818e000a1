import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../mocks/problem';
import { releasePlans, resetTables } from '../../../mocks/tables';
import { renderAt } from '../../../test/render';
import { server } from '../../../test/setup';
import { expectNoError } from '../../../test/states';
import { choicesOf, faultsOf, planOf, TARGETS } from './plan';
import { queryWords, resultWords } from './told';

const file = () =>
  document.querySelector<HTMLInputElement>('input[type="file"]') as HTMLInputElement;

describe('the wizard', () => {
  test('leads from a file to the risk before and after, and to the download', async () => {
    const { user, address } = renderAt('/privacy/tables');
    await screen.findByRole('button', { name: 'Choose a file' });
    await user.upload(file(), new File(['email,age\n'], 'people.csv', { type: 'text/csv' }));
    await waitFor(() => expect(address()).toBe('/privacy/tables?table=tbl_2'));
    const columns = within(await screen.findByRole('list', { name: 'Columns' }));
    const email = within(columns.getByRole('listitem', { name: 'email' }));
    expect(email.getByText(/98 of 100 values are recognized \(E-mail\)/)).toBeVisible();
    expect(email.getByLabelText('Role')).toHaveValue('direct');
    await user.selectOptions(email.getByLabelText('Stands in its place'), 'Leave the column out');
    const shop = within(columns.getByRole('listitem', { name: 'shop' }));
    await user.selectOptions(shop.getByLabelText('Role'), 'Helps to single out');
    expect(shop.getByText('Corrected by you.')).toBeVisible();
    const diagnosis = within(columns.getByRole('listitem', { name: 'diagnosis' }));
    await user.type(diagnosis.getByLabelText(/\(l\)/), '2');
    const make = screen.getByRole('button', { name: 'Make the safe table' });
    expect(make).toBeDisabled();
    await user.click(screen.getByRole('checkbox', { name: /looked at every column/ }));
    await user.click(make);
    await waitFor(() => expect(address()).toBe('/privacy/tables?release=rel_1'));
    expect(releasePlans()[0]?.tables[0]).toEqual({
      table_id: 'tbl_2',
      columns: [
        { name: 'email', role: 'direct', entity: 'EMAIL_ADDRESS', operator: { operator: 'drop' } },
        { name: 'age', role: 'quasi' },
        { name: 'diagnosis', role: 'sensitive', l: 2 },
        { name: 'shop', role: 'quasi' },
      ],
      k: 5,
      max_suppressed: 0.05,
    });
    expect(await screen.findByText('The safe table is being made')).toBeVisible();
    const risk = await screen.findByRole('table', { name: 'Risk before and after' });
    expect(risk).toHaveTextContent('Rows (n)10097');
    expect(risk).toHaveTextContent('Smallest group (k)15');
    expect(risk).toHaveTextContent('Share of rows that are unique25%0%');
    expect(risk).toHaveTextContent('diagnosis: fewest values in a group (l)12');
    const sizes = within(screen.getByRole('list', { name: /by size of their group/ }));
    expect(sizes.getAllByRole('listitem')[0]).toHaveTextContent('aloneBefore: 25%After: 0%');
    expect(screen.getByRole('heading', { name: '21.4% of the detail was lost' })).toBeVisible();
    expect(screen.getByText('3 of 100 rows (3%)')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Download (csv)' })).toHaveAttribute(
      'href',
      '/v1/privacy/table-releases/rel_1/files/tbl_1',
    );
    expectNoError();
  });

  test('a file that cannot be read is told', async () => {
    server.use(
      http.post('*/v1/privacy/tables', () =>
        problem(422, 'Table unreadable', 'Line 3 has another number of cells.'),
      ),
    );
    const { user, address } = renderAt('/privacy/tables');
    await screen.findByRole('button', { name: 'Choose a file' });
    await user.upload(file(), new File(['x'], 'x.csv', { type: 'text/csv' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Line 3 has another number');
    expect(address()).toBe('/privacy/tables');
  });

  test('what cannot be kept is told with its reason', async () => {
    server.use(
      http.post('*/v1/privacy/table-releases', () =>
        problem(400, 'Plan invalid', 'k is asked for and no column is a quasi-identifier.'),
      ),
    );
    const { user } = renderAt('/privacy/tables?table=tbl_1');
    await user.click(await screen.findByRole('checkbox', { name: /looked at every column/ }));
    await user.click(screen.getByRole('button', { name: 'Make the safe table' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('no column is a quasi-identifier');
  });

  test('a file is deleted after a question', async () => {
    const { user } = renderAt('/privacy/tables');
    await user.click(await screen.findByRole('button', { name: 'Delete tbl_1' }));
    await user.click(await screen.findByRole('button', { name: 'Delete file' }));
    expect(await screen.findByText('The file was deleted.')).toBeVisible();
    expect(await screen.findByText('There is none.')).toBeVisible();
  });

  test('with nothing uploaded it says so', async () => {
    resetTables([]);
    renderAt('/privacy/tables');
    expect(await screen.findByText('There is none.')).toBeVisible();
    expect(await screen.findByText('There is none yet.')).toBeVisible();
  });
});

describe('private statistics', () => {
  test('cost budget, and the ledger keeps them', async () => {
    const { user, address } = renderAt('/privacy/tables?view=statistics');
    await user.click(await screen.findByRole('link', { name: /Orders of spring/ }));
    expect(address()).toBe('/privacy/tables?view=statistics&dataset=dst_1');
    expect(screen.getAllByText('0.25 of 1.00 spent, 0.75 left')[0]).toBeVisible();
    const amount = await screen.findByLabelText('Budget to spend');
    await user.clear(amount);
    await user.type(amount, '2');
    await user.click(screen.getByRole('button', { name: 'Ask, for 2' }));
    expect(amount).toBeInvalid();
    await user.clear(amount);
    await user.type(amount, '0.5');
    await user.click(screen.getByRole('button', { name: 'Ask, for 0.5' }));
    const ledger = await screen.findByRole('table', { name: 'Ledger' });
    expect(ledger).toHaveTextContent('count42.00 ± 6.100.50');
    await waitFor(() =>
      expect(screen.getAllByRole('meter')[0]).toHaveAttribute('aria-valuenow', '0.75'),
    );
    expectNoError();
  });
});

describe('plans', () => {
  const column = { kind: 'text', n: 1, missing: 0, distinct: 1, entity: null, reasons: [] };
  const columns = [
    { ...column, name: 'a', role: 'none' as const },
    { ...column, name: 'b', role: 'none' as const },
  ];

  test('k needs a column that singles out', () => {
    const choices = choicesOf(columns);
    expect(faultsOf(choices, TARGETS)).toEqual(['noQuasi']);
    expect(faultsOf(choices, { k: '', suppressed: '5' })).toEqual([]);
    expect(faultsOf(choices, { k: '1.5', suppressed: '101' })).toEqual([
      'k',
      'suppressed',
      'noQuasi',
    ]);
  });

  test('text and top take their settings along', () => {
    const [a, b] = Object.values(choicesOf(columns));
    const choices = {
      a: { ...(a as NonNullable<typeof a>), role: 'text' as const },
      b: { ...(b as NonNullable<typeof b>), role: 'quasi' as const, hierarchy: 'top' as const },
    };
    expect(planOf({ id: 't', columns }, choices, { k: '', suppressed: '0' })).toEqual({
      table_id: 't',
      columns: [
        { name: 'a', role: 'text', operators: { DEFAULT: { operator: 'replace' } } },
        { name: 'b', role: 'quasi', hierarchy: { kind: 'top', keep: [20, 10, 5] } },
      ],
      max_suppressed: 0,
    });
  });
});

test('what was asked and told reads as words', () => {
  expect(queryWords({ statistic: 'mean', column: 'age', where: [['shop', 'A']] })).toBe(
    'mean (age) shop = A',
  );
  expect(resultWords({ bins: [{ key: 'A', value: 3, accuracy_95: 1 }] })).toBe('A: 3.00 ± 1.00');
  expect(resultWords(null)).toBe('–');
});
