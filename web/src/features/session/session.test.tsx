import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { problem } from '../../mocks/problem';
import { renderAt } from '../../test/render';
import { server } from '../../test/setup';

const SLOW_MS = 10_000;
const signedOut = () => http.get('*/v1/sessions/current', () => problem(401, 'Not signed in'));

describe('signing in', () => {
  test('leads from a page to the form and back to that page', async () => {
    server.use(http.get('*/v1/sessions/current', () => problem(401, 'No session'), { once: true }));
    const { user, address } = renderAt('/keys');
    await user.type(await screen.findByLabelText(/E-mail address/), 'ada@example.com');
    expect(address()).toBe('/sign-in?next=%2Fkeys');
    await user.type(screen.getByLabelText(/^Password/), 'correct horse');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByRole('heading', { name: 'API keys' })).toBeVisible();
    expect(address()).toBe('/keys');
  });

  test('says so in plain words when the password is wrong', async () => {
    const { user } = renderAt('/sign-in');
    await user.type(await screen.findByLabelText(/E-mail address/), 'ada@example.com');
    await user.type(screen.getByLabelText(/^Password/), 'wrong');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('do not match');
  });

  test('names the empty fields and sends nothing', async () => {
    let sent = false;
    server.use(
      http.post('*/v1/sessions', () => {
        sent = true;
        return HttpResponse.json({});
      }),
    );
    const { user } = renderAt('/sign-in');
    await user.click(await screen.findByRole('button', { name: 'Sign in' }));
    expect(screen.getByLabelText(/E-mail address/)).toBeInvalid();
    expect(screen.getByLabelText(/^Password/)).toHaveAccessibleDescription('Fill this in.');
    expect(sent).toBe(false);
  });

  test('a password can be pasted and shown', async () => {
    const { user } = renderAt('/sign-in');
    const field = await screen.findByLabelText(/^Password/);
    await user.click(field);
    await user.paste('from a manager');
    expect(field).toHaveValue('from a manager');
    expect(field).toHaveAttribute('autocomplete', 'current-password');
    await user.click(screen.getByRole('button', { name: 'Show password' }));
    expect(field).toHaveAttribute('type', 'text');
  });

  test('an address of another site is no place to go on to', async () => {
    const { user, address } = renderAt('/sign-in?next=//evil.example');
    await user.type(await screen.findByLabelText(/E-mail address/), 'ada@example.com');
    await user.type(screen.getByLabelText(/^Password/), 'correct horse');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    await screen.findByRole('heading', { name: 'Overview' }, { timeout: SLOW_MS });
    expect(address()).toBe('/');
  });
});

describe('a session', () => {
  test('that ends while a page is open leads to the form', async () => {
    server.use(http.get('*/v1/keys', () => problem(401, 'Session ended')));
    server.use(signedOut());
    server.use(
      http.get('*/v1/sessions/current', () => HttpResponse.json({ user: {}, scopes: [] }), {
        once: true,
      }),
    );
    const { address } = renderAt('/keys');
    await screen.findByRole('heading', { name: 'Sign in to your console' });
    expect(address()).toBe('/sign-in?next=%2Fkeys');
  });

  test('that cannot be read shows the request id and can be tried again', async () => {
    server.use(http.get('*/v1/sessions/current', () => problem(503, 'Busy'), { once: true }));
    const { user } = renderAt('/keys');
    expect(await screen.findByText('Request id req_01993f2a')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { name: 'API keys' })).toBeVisible();
  });

  test('is ended from the account menu', async () => {
    const { user, address } = renderAt('/keys');
    await user.click(await screen.findByRole('button', { name: 'Account AL' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
    await waitFor(() => expect(address()).toMatch(/^\/sign-in/));
  });
});

describe('setting up', () => {
  test('makes the first account with the token of the link and goes to the overview', async () => {
    let body: unknown;
    server.use(
      http.post('*/v1/setups', async ({ request }) => {
        body = await request.json();
        return HttpResponse.json({ user: {} }, { status: 201 });
      }),
    );
    const { user } = renderAt('/setup?token=tok_1');
    await user.type(await screen.findByLabelText(/Your name/), 'Ada');
    await user.type(screen.getByLabelText(/E-mail address/), 'ada@example.com');
    await user.type(screen.getByLabelText(/^Password/), 'a long enough one');
    await user.click(screen.getByRole('button', { name: 'Create account' }));
    await screen.findByRole('heading', { name: 'Overview' }, { timeout: SLOW_MS });
    expect(body).toMatchObject({
      token: 'tok_1',
      name: 'Ada',
      email: 'ada@example.com',
      password: 'a long enough one',
    });
  });

  test('refuses a short password before it is sent', async () => {
    const { user } = renderAt('/setup?token=tok_1');
    await user.type(await screen.findByLabelText(/^Password/), 'short');
    await user.click(screen.getByRole('button', { name: 'Create account' }));
    expect(screen.getByLabelText(/^Password/)).toHaveAccessibleDescription(
      'Use at least 12 characters.',
    );
  });

  test('explains a link without a token', async () => {
    renderAt('/setup');
    expect(await screen.findByRole('alert')).toHaveTextContent('no set-up token');
    expect(screen.getByRole('button', { name: 'Create account' })).toBeDisabled();
  });
});
