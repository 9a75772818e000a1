import { useMemo } from 'react';
import { useGatewayGetCurrentSessionQuery } from '../../api/generated';
import { allows } from '../../shared/scopes';
import { PAGES, type Page } from '../pages';

/** The pages that whoever is signed in may see. */
export function usePages(): readonly Page[] {
  const { data } = useGatewayGetCurrentSessionQuery();
  return useMemo(
    () =>
      PAGES.filter(
        ({ scopes }) => !scopes || (data && scopes.some((scope) => allows(data.scopes, scope))),
      ),
    [data],
  );
}
