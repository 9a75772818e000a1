import InboxOutlined from '@mui/icons-material/InboxOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useInsightsGetOverviewQuery } from '../../api/generated';
import { EmptyState } from '../../shared/components/EmptyState';
import { PageHeader } from '../../shared/components/PageHeader';
import { QueryState } from '../../shared/components/QueryState';
import { useRange } from '../../shared/hooks/useRange';
import { DecisionCard } from './DecisionCard';
import { JobBanner } from './JobBanner';
import { ReasonCard } from './ReasonCard';
import { SentimentCard } from './SentimentCard';
import { Tiles } from './Tiles';

const COLUMNS = { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 7fr) minmax(0, 6fr)' };

function OverviewSkeleton() {
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          gridTemplateColumns: { xs: '1fr 1fr', lg: 'repeat(4, 1fr)' },
        }}
      >
        {['a', 'b', 'c', 'd'].map((key) => (
          <Skeleton key={key} variant="rounded" height="10rem" />
        ))}
      </Box>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: COLUMNS }}>
        <Skeleton variant="rounded" height="36rem" />
        <Skeleton variant="rounded" height="36rem" />
      </Box>
    </Box>
  );
}

function NothingYet() {
  const { t } = useTranslation();
  const { range, setRange } = useRange();
  if (range.preset !== 'all') {
    return (
      <EmptyState
        icon={InboxOutlined}
        title={t('overview.empty.rangeTitle')}
        text={t('overview.empty.rangeText')}
        action={
          <Button variant="contained" onClick={() => setRange({ preset: 'all' })}>
            {t('overview.empty.showAll')}
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      icon={InboxOutlined}
      title={t('overview.empty.title')}
      text={t('overview.empty.text')}
      action={
        <Typography
          component="code"
          sx={{ fontFamily: 'monospace', px: 2, py: 1, borderRadius: 1, bgcolor: 'action.hover' }}
        >
          {t('overview.empty.command')}
        </Typography>
      }
    />
  );
}

export function OverviewPage() {
  const { t } = useTranslation();
  const { range } = useRange();
  const query = useInsightsGetOverviewQuery({ from: range.from, to: range.to });
  return (
    <>
      <PageHeader title={t('overview.title')} text={t('overview.text')} />
      <JobBanner />
      <QueryState
        query={query}
        skeleton={<OverviewSkeleton />}
        isEmpty={(overview) => overview.conversations.value === 0}
        empty={<NothingYet />}
      >
        {(overview) => (
          <Box sx={{ display: 'grid', gap: 2 }}>
            <Tiles overview={overview} />
            <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: COLUMNS }}>
              <ReasonCard overview={overview} />
              <Box sx={{ display: 'grid', gap: 2 }}>
                <SentimentCard overview={overview} />
                <DecisionCard overview={overview} />
              </Box>
            </Box>
          </Box>
        )}
      </QueryState>
    </>
  );
}
