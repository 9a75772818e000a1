import {
  configureStore,
  isRejectedWithValue,
  type Middleware,
  type UnknownAction,
} from '@reduxjs/toolkit';
import { problemOf } from '../api/problem';
import { taggedApi } from '../api/tags';

const UNAUTHENTICATED = 401;
const SESSION_CALLS = new Set([
  'gatewayGetCurrentSession',
  'gatewayCreateSession',
  'gatewayDeleteCurrentSession',
]);

/** A call refused for want of a session asks for the session again, which leads to the sign-in page. */
const sessionEnded: Middleware = (store) => (next) => (action) => {
  const result = next(action);
  if (isRejectedWithValue(action) && problemOf(action.payload)?.status === UNAUTHENTICATED) {
    const name = (action.meta.arg as { endpointName?: string }).endpointName ?? '';
    if (!SESSION_CALLS.has(name)) {
      store.dispatch(taggedApi.util.invalidateTags(['Session']) as UnknownAction);
    }
  }
  return result;
};

export function createStore() {
  return configureStore({
    reducer: { [taggedApi.reducerPath]: taggedApi.reducer },
    middleware: (defaults) => defaults().concat(taggedApi.middleware, sessionEnded),
  });
}

export type Store = ReturnType<typeof createStore>;
