import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { createStore } from '../app/store';
import { server } from '../test/setup';
import { api } from './generated';
import { problemOf } from './problem';

const ask = () => createStore().dispatch(api.endpoints.gatewayGetCurrentSession.initiate());

test('every call says that it comes from the console', async () => {
  let header: string | null = null;
  server.use(
    http.get('*/v1/sessions/current', ({ request }) => {
      header = request.headers.get('x-requested-with');
      return HttpResponse.json({});
    }),
  );
  await ask();
  expect(header).toBe('customerai-console');
});

test('a problem document becomes a typed problem', async () => {
  const body = { type: '/problems/x', title: 'No', status: 409, detail: 'Why', instance: 'req_1' };
  server.use(
    http.get('*/v1/sessions/current', () =>
      HttpResponse.json(body, {
        status: 409,
        headers: { 'content-type': 'application/problem+json' },
      }),
    ),
  );
  expect(problemOf((await ask()).error)).toEqual(body);
});

test('an error page that is no problem document still has its status and request id', async () => {
  server.use(
    http.get(
      '*/v1/sessions/current',
      () =>
        new HttpResponse('<h1>Bad gateway</h1>', {
          status: 502,
          headers: { 'content-type': 'text/html', 'x-request-id': 'req_9' },
        }),
    ),
  );
  expect(problemOf((await ask()).error)).toMatchObject({ status: 502, instance: 'req_9' });
});

test('a server that does not answer is a problem with status 0', async () => {
  server.use(http.get('*/v1/sessions/current', () => HttpResponse.error()));
  expect(problemOf((await ask()).error)).toMatchObject({ status: 0 });
});
