import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter, useLocation } from 'react-router';
import { Providers } from '../app/providers';
import { AppRoutes } from '../app/router';
import { createStore } from '../app/store';

function Address() {
  const { pathname, search } = useLocation();
  return <output aria-label="address">{pathname + search}</output>;
}

/** The whole console at an address, over the mocked network. */
export function renderAt(address: string) {
  const store = createStore();
  const view = render(
    <Providers store={store}>
      <MemoryRouter initialEntries={[address]}>
        <AppRoutes />
        <Address />
      </MemoryRouter>
    </Providers>,
  );
  const address_ = () => view.getByRole('status', { name: 'address' }).textContent;
  return { ...view, store, user: userEvent.setup({ delay: null }), address: address_ };
}
