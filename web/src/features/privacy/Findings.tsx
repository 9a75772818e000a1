import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../api/problem';
import { ErrorState } from '../../shared/components/ErrorState';
import { FindingsTable } from './FindingsTable';
import type { Span } from './findings';
import { MarkedText } from './MarkedText';

interface Props {
  /** The text that the spans belong to; undefined while there is none. */
  text: string | undefined;
  spans: Span[] | undefined;
  loading: boolean;
  problem: Problem | undefined;
  onRetry: () => void;
}

function Body({ text, spans, loading, problem, onRetry }: Props) {
  const { t } = useTranslation();
  if (problem) return <ErrorState problem={problem} onRetry={onRetry} />;
  if (text !== undefined && spans) {
    return (
      <Box
        sx={{
          display: 'grid',
          gap: 3,
          gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'repeat(2, minmax(0, 1fr))' },
        }}
      >
        <Box>
          <MarkedText text={text} spans={spans} />
          <Typography variant="body2" role="status" sx={{ color: 'text.secondary', mt: 1.5 }}>
            {spans.length > 0
              ? t('privacy.found.count', { count: spans.length })
              : t('privacy.found.none')}
          </Typography>
        </Box>
        {spans.length > 0 && <FindingsTable text={text} spans={spans} />}
      </Box>
    );
  }
  if (loading) {
    return (
      <Box role="status" aria-label={t('state.loading')}>
        <Skeleton height="1.5rem" />
        <Skeleton height="1.5rem" width="80%" />
      </Box>
    );
  }
  return (
    <Typography variant="body2" sx={{ color: 'text.secondary' }}>
      {t('privacy.found.empty')}
    </Typography>
  );
}

export function Findings(props: Props) {
  const { t } = useTranslation();
  return (
    <Card component="section" aria-labelledby="findings-title" sx={{ p: { xs: 2, sm: 2.5 } }}>
      <Typography variant="h2" id="findings-title" sx={{ mb: 1.5 }}>
        {t('privacy.found.title')}
      </Typography>
      <Body {...props} />
    </Card>
  );
}
