import { HttpResponse, http } from 'msw';
import { session } from '../mocks/handlers';
import { server } from './setup';

/** Signs in somebody who holds these scopes alone. */
export function withScopes(...scopes: string[]): void {
  server.use(http.get('*/v1/sessions/current', () => HttpResponse.json({ ...session, scopes })));
}
