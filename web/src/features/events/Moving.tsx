import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../../shared/format';

const PERCENT = 100;

/** How far an action is that takes several calls; nothing before its second call. */
export function Moving({ done, total }: { done: number | undefined; total: number }) {
  const { t } = useTranslation();
  if (!done) return null;
  const text = t('events.moving', { done: formatCount(done), total: formatCount(total) });
  return (
    <Box role="status" sx={{ mt: 2 }}>
      <LinearProgress
        variant="determinate"
        value={Math.min(PERCENT, (done / total) * PERCENT)}
        aria-label={text}
      />
      <Typography variant="caption" sx={{ color: 'text.secondary' }}>
        {text}
      </Typography>
    </Box>
  );
}
