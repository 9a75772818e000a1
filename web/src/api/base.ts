import {
  type BaseQueryFn,
  createApi,
  type FetchArgs,
  fetchBaseQuery,
} from '@reduxjs/toolkit/query/react';
import { type Problem, toProblem, UNREACHABLE } from './problem';

const CLIENT = 'customerai-console';
const TIMEOUT_MS = 30_000;

const request = fetchBaseQuery({
  baseUrl: globalThis.location?.origin ?? '/',
  credentials: 'include',
  headers: { Accept: 'application/json, application/problem+json', 'X-Requested-With': CLIENT },
  timeout: TIMEOUT_MS,
  responseHandler: async (response) => {
    const body = await response.text();
    if (body === '') return null;
    const type = response.headers.get('content-type') ?? '';
    return type.includes('json') ? JSON.parse(body) : body;
  },
});

/** Same-origin calls whose errors are problem documents. */
export const problemBaseQuery: BaseQueryFn<string | FetchArgs, unknown, Problem> = async (
  args,
  api,
  extra,
) => {
  const result = await request(args, api, extra);
  if (!result.error) return { data: result.data, meta: result.meta };
  const { status, data } = result.error;
  const requestId = result.meta?.response?.headers.get('x-request-id') ?? undefined;
  const code = typeof status === 'number' ? status : (result.meta?.response?.status ?? UNREACHABLE);
  return { error: toProblem(code, data, requestId), meta: result.meta };
};

export const baseApi = createApi({
  baseQuery: problemBaseQuery,
  endpoints: () => ({}),
  refetchOnReconnect: true,
});
