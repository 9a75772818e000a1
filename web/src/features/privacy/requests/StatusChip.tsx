import Chip from '@mui/material/Chip';
import { useTranslation } from 'react-i18next';
import type { Asked } from './rights';

const COLORS = {
  running: 'info',
  done: 'success',
  ready: 'success',
  expired: 'default',
  cancelled: 'default',
  failed: 'error',
} as const;

export function StatusChip({ status }: { status: Asked['status'] }) {
  const { t } = useTranslation();
  return (
    <Chip
      component="span"
      size="small"
      variant="outlined"
      color={COLORS[status]}
      label={t(`requests.status.${status}`)}
    />
  );
}
