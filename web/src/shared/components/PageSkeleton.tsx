import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import { useTranslation } from 'react-i18next';

/** Stands in for a page whose code or session is on its way. */
export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <Box role="status" aria-label={t('state.loading')} sx={{ p: 3, display: 'grid', gap: 2 }}>
      <Skeleton variant="rounded" width="14rem" height="2rem" />
      <Skeleton variant="rounded" height="7rem" />
      <Skeleton variant="rounded" height="18rem" />
    </Box>
  );
}
