import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';

const ready = () => screen.findByRole('heading', { name: 'API keys' });

describe('the shell', () => {
  test('the first tab stop skips to the content', async () => {
    const { user } = renderAt('/keys');
    await ready();
    await user.tab();
    expect(screen.getByRole('link', { name: 'Skip to content' })).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(screen.getByRole('main')).toHaveFocus();
  });

  test('the rail marks the present page', async () => {
    renderAt('/keys');
    await ready();
    const rail = screen.getByRole('navigation', { name: 'Main' });
    expect(within(rail).getByRole('link', { name: 'API keys' })).toHaveAttribute(
      'aria-current',
      'page',
    );
    expect(within(rail).getByRole('link', { name: 'Overview' })).not.toHaveAttribute(
      'aria-current',
    );
  });

  test('g then a letter goes to a page, and the focus goes along', async () => {
    const { user, address } = renderAt('/keys');
    await ready();
    await user.keyboard('gp');
    expect(await screen.findByRole('heading', { name: 'Privacy' })).toBeVisible();
    expect(address()).toBe('/privacy');
    expect(screen.getByRole('main')).toHaveFocus();
  });

  test('letters in a text field are text', async () => {
    const { user, address } = renderAt('/privacy');
    await user.type(await screen.findByLabelText('Text to check'), 'gk?');
    expect(screen.getByLabelText('Text to check')).toHaveValue('gk?');
    expect(address()).toBe('/privacy');
  });

  test('Ctrl+K opens the palette; typing and Enter go to a page', async () => {
    const { user, address } = renderAt('/keys');
    await ready();
    await user.keyboard('{Control>}k{/Control}');
    const box = await screen.findByRole('combobox');
    await user.type(box, 'priv');
    expect(screen.getAllByRole('option')).toHaveLength(1);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(address()).toBe('/privacy'));
  });

  test('arrows move in the palette, round the end', async () => {
    const { user } = renderAt('/keys');
    await ready();
    await user.keyboard('{Meta>}k{/Meta}');
    await screen.findByRole('combobox');
    await user.keyboard('{ArrowDown}');
    expect(screen.getByRole('option', { selected: true })).toHaveTextContent('Conversations');
    await user.keyboard('{ArrowUp}{ArrowUp}');
    expect(screen.getByRole('option', { selected: true })).toHaveTextContent('Sign out');
  });

  test('a pasted conversation id opens that conversation', async () => {
    const { user, address } = renderAt('/keys');
    await ready();
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'conv_0003{Enter}');
    await waitFor(() => expect(address()).toBe('/conversations/conv_0003'));
  });

  test('? shows the shortcuts', async () => {
    const { user } = renderAt('/keys');
    await ready();
    await user.keyboard('?');
    const help = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(help).toHaveTextContent('Go to Conversations');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(help).not.toBeInTheDocument());
  });

  test('the colour scheme is chosen and kept', async () => {
    const { user } = renderAt('/keys');
    await ready();
    await user.click(screen.getByRole('button', { name: 'Colour scheme' }));
    await user.click(await screen.findByRole('menuitemradio', { name: 'Dark' }));
    await waitFor(() =>
      expect(document.documentElement).toHaveAttribute('data-color-scheme', 'dark'),
    );
    expect(localStorage.getItem('mui-mode')).toBe('dark');
  });

  test('the time range goes into the address', async () => {
    const { user, address } = renderAt('/conversations?reason=refund-status&cursor=25');
    await user.click(await screen.findByRole('button', { name: 'Time range: All data' }));
    await user.click(await screen.findByRole('button', { name: 'Last 7 days' }));
    expect(address()).toBe('/conversations?reason=refund-status&range=7d');
  });

  test('own dates must be in order', async () => {
    const { user, address } = renderAt('/conversations');
    await user.click(await screen.findByRole('button', { name: /^Time range/ }));
    const from = await screen.findByLabelText('From');
    const to = screen.getByLabelText('To (inclusive)');
    await user.type(from, '2026-10-05');
    await user.type(to, '2026-10-01');
    await user.click(screen.getByRole('button', { name: 'Apply' }));
    expect(to).toBeInvalid();
    await user.clear(to);
    await user.type(to, '2026-10-09');
    await user.click(screen.getByRole('button', { name: 'Apply' }));
    await waitFor(() => expect(address()).toBe('/conversations?from=2026-10-05&to=2026-10-09'));
  });

  test('a page that cannot be drawn does not take the console down', async () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => {});
    const broken = { items: [{ id: 'key_1', name: 'n', scopes: null }], next: null };
    server.use(http.get('*/v1/keys', () => HttpResponse.json(broken)));
    const { user } = renderAt('/keys');
    expect(await screen.findByRole('alert')).toHaveTextContent('The page could not be drawn.');
    await user.keyboard('gp');
    expect(await screen.findByRole('heading', { name: 'Privacy' })).toBeVisible();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    silent.mockRestore();
  });

  test('an unknown address says so', async () => {
    renderAt('/nope');
    expect(await screen.findByRole('heading', { name: 'There is no such page' })).toBeVisible();
  });
});
