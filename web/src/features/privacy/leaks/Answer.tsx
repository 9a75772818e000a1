import ErrorOutlineOutlined from '@mui/icons-material/ErrorOutlineOutlined';
import HourglassEmptyOutlined from '@mui/icons-material/HourglassEmptyOutlined';
import VerifiedUserOutlined from '@mui/icons-material/VerifiedUserOutlined';
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { LeaksReply } from '../../../api/generatedPrivacy';
import { formatCount, formatShare } from '../../../shared/format';

interface Props {
  report: LeaksReply;
  days: number;
}

/** A share so small that one decimal would say nought keeps more. */
const share = (value: number) => formatShare(value, value > 0 && value < 0.001 ? 3 : 1);

/** The answer first: of how many looked-at texts how many showed anything, and how sure that is. */
export function Answer({ report, days }: Props) {
  const { t } = useTranslation();
  const { texts, flagged, interval, rate } = report;
  const state = texts === 0 ? 'none' : flagged > 0 ? 'some' : 'clean';
  const Icon = {
    none: HourglassEmptyOutlined,
    some: ErrorOutlineOutlined,
    clean: VerifiedUserOutlined,
  }[state];
  const color = { none: 'text.secondary', some: 'error.main', clean: 'success.main' }[state];
  return (
    <Card
      component="section"
      aria-labelledby="leak-answer"
      sx={{ p: { xs: 2, sm: 3 }, display: 'flex', gap: { xs: 1.5, sm: 2.5 } }}
    >
      <Icon sx={{ color, fontSize: { xs: '2rem', sm: '2.75rem' }, mt: 0.25 }} />
      <Box sx={{ minWidth: 0 }}>
        <Typography
          id="leak-answer"
          component="h2"
          sx={{
            fontSize: { xs: '1.25rem', sm: '1.75rem' },
            fontWeight: 650,
            letterSpacing: '-0.02em',
            lineHeight: 1.3,
          }}
        >
          {state === 'none'
            ? t('leaks.answer.none', { count: days })
            : t(`leaks.answer.${state}`, {
                count: texts,
                flagged: formatCount(flagged),
                texts: formatCount(texts),
              })}
        </Typography>
        <Typography variant="body2" sx={{ color: 'text.secondary', mt: 0.75 }}>
          {state !== 'none' && interval
            ? t('leaks.answer.sure', {
                count: days,
                low: share(interval.low),
                high: share(interval.high),
                n: formatCount(texts),
              })
            : t('leaks.answer.wait')}
        </Typography>
        <Typography variant="body2" sx={{ color: 'text.secondary', mt: 0.75, maxWidth: '52rem' }}>
          {rate > 0 ? t('leaks.answer.rate', { rate: formatShare(rate) }) : t('leaks.answer.off')}
        </Typography>
      </Box>
    </Card>
  );
}
