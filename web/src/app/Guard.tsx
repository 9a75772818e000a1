import { Navigate, Outlet, useLocation } from 'react-router';
import { useGatewayGetCurrentSessionQuery } from '../api/generated';
import { problemOf } from '../api/problem';
import { ErrorState } from '../shared/components/ErrorState';
import { PageSkeleton } from '../shared/components/PageSkeleton';

const UNAUTHENTICATED = 401;

/** Lets people with a session through and sends the others to sign in and back. */
export function Guard() {
  const session = useGatewayGetCurrentSessionQuery();
  const location = useLocation();
  const problem = problemOf(session.error);
  if (problem?.status === UNAUTHENTICATED) {
    const next = location.pathname + location.search;
    const target = next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`;
    return <Navigate to={target} replace />;
  }
  if (session.data) return <Outlet />;
  if (problem) return <ErrorState problem={problem} onRetry={session.refetch} />;
  return <PageSkeleton />;
}
