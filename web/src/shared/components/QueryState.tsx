import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../../api/problem';
import { ErrorState } from './ErrorState';

interface Query<T> {
  /** The answer for the present question; undefined while it is on its way. */
  currentData?: T;
  error?: unknown;
  isFetching: boolean;
  refetch: () => unknown;
}

interface Props<T> {
  query: Query<T>;
  skeleton: ReactNode;
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  children: (data: T) => ReactNode;
}

/** The four states of a query: loading, refused or failed, empty, and the data itself. */
export function QueryState<T>({ query, skeleton, empty, isEmpty, children }: Props<T>) {
  const { t } = useTranslation();
  const problem = problemOf(query.error);
  if (problem && (!query.isFetching || query.currentData === undefined)) {
    return <ErrorState problem={problem} onRetry={() => void query.refetch()} />;
  }
  if (query.currentData === undefined) {
    return (
      <Box role="status" aria-label={t('state.loading')}>
        {skeleton}
      </Box>
    );
  }
  if (empty && isEmpty?.(query.currentData)) return empty;
  return children(query.currentData);
}
