/** An RFC 9457 problem document as every service sends it; `instance` is the request id. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
}

/** The status of a call that never reached the server. */
export const UNREACHABLE = 0;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The problem in a response body, whatever the body is. */
export function toProblem(status: number, body: unknown, requestId?: string): Problem {
  const record = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return {
    type: text(record.type) ?? 'about:blank',
    title: text(record.title) ?? '',
    status,
    detail: text(record.detail),
    instance: text(record.instance) ?? requestId,
  };
}

/** The problem in an error of a generated hook; undefined when there is no error. */
export function problemOf(error: unknown): Problem | undefined {
  if (error === undefined || error === null) return undefined;
  if (typeof error === 'object' && 'type' in error && 'status' in error) return error as Problem;
  return toProblem(UNREACHABLE, undefined);
}
