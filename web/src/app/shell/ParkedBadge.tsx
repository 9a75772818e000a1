import Box from '@mui/material/Box';
import { useTranslation } from 'react-i18next';
import { useGatewaySummarizeDeadLettersQuery } from '../../api/generated';
import { VisuallyHidden } from '../../shared/components/VisuallyHidden';
import { formatCompact } from '../../shared/format';

const POLL_MS = 60_000;

/** How many events are parked; nothing when none is, or while that is unknown. */
export function ParkedBadge() {
  const { t } = useTranslation();
  const { data } = useGatewaySummarizeDeadLettersQuery(undefined, {
    pollingInterval: POLL_MS,
    skipPollingIfUnfocused: true,
  });
  if (!data?.total) return null;
  const n = formatCompact(data.total);
  return (
    <Box
      component="span"
      sx={{
        display: 'inline-block',
        ml: 'auto',
        px: 0.75,
        border: 1,
        borderRadius: 1,
        borderColor: 'error.main',
        color: 'error.main',
        typography: 'caption',
        fontWeight: 600,
      }}
    >
      <span aria-hidden="true">{n}</span>
      <VisuallyHidden>{t('events.parked', { n })}</VisuallyHidden>
    </Box>
  );
}
