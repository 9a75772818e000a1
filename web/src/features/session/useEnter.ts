import { useDispatch } from 'react-redux';
import { useNavigate } from 'react-router';
import { api } from '../../api/generated';
import type { AppDispatch } from '../../shared/dispatch';

/** Reads the new session and goes to the page asked for; only to pages of this console. */
export function useEnter(): (next: string | null) => Promise<void> {
  const dispatch = useDispatch<AppDispatch>();
  const navigate = useNavigate();
  return async (next) => {
    await dispatch(
      api.endpoints.gatewayGetCurrentSession.initiate(undefined, {
        forceRefetch: true,
        subscribe: false,
      }),
    );
    const safe = next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\');
    await navigate(safe && next ? next : '/', { replace: true });
  };
}
