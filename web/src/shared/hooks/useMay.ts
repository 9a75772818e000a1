import { useGatewayGetCurrentSessionQuery } from '../../api/generated';
import { allows } from '../scopes';

/** Whether whoever is signed in may do what a scope names. */
export function useMay(scope: string): boolean {
  const { data } = useGatewayGetCurrentSessionQuery();
  return data !== undefined && allows(data.scopes, scope);
}
