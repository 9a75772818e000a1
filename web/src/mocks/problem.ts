import { HttpResponse } from 'msw';

/** A problem document as every service sends it. */
export function problem(status: number, title: string, detail?: string) {
  return HttpResponse.json(
    { type: '/problems/test', title, status, detail, instance: 'req_01993f2a' },
    { status, headers: { 'content-type': 'application/problem+json' } },
  );
}
