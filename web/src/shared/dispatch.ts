import type { ThunkDispatch, UnknownAction } from '@reduxjs/toolkit';

/** A dispatch that takes the thunks of the API, whatever store they run in. */
// biome-ignore lint/suspicious/noExplicitAny: the state of the store belongs to app/store.ts
export type AppDispatch = ThunkDispatch<any, unknown, UnknownAction>;
